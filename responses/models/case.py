"""Conversations that left the public: somebody owns each of them until it is resolved."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from people.models import User


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


class PrivateCaseQuerySet(models.QuerySet["PrivateCase"]):
    def visible_to(self, user: User) -> PrivateCaseQuerySet:
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def open(self) -> PrivateCaseQuerySet:
        return self.filter(state=CaseState.OPEN)


class PrivateCase(models.Model):
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="private_cases")
    reference = models.CharField(
        _("reference"),
        max_length=120,
        validators=[MinLengthValidator(2)],
        help_text=_("A ticket number or a short description. No private data."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    state = models.CharField(_("state"), max_length=8, choices=CaseState, default=CaseState.OPEN)
    note = models.TextField(_("note"), blank=True, max_length=4_000)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)

    objects = PrivateCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("private case")
        verbose_name_plural = _("private cases")
        ordering = ["state", "id"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "reference"], name="case_reference_once"),
            models.CheckConstraint(
                condition=Q(state="open", resolved_at__isnull=True)
                | Q(state="resolved", resolved_at__isnull=False, owner__isnull=False),
                name="case_resolved_has_owner_and_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
