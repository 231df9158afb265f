from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from common.fields import JSONField


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class Hours(models.Model):
    """When a person does not want to hear of minor matters: wall-clock times in their own zone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hours")
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)  # at or before `quiet_from`: on the next day
    work_from = models.TimeField(_("working from"), null=True)
    work_until = models.TimeField(_("working until"), null=True)
    work_days = JSONField(_("working days"), default=monday_to_friday)  # 0 is Monday

    class Meta:
        verbose_name = _("quiet and working hours")
        verbose_name_plural = _("quiet and working hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}_from__isnull": True, f"{name}_until__isnull": True})
                | (
                    Q(**{f"{name}_from__isnull": False, f"{name}_until__isnull": False})
                    & ~Q(**{f"{name}_from": F(f"{name}_until")})
                ),
                name=f"hours_{name}_has_both_ends",
            )
            for name in ("quiet", "work")
        ]

    def __str__(self) -> str:
        return f"hours of {self.person}"

    @property
    def day_names(self) -> str:
        """The working days, short and in the reader's language."""
        return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(self.work_days))
