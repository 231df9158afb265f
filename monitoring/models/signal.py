"""An early warning that somebody has to judge."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from people.models import Brand, User


class SignalState(models.TextChoices):
    NEW = "new", _("New")
    DISMISSED = "dismissed", _("Dismissed")
    OPENED = "opened", _("Taken up")


# History that may still be somebody's incident.
RECENT_HISTORY = timedelta(days=7)


class SignalQuerySet(models.QuerySet["Signal"]):
    def visible_to(self, user: User) -> SignalQuerySet:
        """Everybody sees signals; the incident behind one only those who may see the incident."""
        return self if user.has_perm("people.read") else self.none()

    def fresh(self) -> SignalQuerySet:
        """Waiting for somebody's decision."""
        return self.filter(state=SignalState.NEW, is_history=False)

    def recent_history_of(self, user: User) -> SignalQuerySet:
        """What the person's own imports brought of the last days: Monday's file of a weekend's crisis."""
        since = timezone.now() - RECENT_HISTORY
        return self.filter(state=SignalState.NEW, is_history=True, run__by=user, last_hour__gte=since)


class Signal(models.Model):
    """One episode of unusually many people complaining about a brand; `hour` is its first spike.

    `evidence` is what the rule saw, frozen: count, expected, limit, share, covered_days, the hours of the spike, the
    curve as [hour, count, expected, limit] and the ids of sample mentions. It is only ever extended while the episode
    lasts.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="signals", verbose_name=_("brand"))
    state = models.CharField(_("state"), max_length=9, choices=SignalState, default=SignalState.NEW)
    hour = models.DateTimeField(_("hour"))  # start of the first hour of the spike
    last_hour = models.DateTimeField()  # start of the last hour of the spike so far
    peak = models.PositiveIntegerField(_("most people in one hour"))
    evidence = models.JSONField()
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    peak_when_decided = models.PositiveIntegerField(
        null=True
    )  # a dismissed episode that doubles is raised again
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="signals")
    run = models.ForeignKey(  # the import that brought the posts, where one did
        "monitoring.ImportRun", models.PROTECT, null=True, related_name="signals"
    )
    is_history = models.BooleanField(default=False)  # it was over when it was found: nobody was alerted

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        ordering = ["-hour", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignalState.values), name="signal_state_known"),
            models.CheckConstraint(condition=Q(last_hour__gte=F("hour")), name="signal_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="new", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="new") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="signal_decided_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(reason=""), name="signal_dismissed_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="opened", incident__isnull=False)
                | (~Q(state="opened") & Q(incident__isnull=True)),
                name="signal_opened_has_incident",
            ),
            # Two workers that look at the same hour raise one signal; after a dismissal it may be raised again.
            models.UniqueConstraint(
                fields=["brand", "hour"], condition=~Q(state="dismissed"), name="signal_once_per_hour"
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "last_hour"], name="signal_episode"
            ),  # is this hour part of one already?
            models.Index(fields=["-hour", "-id"], condition=Q(state="new"), name="signal_fresh"),  # the desk
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.hour:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:signal", args=[self.pk])

    @property
    def stream(self) -> str:
        return f"signal-{self.pk}"

    @property
    def end(self) -> datetime:
        """The end of the last hour of the spike."""
        return self.last_hour + timedelta(hours=1)
