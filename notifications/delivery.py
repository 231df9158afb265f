"""Sends leased deliveries outside any transaction and records what happened.

The promise: at least once until a message expires or is given up. A worker killed between sending and recording
leaves its row leased; whoever finds it after the lease has run out sends once more and marks it a possible repeat.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.signing import BadSignature
from django.db import OperationalError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from journal.actions import record
from journal.models import Stream
from notifications import channels
from notifications.actions import outside_row
from notifications.channels import BoundedCall, first_ended
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed, Unreachable
from notifications.leasing import LEASE, MOST_REPEATS, Closed, lease_due, release_orphans, release_sent_twice
from notifications.models import Attempt, ContactPoint, Delivery, DeliveryState, hidden_from
from notifications.models.choices import OPEN
from notifications.wording import compose

logger = logging.getLogger(__name__)

MOST_SECONDS = 20  # for one message, whatever the other side does
MOST_ATTEMPTS = 8
TRIED_AGAIN_TOGETHER = 50  # when a server is back; each that arrives brings as many more
LOOK_EVERY_SECONDS = 1  # for more to send, while one place is slow


def deliver_pending(*, seconds: float = 20) -> int:
    """Send what is waiting, at most for `seconds` and what is under way then; returns how many messages it handled.

    A server that hangs must keep nobody waiting: after the first message that finds no server the rest for that
    place goes back and waits for the next round, and meanwhile what is for other places goes out.
    """
    handled, until, closed = 0, time.monotonic() + seconds, Closed()
    release_orphans()
    while time.monotonic() < until and (rows := lease_due(closed)):
        handled += Batch(rows, closed, until).deliver()
    return handled


def deliver(row: Delivery) -> None:
    """Send one leased delivery."""
    Batch([row], Closed(), time.monotonic() + MOST_SECONDS).deliver()


@dataclass(frozen=True)
class _UnderWay:
    row: Delivery
    attempt: Attempt
    call: BoundedCall[None]


@dataclass
class Batch:
    """Leased rows, one after the other for each place and side by side for different places.

    Everything that touches the database happens in the calling thread; a thread per message only sends.
    """

    rows: list[Delivery]
    closed: Closed
    until: float
    lines: dict[str, deque[Delivery]] = field(default_factory=lambda: defaultdict(deque))
    under_way: dict[str, _UnderWay] = field(default_factory=dict)

    def deliver(self) -> int:
        """Returns how many rows were handled; the others went back."""
        self._line_up(self.rows)
        handled = 0
        while self.lines or self.under_way:
            for place in self._free_places():
                handled += self._next(place)
            if self.under_way:
                self._await()
            if self.under_way and not self._free_places() and self._goes_on():
                self._line_up(lease_due(self._taken()))  # nobody else waits for a place that is slow
        return handled

    def _line_up(self, rows: list[Delivery]) -> None:
        for row in rows:
            self.lines[_place(row)].append(row)

    def _free_places(self) -> list[str]:
        return [place for place in self.lines if place not in self.under_way]

    def _goes_on(self) -> bool:
        """Until the time is over, and then as long as something is under way that began before."""
        began = [sending.call.until - MOST_SECONDS for sending in self.under_way.values()]
        return min([time.monotonic(), *began]) < self.until

    def _taken(self) -> Closed:
        """Where nothing more can go at the moment: what is closed, and where something is under way."""
        taken = Closed({*self.closed.channels}, {*self.closed.contacts})
        for sending in self.under_way.values():
            taken.close(sending.row)
        return taken

    def _next(self, place: str) -> int:
        """Begin with the next row for a place that is free; returns 1 when there was one to handle."""
        line = self.lines[place]
        is_closed = place in self.closed.channels or (line and line[0].contact_id in self.closed.contacts)
        if not line or is_closed or not self._goes_on():
            _put_back(self.lines.pop(place))
            return 0
        row = line.popleft()
        begun = _begin(row)
        if begun is None:
            return 1
        attempt, rows = begun
        try:
            message = compose(rows, possible_repeat=any(one.ambiguous_count for one in rows))
            config = row.contact.config if row.contact else {}
        except BadSignature:
            _end(row, attempt, PermanentFailure("no key of this site opens the contact point's settings"))
            return 1
        except Exception as failure:
            logger.exception("delivery %s cannot be put into words", row.pk)
            _end(row, attempt, failure)
            return 1
        failpoint("before_send")
        send = partial(channels.send, row.channel, config, message)
        self.under_way[place] = _UnderWay(row, attempt, BoundedCall(send, seconds=MOST_SECONDS))
        return 1

    def _await(self) -> None:
        """Wait a moment for the next outcome and record it, or that there was none in time."""
        by_call = {sending.call: place for place, sending in self.under_way.items()}
        call = first_ended(by_call, most_seconds=LOOK_EVERY_SECONDS)
        if call is None:
            return
        sending = self.under_way.pop(by_call[call])
        failure = call.failure()
        if failure is None:
            failpoint("after_send")
        elif isinstance(failure, Unreachable) or not call.seconds_left:
            self.closed.close(sending.row)
        _end(sending.row, sending.attempt, failure)


def _place(row: Delivery) -> str:
    """What is sent one message after the other: a channel with one server for everybody, or a contact point."""
    return row.channel if channels.get(row.channel).has_one_server else f"contact-{row.contact_id}"


def _still_leased(row: Delivery) -> QuerySet[Delivery]:
    """The row, while this worker still holds it: whatever is recorded is fenced by the lease."""
    return Delivery.objects.filter(pk=row.pk, state=DeliveryState.LEASED, lease_token=row.lease_token)


def _bundled(row: Delivery) -> QuerySet[Delivery]:
    """What travels in the row's message and shares its fate, once the row itself has been updated and is locked."""
    return Delivery.objects.filter(bundled_into=row.pk, state=DeliveryState.BUNDLED)


