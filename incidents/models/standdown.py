"""Signatures and waivers on the way out of crisis mode."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from people.models import CrisisRole


class SignOff(models.Model):
    """A signature under the stand-down."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="sign_offs")
    role = models.CharField(max_length=3, choices=CrisisRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "role"], name="one_sign_off_per_role")]

    def __str__(self) -> str:
        return f"{self.role}: {self.user}"


class GateWaiver(models.Model):
    """“None applies” to a check of the stand-down gate, with the reason."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="gate_waivers")
    check_code = models.CharField(max_length=40)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "check_code"], name="one_waiver_per_check"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.check_code}: {self.reason}"
