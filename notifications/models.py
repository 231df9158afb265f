"""Who is told what, over which channel, and what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from people.models import User


class Channel(models.TextChoices):
    IN_APP = "in_app", _("In the app")
    EMAIL = "email", _("E-mail")


class Priority(models.IntegerChoices):
    NOW = 0, _("Now")
    SOON = 1, _("Soon")
    LATER = 2, _("Later")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Uncertain")  # sent twice into silence: a person must look
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("No longer needed")


@dataclass(frozen=True)
class Unread:
    count: int
    newest: int | None

    @property
    def mark(self) -> str:
        return f"{self.count}.{self.newest or 0}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def claimable(self) -> DeliveryQuerySet:
        """Waiting and available, or leased by a worker that has not been heard of since its lease ran out."""
        return self.filter(
            Q(state=DeliveryState.PENDING, available_at__lte=Now())
            | Q(state=DeliveryState.LEASED, lease_until__lt=Now())
        )

    def inbox(self, user: User) -> DeliveryQuerySet:
        """What `user` was told in the app, newest first."""
        return self.filter(person=user, channel=Channel.IN_APP).select_related("entry__actor").order_by("-id")

    def unread(self) -> DeliveryQuerySet:
        return self.filter(read_at__isnull=True)

    def open_counts(self) -> dict[str, int]:
        """How many deliveries are not simply sent, by state."""
        rows = self.exclude(state=DeliveryState.SENT).order_by().values("state").annotate(n=Count("pk"))
        return {row["state"]: row["n"] for row in rows}

    def unread_mark(self, user: User) -> Unread:
        """What of the inbox of `user` is unread, in one query; two equal marks mean that nothing has changed."""
        rows = self.filter(person=user, channel=Channel.IN_APP).unread()
        return Unread(**rows.aggregate(count=Count("pk"), newest=Max("pk")))


class Delivery(models.Model):
    """One journal entry on its way to one person over one channel. The entry is the payload: it never changes."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=16, choices=Channel)
    dedup_key = models.CharField(max_length=64, unique=True)  # entry:person:channel
    priority = models.PositiveSmallIntegerField(choices=Priority)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    available_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempt_count = models.PositiveSmallIntegerField(default=0)
    ambiguous_count = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DeliveryState.LEASED, lease_token__isnull=False)
                | (~Q(state=DeliveryState.LEASED) & Q(lease_token__isnull=True)),
                name="delivery_leased_has_token",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False),
                name="delivery_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(  # the claim: most urgent first among what is still to do
                F("priority"),
                F("available_at"),
                condition=Q(state__in=["pending", "leased"]),
                name="delivery_to_do",
            ),
            models.Index(  # the unread badge on every page
                fields=["person"], condition=Q(channel="in_app", read_at__isnull=True), name="delivery_unread"
            ),
            models.Index(fields=["person", "-id"], name="delivery_inbox"),
        ]

    def __str__(self) -> str:
        return self.dedup_key

    @property
    def tone(self) -> str:
        """How the state's chip is drawn."""
        if self.state in (DeliveryState.DEAD, DeliveryState.UNCERTAIN):
            return "attention"
        if self.state == DeliveryState.SENT:
            return "good"
        return "stopped" if self.state == DeliveryState.CANCELLED else "neutral"

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a mail server or reader can drop a repeat."""
        return f"<{uuid.uuid5(uuid.NAMESPACE_URL, self.dedup_key)}@crisis-desk>"


class Attempt(models.Model):
    """One try to send. Committed before the network is touched, so that no receipt is without its record."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once")]
        ordering = ["delivery", "number"]

    def __str__(self) -> str:
        return f"{self.delivery} try {self.number}"
