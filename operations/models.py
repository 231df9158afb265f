"""What the product knows about its own reliability: how far the journal is verified, and what broke a promise."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from journal.models import Stream


class VerifiedHead(models.Model):
    """Up to which entry a stream's chain has been re-computed and found whole."""

    stream = models.OneToOneField(Stream, models.PROTECT, primary_key=True, related_name="verified")
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.stream_id} #{self.seq}"


class ViolationQuerySet(models.QuerySet["Violation"]):
    def present(self) -> ViolationQuerySet:
        """What the last check still found."""
        return self.filter(gone_at__isnull=True)

    def unsettled(self) -> ViolationQuerySet:
        """What is still there and no administrator has looked at."""
        return self.present().filter(settled_at__isnull=True)


class Violation(models.Model):
    """One row that breaks an invariant, from when the check first found it."""

    invariant = models.CharField(_("invariant"), max_length=4)
    what = models.CharField(_("what"), max_length=300)
    found_at = models.DateTimeField(_("found"), db_default=Now())
    gone_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # somebody has looked at it: nobody is alerted any more
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("outcome"), max_length=300, blank=True)

    objects = ViolationQuerySet.as_manager()

    class Meta:
        verbose_name = _("broken invariant")
        verbose_name_plural = _("broken invariants")
        ordering = ["invariant", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invariant", "what"], condition=Q(gone_at__isnull=True), name="violation_present_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"
