"""Which deliveries a worker may send now, and what travels in the same message: one event, one notice."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Now

from journal.models import Entry, Urgency
from notifications import channels
from notifications.actions import BUNDLE_WINDOW
from notifications.models import Channel, ContactPoint, Delivery, DeliveryState, Priority
from notifications.models.choices import OPEN
from notifications.rate_limit import DIGEST_EVERY, RATE_LIMITED, Traffic, announce

_URGENCIES = [Urgency.NOW, Urgency.SOON, Urgency.LATER]
LEASE = timedelta(seconds=60)  # longer than the 20 s that a send may take
BATCH = 10
MOST_IN_ONE_MESSAGE = 200
MOST_REPEATS = 1  # of what may have arrived, alone or in another's message
# Deadlines that cannot fire, as the engine tells administrators.
CANNOT_FIRE = {"engine.deadline_failed", "engine.deadline_locked"}
# The same thing urgent again, or an older alert of the same deadline, while a message is on its way: its answer comes
# within seconds.
LOOK_AGAIN = timedelta(seconds=5)


@dataclass
class Closed:
    """Where nothing goes at the moment: whole channels, or single contact points."""

    channels: set[str] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)

    def close(self, row: Delivery) -> None:
        """Where a channel has one server for everybody, all of it; otherwise this contact point alone."""
        if channels.get(row.channel).has_one_server:
            self.channels.add(row.channel)
        elif row.contact_id:
            self.contacts.add(row.contact_id)


def lease_due(closed: Closed | None = None) -> list[Delivery]:
    """Lease up to ten messages to this worker, most urgent first. Any number of workers may do so at once.

    A row that has to wait gets a later time, a row that travels in another's message is bundled into it, and an
    alert that has been overtaken by a newer one of the same deadline is not sent by itself any more.
    """
    closed = closed or Closed()
    while True:
        with transaction.atomic():
            round_ = _Round(_candidates(closed))
            if not round_.rows:
                return []
            leads = round_.sort()
            announce(round_.traffic.limited, round_.now)
        if leads:
            return leads


def release_orphans() -> None:
    """What was bundled into a message that will not be sent after all goes out by itself.

    Where that message may have arrived before it was stopped, it is a possible repeat; where it went out twice
    without an answer, so did this, and a person must look.
    """
    orphans = Delivery.objects.filter(state=DeliveryState.BUNDLED).exclude(bundled_into__state__in=OPEN)
    with transaction.atomic():
        locked = orphans.select_for_update(skip_locked=True, of=("self",), no_key=True)
        for row in locked.select_related("bundled_into"):
            row.ambiguous_count += row.bundled_into.ambiguous_count if row.bundled_into else 0
            row.state, row.bundled_into, row.available_at = DeliveryState.PENDING, None, Now()
            row.save(update_fields=["state", "bundled_into", "available_at", "ambiguous_count"])


def release_sent_twice(lead: Delivery) -> None:
    """What went out twice without an answer, by itself or with `lead`, does not go out with it a third time."""
    Delivery.objects.filter(
        bundled_into=lead.pk,
        state=DeliveryState.BUNDLED,
        ambiguous_count__gt=MOST_REPEATS - lead.ambiguous_count,
    ).update(
        state=DeliveryState.PENDING,
        bundled_into=None,
        available_at=Now(),
        ambiguous_count=F("ambiguous_count") + lead.ambiguous_count,
    )


def _candidates(closed: Closed) -> list[Delivery]:
    """Up to ten rows that are due, locked, of contact points that no other worker is sorting at the moment."""
    due = (
        Delivery.objects.leasable().exclude(channel__in=closed.channels).exclude(contact__in=closed.contacts)
    )
    rows = list(
        due.order_by("priority", "available_at", "pk")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("person", "contact", "entry__actor")
        .annotate(database_now=Now())[:BATCH]
    )
    contacts = ContactPoint.objects.filter(pk__in={row.contact_id for row in rows}).order_by("pk")
    mine = {contact.pk for contact in contacts.select_for_update(skip_locked=True, no_key=True)}
    return [row for row in rows if row.contact_id in mine]


class _Round:
    """One look at the rows that are due: who goes, who waits, who travels with whom."""

    def __init__(self, rows: list[Delivery]) -> None:
        self.rows = sorted(rows, key=lambda row: precedence(row.entry))
        self.bundled: set[int] = set()
        self.leading: set[int] = set()
        if not rows:
            return
        self.now: datetime = rows[0].database_now  # type: ignore[attr-defined]
        self.traffic = Traffic.to({row.person_id for row in rows})
        self._look_back({row.contact_id for row in rows if row.contact_id})
        self.newer = _newer_alerts(rows, self.now)

    def _look_back(self, contact_ids: set[int]) -> None:
        """When each contact point last had a message, and when the last urgent one of each stream."""
        rows = Delivery.objects.filter(~Q(channel=Channel.IN_APP), contact__in=contact_ids)
        lately = rows.filter(state=DeliveryState.SENT, sent_at__gt=self.now - DIGEST_EVERY).order_by()
        self.last: dict[int, datetime] = {}
        self.last_urgent: dict[tuple[int, str], datetime] = {}
        groups = lately.values_list("contact", "entry__stream", "priority").annotate(Max("sent_at"))
        for contact_id, stream, priority, at in groups:
            self.last[contact_id] = max(at, self.last.get(contact_id, at))
            if priority == Priority.NOW:
                self.last_urgent[contact_id, stream] = at
        going = rows.filter(state=DeliveryState.LEASED, lease_until__gt=self.now, priority=Priority.NOW)
        self.going = set(going.values_list("contact", "entry__stream"))
        waiting = (
            rows.filter(state=DeliveryState.PENDING).order_by().values_list("contact").annotate(Count("pk"))
        )
        self.crowded = {
            contact_id for contact_id, count in waiting if count > 1
        }  # where something can be bundled

    def sort(self) -> list[Delivery]:
        """The rows to send, leased."""
        leads, waiting = [], []
        for row in self.rows:
            if row.pk in self.bundled:
                continue
            if self._is_overtaken(row):
                _drop(row)
            elif until := self._must_wait_until(row):
                row.available_at = until
                row.lease_until = until if row.state == DeliveryState.LEASED else None
                waiting.append(row)
            else:
                leads.append(row)
                self._lead(row)
        Delivery.objects.bulk_update(waiting, ["available_at", "lease_until"])
        self._lease(leads)
        return leads

    def _is_overtaken(self, row: Delivery) -> bool:
        """Whether a newer alert of the same deadline has arrived: the older one would only mislead."""
        return DeliveryState.SENT in self.newer.get(row.pk, ())

    def _must_wait_until(self, row: Delivery) -> datetime | None:
        if self.newer.get(row.pk):
            return self.now + LOOK_AGAIN  # the newer one goes first, and takes this one along if it can
        if not _is_fresh(row) or row.entry.kind == RATE_LIMITED:
            return None
        contact_id, stream = row.contact_id or 0, row.entry.stream_id
        until = None
        row.is_digest = self.traffic.exceeds_quota(row.person)
        if row.is_digest:
            until = self.last[contact_id] + DIGEST_EVERY if contact_id in self.last else None
        elif row.priority == Priority.NOW and not _is_alert(row.entry):
            if (contact_id, stream) in self.going:
                return self.now + LOOK_AGAIN
            at = self.last_urgent.get((contact_id, stream))
            until = at + BUNDLE_WINDOW if at else None
        return until if until and until > self.now else None

    def _lead(self, row: Delivery) -> None:
        self.traffic.count(row.person)
        self.leading.add(row.pk)
        if row.contact_id:
            self.last[row.contact_id] = self.now  # a second message within this round comes after it
        if row.priority == Priority.NOW:
            self.going.add((row.contact_id or 0, row.entry.stream_id))
        if row.contact_id in self.crowded and _is_fresh(row) and row.entry.kind != RATE_LIMITED:
            self._bundle(row)

    def _bundle(self, lead: Delivery) -> None:
        """Put what may travel with `lead` into its message."""
        waiting = (
            Delivery.objects.filter(contact=lead.contact_id, state=DeliveryState.PENDING)
            .filter(bundle__isnull=True)
            .exclude(pk__in=self.leading)
            .exclude(entry__kind=RATE_LIMITED)
        )
        is_fresh = Q(attempt_count=0, ambiguous_count=0)
        is_due = Q(available_at__lte=self.now)
        # Also rows still inside their bundling window, but not what waits for the end of quiet hours.
        in_window = Q(available_at__lte=F("entry__at") + BUNDLE_WINDOW)
        if lead.is_digest:
            may_travel = is_fresh & is_due
        elif lead.priority == Priority.NOW:
            # An alert did not wait for rows still inside their bundling window, so they come along now.
            is_in_time = Q(available_at__lte=self.now + BUNDLE_WINDOW) if lead.entry.alert_of else is_due
            may_travel = is_fresh & is_in_time & Q(priority=Priority.NOW, entry__stream=lead.entry.stream_id)
        else:
            may_travel = is_fresh & (is_due | in_window) & Q(priority__in=[Priority.SOON, Priority.LATER])
        if lead.entry.alert_of:
            may_travel |= _older_of_its_deadline(lead.entry)
        others = waiting.filter(may_travel)
        locked = others.order_by("pk").select_for_update(skip_locked=True, of=("self",), no_key=True)
        found = list(locked.values_list("pk", flat=True)[:MOST_IN_ONE_MESSAGE])
        Delivery.objects.filter(pk__in=found).update(state=DeliveryState.BUNDLED, bundled_into=lead.pk)
        self.bundled.update(found)

    def _lease(self, leads: Iterable[Delivery]) -> None:
        leads = list(leads)
        for row in leads:
            row.ambiguous_count += _may_have_been_sent(row)
            row.state, row.lease_token, row.started_at = DeliveryState.LEASED, uuid.uuid4(), None
            row.lease_until = self.now + LEASE  # by the database's clock, like everything that is compared
        Delivery.objects.bulk_update(
            leads, ["state", "lease_token", "lease_until", "started_at", "ambiguous_count", "is_digest"]
        )


def _is_fresh(row: Delivery) -> bool:
    """Whether it goes out for the first time. A repeat has had its turn: it is not bundled and not held back."""
    return row.state == DeliveryState.PENDING and not row.attempt_count and not row.ambiguous_count


def _may_have_been_sent(row: Delivery) -> int:
    """1 when an earlier lease ended without a word after sending had begun."""
    return int(row.started_at is not None)


def _drop(row: Delivery) -> None:
    """It is not sent any more. What travelled with it is released, and must know whether it may have arrived."""
    Delivery.objects.filter(pk=row.pk).update(
        state=DeliveryState.CANCELLED,
        lease_token=None,
        lease_until=None,
        ambiguous_count=F("ambiguous_count") + _may_have_been_sent(row),
    )


def _is_alert(entry: Entry) -> bool:
    """About a missed deadline, or one that cannot fire: each matters by itself, so none waits for another."""
    return bool(entry.alert_of) or entry.kind in CANNOT_FIRE


def precedence(entry: Entry) -> tuple[bool, int, int]:
    """The order within a message: alerts about deadlines, then by urgency, then the newest."""
    return not entry.alert_of, _URGENCIES.index(Urgency(entry.urgency)), -entry.pk


def _older_of_its_deadline(alert: Entry) -> Q:
    """The deliveries of older alerts about the same deadline, whatever became of earlier attempts."""
    return Q(entry__alert_of=alert.alert_of, entry__lt=alert.pk)


def _newer_alerts(rows: Iterable[Delivery], now: datetime) -> dict[int, set[str]]:
    """For each row that is such an alert: the states of newer ones about its deadline at the same contact point.

    Only of those that have arrived, or that go out now or are tried again: one that waits for the end of quiet hours
    holds nothing up.
    """
    alerts = [row for row in rows if row.entry.alert_of]
    if not alerts:
        return {}
    going = Q(state=DeliveryState.PENDING) & (Q(available_at__lte=now) | Q(attempt_count__gt=0))
    newer = Delivery.objects.filter(
        going | Q(state__in=[DeliveryState.LEASED, DeliveryState.BUNDLED, DeliveryState.SENT]),
        contact__in={row.contact_id for row in alerts},
        entry__alert_of__in={row.entry.alert_of for row in alerts},
        entry__gt=min(row.entry_id for row in alerts),
    ).select_related("entry")
    by_deadline = defaultdict(list)
    for row in newer:
        by_deadline[row.contact_id, row.entry.alert_of].append(row)
    return {
        row.pk: {
            other.state
            for other in by_deadline[row.contact_id, row.entry.alert_of]
            if other.entry_id > row.entry_id and other.bundled_into_id != row.pk
        }
        for row in alerts
    }
