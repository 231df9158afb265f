from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, Max, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from notifications.models.choices import (
    LOST,
    TRANSITIONS,
    Channel,
    DeliveryState,
    Priority,
    channel_labels,
)
from notifications.models.contact import ContactPoint
from people.models import User

# How long an administrator is reminded of a message that reached nobody.
REMINDED_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Unread:
    count: int
    newest: int | None

    @property
    def mark(self) -> str:
        return f"{self.count}.{self.newest or 0}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def leasable(self) -> DeliveryQuerySet:
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

    def outside(self) -> DeliveryQuerySet:
        """What stands in the app needs no delivering: only what leaves the house can get lost."""
        return self.filter(~Q(channel=Channel.IN_APP))

    def messages(self) -> DeliveryQuerySet:
        """What went out as a message of its own; what travelled in another one is not counted twice."""
        return self.outside().filter(bundled_into__isnull=True)

    def overdue(self) -> DeliveryQuerySet:
        """Due and not out yet, or tried in vain; not what waits for its first try on purpose."""
        is_late = Q(available_at__lte=Now()) | Q(attempt_count__gt=0)
        return self.outside().filter(is_late, state__in=[DeliveryState.PENDING, DeliveryState.LEASED])

    def lost_first(self) -> DeliveryQuerySet:
        return self.order_by(LOST_FIRST, "-id")

    def lost_alerts(self) -> DeliveryQuerySet:
        """Given up or uncertain within the last day, not tried again, and nothing else got through to the person."""
        reached = Delivery.objects.outside().filter(
            entry=models.OuterRef("entry"), person=models.OuterRef("person"), state=DeliveryState.SENT
        )
        return self.filter(
            ~models.Exists(reached),
            state__in=LOST,
            retries__isnull=True,
            entry__at__gt=Now() - REMINDED_FOR,
            person__is_active=True,
        )

    def open_counts(self) -> dict[str, int]:
        """How many deliveries are not simply sent, by state."""
        rows = self.exclude(state=DeliveryState.SENT).order_by().values("state").annotate(n=Count("pk"))
        return {row["state"]: row["n"] for row in rows}

    def unread_mark(self, user: User) -> Unread:
        """What of the inbox of `user` is unread, in one query; two equal marks mean that nothing has changed."""
        rows = self.filter(person=user, channel=Channel.IN_APP).unread()
        return Unread(**rows.aggregate(count=Count("pk"), newest=Max("pk")))


LOST_FIRST = Case(When(state__in=LOST, then=0), default=1, output_field=models.SmallIntegerField())


class Delivery(models.Model):
    """One journal entry on its way to one contact point. The entry is the payload: it never changes."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=16)
    contact = models.ForeignKey(ContactPoint, models.PROTECT, null=True, related_name="deliveries")
    # entry:person:contact point ("in_app" for the inbox), and a fourth part where somebody tried again by hand
    dedup_key = models.CharField(max_length=64, unique=True)
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
    server_unreachable = models.BooleanField(
        default=False
    )  # the last attempt found no server: it was not the message's fault
    bundled_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="bundle")
    is_digest = models.BooleanField(default=False)  # leads everything that the rate limit held back
    retry_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="retries")

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
            models.CheckConstraint(
                condition=Q(channel=Channel.IN_APP, contact__isnull=True)
                | (~Q(channel=Channel.IN_APP) & Q(contact__isnull=False)),
                name="delivery_outside_has_contact",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.BUNDLED) | Q(bundled_into__isnull=False),
                name="delivery_bundled_has_lead",
            ),
        ]
        indexes = [
            models.Index(  # the lease: most urgent first among what is still to do
                F("priority"),
                F("available_at"),
                condition=Q(state__in=["pending", "leased"]),
                name="delivery_to_do",
            ),
            models.Index(  # the unread badge on every page
                fields=["person"], condition=Q(channel="in_app", read_at__isnull=True), name="delivery_unread"
            ),
            models.Index(fields=["person", "-id"], name="delivery_inbox"),
            models.Index(  # what is tried again when a server is back
                fields=["channel", "contact"],
                condition=Q(state="pending", server_unreachable=True),
                name="delivery_server_unreachable",
            ),
            models.Index(  # what travels in which message
                fields=["bundled_into"], condition=Q(state="bundled"), name="delivery_bundled"
            ),
            models.Index(  # the administrators' page
                LOST_FIRST, F("id").desc(), condition=~Q(channel="in_app"), name="delivery_lost_first"
            ),
            models.Index(  # the banner for administrators
                fields=["entry"], condition=Q(state__in=["dead", "uncertain"]), name="delivery_lost"
            ),
            models.Index(  # the rate limit counts what went out within minutes, to everybody and to one person
                fields=["sent_at", "person"],
                condition=Q(state="sent", bundled_into__isnull=True) & ~Q(channel="in_app"),
                name="delivery_sent_lately",
            ),
            models.Index(  # bundling: what went to this contact point last, what waits for it
                fields=["contact", "-sent_at"], condition=~Q(channel="in_app"), name="delivery_of_contact"
            ),
        ]
        triggers = [pgtrigger.FSM(name="ended_stays", field="state", transitions=TRANSITIONS)]

    def __str__(self) -> str:
        return self.dedup_key

    @property
    def tone(self) -> str:
        """How the state's chip is drawn."""
        if self.state in LOST:
            return "attention"
        if self.state == DeliveryState.SENT:
            return "good"
        return "stopped" if self.state == DeliveryState.CANCELLED else "neutral"

    @property
    def channel_label(self) -> str:
        return str(channel_labels().get(self.channel, self.channel))

    @property
    def can_be_retried(self) -> bool:
        return self.state in LOST

    @property
    def can_be_tried_now(self) -> bool:
        """Whether it waits for its next try."""
        return self.state == DeliveryState.PENDING and self.attempt_count > 0

    @property
    def message_key(self) -> str:
        """The same for every attempt, also by hand, so that a receiver can drop what it has."""
        return ":".join(self.dedup_key.split(":")[:3])

    @property
    def message_id(self) -> str:
        return f"<{uuid.uuid5(uuid.NAMESPACE_URL, self.message_key)}@crisis-desk>"


class Attempt(models.Model):
    """One try to send. Committed before the network is touched, so that no receipt is without its record."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    message_id = models.CharField(max_length=100, blank=True)  # under which it went out
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once")]
        ordering = ["delivery", "number"]

    def __str__(self) -> str:
        return f"{self.delivery} try {self.number}"


class RateLimit(models.Model):
    """When a quota last held messages back: for one person, or for everybody together."""

    scope = models.CharField(max_length=32, primary_key=True)  # "everybody" or "person-<id>"
    limited_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.scope


# Journal streams whose title or reference contains the words, among those that the person may see
Find = Callable[[User, str], Iterable[str]]
# Those of these journal streams of which the person may learn nothing
Hide = Callable[[User, Collection[str]], Iterable[str]]
# Apps further up know what the streams are about.
_finders: list[Find] = []
_hiders: list[Hide] = []


def add_subjects(*, find: Find, hide: Hide) -> None:
    if find not in _finders:
        _finders.append(find)
    if hide not in _hiders:
        _hiders.append(hide)


def streams_about(words: str, reader: User) -> list[str]:
    """Journal streams about what has these words in its title or reference, for somebody who may see that."""
    return [stream for find in _finders for stream in find(reader, words)]


def hidden_from(reader: User, among: Collection[str]) -> set[str]:
    """Those of these journal streams of which `reader` may learn nothing."""
    return {stream for hide in _hiders for stream in hide(reader, among)} if among else set()