def _put_back(rows: deque[Delivery]) -> None:
    tokens = [row.lease_token for row in rows]
    Delivery.objects.filter(lease_token__in=tokens, started_at__isnull=True).update(
        state=DeliveryState.PENDING, lease_token=None, lease_until=None
    )


def _begin(row: Delivery) -> tuple[Attempt, list[Delivery]] | None:
    """Record that sending begins, before the network is touched; None when there is nothing to send."""
    # Read again: it may have been changed or removed since the row was leased.
    row.contact = ContactPoint.objects.current().filter(deliveries=row).first()
    if not row.person.is_active or row.contact is None:
        with transaction.atomic():
            if _still_leased(row).update(state=DeliveryState.CANCELLED, lease_token=None, lease_until=None):
                _bundled(row).update(state=DeliveryState.CANCELLED)
        return None
    if hidden_from(row.person, {row.entry.stream_id}):
        # Access was lost while it waited. What travels with it is released, and goes out by itself.
        _still_leased(row).update(state=DeliveryState.CANCELLED, lease_token=None, lease_until=None)
        return None
    if not (row.contact.verified_at or row.contact.is_login):
        # It leads elsewhere since, and whoever reads there may be a stranger.
        _give_up(row, DeliveryState.DEAD, "the contact point was changed and is not verified yet")
        return None
    if row.ambiguous_count > MOST_REPEATS:
        _give_up(row, DeliveryState.UNCERTAIN, "sent twice, no answer either time")
        return None
    if row.expires_at <= timezone.now():
        _give_up(row, DeliveryState.DEAD, "expired before it could be sent")
        return None
    with transaction.atomic():
        if not _still_leased(row).update(
            started_at=Now(), attempt_count=F("attempt_count") + 1, lease_until=Now() + LEASE
        ):
            return None  # withdrawn, or the lease went to somebody else
        row.attempt_count += 1
        rows = [row, *_travelling(row)]
        attempt = Attempt.objects.create(
            delivery=row, number=row.attempt_count, message_id=row.message_id, started_at=timezone.now()
        )
    return attempt, rows


def _travelling(row: Delivery) -> list[Delivery]:
    """What goes out in the row's message.

    What the person may not know any more is left out of it, and so is what has gone out twice without an answer.
    """
    release_sent_twice(row)
    rows = list(_bundled(row).select_related("person", "entry__actor").order_by("priority", "pk"))
    hidden = hidden_from(row.person, {one.entry.stream_id for one in rows})
    if hidden:
        _bundled(row).filter(entry__stream__in=hidden).update(state=DeliveryState.CANCELLED)
    return [one for one in rows if one.entry.stream_id not in hidden]


def _end(row: Delivery, attempt: Attempt, failure: Exception | None) -> None:
    """Record what became of one attempt."""
    if failure is not None:
        # The type alone: a provider's words may carry secrets or somebody's text.
        logger.warning("delivery %s: %s", row.pk, type(failure.__cause__ or failure).__name__)
    if failure is None:
        _sent(row, attempt)
        _retry_unreachable(row)
    elif isinstance(failure, PermanentFailure):
        _give_up(row, DeliveryState.DEAD, str(failure), attempt)
    elif row.attempt_count >= MOST_ATTEMPTS:
        _give_up(row, DeliveryState.DEAD, f"{_reason(failure)}, {row.attempt_count} attempts", attempt)
    else:
        asked = getattr(failure, "retry_after", None) or 0
        pause = max(backoff(row.attempt_count), timedelta(seconds=asked))
        with transaction.atomic():
            _send_back(
                row,
                pause,
                last_error=_reason(failure),
                ambiguous=isinstance(failure, AmbiguousFailure),
                server_unreachable=isinstance(failure, Unreachable),
            )
            _note(attempt, _reason(failure))


def _reason(failure: Exception) -> str:
    """Our own words, or the type of the error: a provider's words may carry secrets or somebody's text."""
    return (str(failure) if isinstance(failure, SendingFailed) else "") or type(failure).__name__


