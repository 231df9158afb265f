"""Who has to hear from the brand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from people.models import CrisisRole


class StakeholderGroup(models.TextChoices):
    """In the order in which they should hear it: those harmed first, the media last."""

    AFFECTED = "1_affected", _("Affected people")
    STAFF = "2_staff", _("Staff")
    REGULATOR = "3_regulator", _("Regulator or authority")
    PARTNERS = "4_partners", _("Partners and other brands")
    CUSTOMERS = "5_customers", _("Customers and followers")
    MEDIA = "6_media", _("Media")


class StakeholderNotice(models.Model):
    """Somebody who has to hear from us, by when, and whether they did."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="stakeholder_notices")
    group = models.CharField(_("group"), max_length=16, choices=StakeholderGroup)
    name = models.CharField(_("who"), max_length=120)
    channel = models.CharField(_("how"), max_length=120, blank=True)
    sender_role = models.CharField(
        _("notified by"), max_length=3, choices=CrisisRole, default=CrisisRole.COMMS_LEAD
    )
    message = models.TextField(_("message"), blank=True, max_length=5_000)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    notified_at = models.DateTimeField(null=True)
    notified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    skipped_reason = models.CharField(_("why not"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stakeholder notice")
        ordering = ["group", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_settled(self) -> bool:
        return bool(self.notified_at or self.skipped_reason)
