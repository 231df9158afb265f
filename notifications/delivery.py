"""Claims deliveries, sends them outside any transaction and records what happened.

The promise: at least once until a message expires or is given up. A worker killed between sending and recording
leaves its row leased; whoever finds it after the lease has run out sends once more and marks it a possible repeat.
"""

from __future__ import annotations

import logging
import os
import signal
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from journal.actions import record
from journal.models import Stream
from notifications import email
from notifications.actions import backoff
from notifications.models import Attempt, Delivery, DeliveryState

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than the 20 s that a send may take
BATCH = 10
MOST_ATTEMPTS = 8


def claim() -> list[Delivery]:
    """Lease up to ten deliveries to this worker, most urgent first. Any number of workers may do so at once."""
    with transaction.atomic():
        rows = list(
            Delivery.objects.claimable()
            .order_by("priority", "available_at")
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("person", "entry__actor")[:BATCH]
        )
        for row in rows:
            if row.started_at:  # an earlier lease ended without a word: it may have been sent
                row.ambiguous_count += 1
            row.state, row.lease_token, row.started_at = DeliveryState.LEASED, uuid.uuid4(), None
            row.lease_until = Now() + LEASE  # by the database's clock, like everything that is compared
        Delivery.objects.bulk_update(
            rows, ["state", "lease_token", "lease_until", "started_at", "ambiguous_count"]
        )
    return rows


def deliver_pending(*, seconds: float = 20) -> int:
    """Send what is waiting, at most for `seconds` and the send under way; returns how many rows were handled.

    A mail server that hangs must not keep a worker, which has deadlines to fire as well: after the first message
    that finds nobody there the rest goes back and waits for the next round.
    """
    handled, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and (rows := claim()):
        while rows and time.monotonic() < until:
            row = rows.pop(0)
            handled += 1
            if not _deliver(row):
                until = 0
        _put_back(rows)
    return handled


def _put_back(rows: list[Delivery]) -> None:
    tokens = [row.lease_token for row in rows]
    Delivery.objects.filter(lease_token__in=tokens, started_at__isnull=True).update(
        state=DeliveryState.PENDING, lease_token=None, lease_until=None
    )


def _deliver(row: Delivery) -> bool:
    """Send one leased delivery; False when the mail server could not be reached at all."""
    held = Delivery.objects.filter(pk=row.pk, state=DeliveryState.LEASED, lease_token=row.lease_token)
    if not row.person.is_active:
        held.update(state=DeliveryState.CANCELLED, lease_token=None, lease_until=None)
        return True
    if row.ambiguous_count > 1:
        return _give_up(row, DeliveryState.UNCERTAIN, "sent twice, no answer either time")
    if row.expires_at <= timezone.now():
        return _give_up(row, DeliveryState.DEAD, "expired before it could be sent")
    with transaction.atomic():
        # Committed before the network is touched: whatever arrives there has its attempt row here.
        if not held.update(started_at=Now(), attempt_count=F("attempt_count") + 1, lease_until=Now() + LEASE):
            return True  # withdrawn, or the lease went to somebody else
        row.attempt_count += 1
        attempt = Attempt.objects.create(delivery=row, number=row.attempt_count, started_at=timezone.now())
    failpoint("before_send")
    try:
        email.send(row, possible_repeat=row.ambiguous_count > 0)
    except email.PermanentFailure as failure:
        return _give_up(row, DeliveryState.DEAD, str(failure), attempt)
    except Exception as failure:  # noqa: BLE001 - whatever goes wrong, the row must not stay leased
        _retry(row, attempt, failure)
        return not isinstance(failure, email.Unreachable)
    failpoint("after_send")
    with transaction.atomic():
        recorded = held.update(
            state=DeliveryState.SENT, sent_at=Now(), lease_token=None, lease_until=None, last_error=""
        )
        _end(attempt, "sent" if recorded else "sent, but the lease had gone to another worker")
    return True


def _end(attempt: Attempt | None, outcome: str) -> None:
    if attempt:
        Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome[:200])


def _retry(row: Delivery, attempt: Attempt, failure: Exception) -> None:
    ambiguous = isinstance(failure, email.AmbiguousFailure)
    # The type says enough for an operator; a provider's words may carry secrets or somebody's text.
    reason = type(failure.__cause__ or failure).__name__
    if row.attempt_count >= MOST_ATTEMPTS:
        _give_up(row, DeliveryState.DEAD, f"{reason}, {row.attempt_count} attempts", attempt)
        return
    with transaction.atomic():
        _send_back(row, backoff(row.attempt_count), last_error=reason, ambiguous=ambiguous)
        _end(attempt, reason)


def _send_back(row: Delivery, pause: timedelta, *, last_error: str, ambiguous: bool = False) -> None:
    Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
        state=DeliveryState.PENDING,
        available_at=Now() + pause,
        lease_token=None,
        lease_until=None,
        started_at=None,
        last_error=last_error,
        ambiguous_count=F("ambiguous_count") + int(ambiguous),
    )


def _give_up(row: Delivery, state: str, reason: str, attempt: Attempt | None = None) -> bool:
    try:
        with transaction.atomic():
            given_up = Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
                state=state, lease_token=None, lease_until=None, last_error=reason[:200]
            )
            _end(attempt, reason)
            if given_up:
                _record_undelivered(row, reason)
    except OperationalError:
        _send_back(row, backoff(1), last_error=reason[:200])
    return True


def _record_undelivered(row: Delivery, reason: str) -> None:
    # Whoever acts on the same incident may hold its stream and wait for this delivery, to withdraw it. Waiting for
    # the stream the other way round would be a deadlock, so this side gives way and tries again.
    Stream.objects.select_for_update(nowait=True).get(pk=row.entry.stream_id)
    record(
        stream=row.entry.stream_id,
        kind="notification.undelivered",
        actor=None,
        data={
            "person": str(row.person),
            "channel": row.channel,
            "reason": reason[:200],
            **{key: row.entry.data[key] for key in ("incident", "level", "about") if key in row.entry.data},
        },
        path=row.entry.path,
    )


def failpoint(name: str) -> None:
    """Where the fault tests kill the sender; does nothing unless FAILPOINT names this place."""
    if name == settings.FAILPOINT:
        os.kill(os.getpid(), signal.SIGKILL)