def _note(attempt: Attempt | None, outcome: str) -> None:
    if attempt:
        Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome[:200])


def _sent(row: Delivery, attempt: Attempt) -> None:
    with transaction.atomic():
        count = _still_leased(row).update(
            state=DeliveryState.SENT, sent_at=Now(), lease_token=None, lease_until=None, last_error=""
        )
        if count:
            _bundled(row).update(state=DeliveryState.SENT, sent_at=Now())
            ContactPoint.objects.filter(deliveries=row, failures__gt=0).update(failures=0)
        _note(attempt, "sent" if count else "sent, but the lease had gone to another worker")


@transaction.atomic
def _retry_unreachable(sent: Delivery) -> None:
    """The server of `sent` is back: what waits because of it goes out now and not after its pause, the oldest first."""
    waiting = Delivery.objects.filter(
        state=DeliveryState.PENDING, server_unreachable=True, available_at__gt=Now()
    )
    same_place = waiting.filter(channel=sent.channel)
    if not channels.get(sent.channel).has_one_server:
        same_place = same_place.filter(contact=sent.contact_id)
    locked = same_place.order_by("pk").select_for_update(skip_locked=True, of=("self",), no_key=True)
    found = list(locked.values_list("pk", flat=True)[:TRIED_AGAIN_TOGETHER])
    Delivery.objects.filter(pk__in=found).update(available_at=Now())


def _send_back(
    row: Delivery,
    pause: timedelta,
    *,
    last_error: str,
    ambiguous: bool = False,
    server_unreachable: bool = False,
) -> None:
    _still_leased(row).update(
        state=DeliveryState.PENDING,
        available_at=Now() + pause,
        lease_token=None,
        lease_until=None,
        started_at=None,
        last_error=last_error[:200],
        server_unreachable=server_unreachable,
        ambiguous_count=F("ambiguous_count") + int(ambiguous),
    )


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt: 5, 15, 45, 120, then 300 s, with a spread of a fifth."""
    seconds = (5, 15, 45, 120, 300)[min(attempt, 5) - 1]
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing


def _give_up(row: Delivery, state: str, reason: str, attempt: Attempt | None = None) -> None:
    try:
        with transaction.atomic():
            _note(attempt, reason)
            if not _still_leased(row).update(
                state=state, lease_token=None, lease_until=None, last_error=reason[:200]
            ):
                return
            rows = [row, *_bundled(row).select_related("entry", "person")]
            _bundled(row).update(state=state, last_error=reason[:200])
            if state == DeliveryState.DEAD and attempt:
                ContactPoint.objects.filter(deliveries=row).update(failures=F("failures") + 1)
            if state == DeliveryState.DEAD and row.expires_at > timezone.now():
                _try_next_contact(rows)
            _record_undelivered(rows, reason)
    except OperationalError:
        _send_back(row, backoff(1), last_error=reason)


def _try_next_contact(rows: list[Delivery]) -> None:
    """Send what could not be delivered to the person's next contact point, where nothing else is on its way."""
    person_id = rows[0].person_id
    entry_ids = [row.entry_id for row in rows]
    tried = defaultdict(set)
    alive = set()
    others = Delivery.objects.outside().filter(person=person_id, entry__in=entry_ids)
    for entry_id, contact_id, state in others.values_list("entry", "contact", "state"):
        tried[entry_id].add(contact_id)
        if state in (*OPEN, DeliveryState.SENT):
            alive.add(entry_id)
    contacts = [
        contact
        for contact in ContactPoint.objects.usable().filter(person=person_id).order_by("pk")
        if not contact.is_failing
    ]
    again = []
    for row in rows:
        left = [contact for contact in contacts if contact.pk not in tried[row.entry_id]]
        if left and row.entry_id not in alive:
            following = outside_row(row.entry, left[0])
            following.available_at = row.available_at
            again.append(following)
    Delivery.objects.bulk_create(again, ignore_conflicts=True)


def _record_undelivered(rows: list[Delivery], reason: str) -> None:
    """One entry in every stream concerned."""
    by_stream = {row.entry.stream_id: row for row in rows}
    # Whoever acts on the same incident may hold its stream and wait for this delivery, to withdraw it. Waiting for
    # the stream the other way round would be a deadlock, so this side gives way and tries again.
    list(Stream.objects.select_for_update(nowait=True).filter(pk__in=by_stream).order_by("pk"))
    for stream, row in by_stream.items():
        record(
            stream=stream,
            kind="notification.undelivered",
            actor=None,
            data={
                "person": str(row.person),
                "channel": row.channel,
                "reason": reason[:200],
                **{
                    key: row.entry.data[key]
                    for key in ("incident", "level", "about")
                    if key in row.entry.data
                },
            },
            path=row.entry.path,
        )


def failpoint(name: str) -> None:
    """Where the fault tests kill the sender; does nothing unless FAILPOINT names this place."""
    if name == settings.FAILPOINT:
        os.kill(os.getpid(), signal.SIGKILL)
