"""Claims deliveries, sends them outside any transaction and records what happened.

The promise: at least once until a message expires or is given up. A worker killed between sending and recording
leaves its row leased; whoever finds it after the lease has run out sends once more and marks it a possible repeat.
"""

from __future__ import annotations

import logging
import os
import signal
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from journal.actions import record
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
            .select_for_update(skip_locked=True, of=("self",))[:BATCH]
        )
        now = timezone.now()
        for row in rows:
            if row.started_at:  # an earlier lease ended without a word: it may have been sent
                row.ambiguous_count += 1
            row.state, row.lease_token, row.lease_until = DeliveryState.LEASED, uuid.uuid4(), now + LEASE
            row.started_at = None
        Delivery.objects.bulk_update(
            rows, ["state", "lease_token", "lease_until", "started_at", "ambiguous_count"]
        )
    return rows


def deliver_pending() -> int:
    """Send what is waiting; returns how many rows were handled."""
    handled = 0
    while rows := claim():
        for row in rows:
            _deliver(row)
        handled += len(rows)
    return handled


def _deliver(row: Delivery) -> None:
    held = Delivery.objects.filter(pk=row.pk, state=DeliveryState.LEASED, lease_token=row.lease_token)
    if row.ambiguous_count > 1:
        return _give_up(row, DeliveryState.UNCERTAIN, "sent twice, no answer either time")
    if row.expires_at <= timezone.now():
        return _give_up(row, DeliveryState.DEAD, "expired before it could be sent")
    with transaction.atomic():
        # Committed before the network is touched: whatever arrives there has its attempt row here.
        if not held.update(
            started_at=Now(), attempt_count=F("attempt_count") + 1, lease_until=timezone.now() + LEASE
        ):
            return None  # withdrawn, or the lease went to somebody else
        row.attempt_count += 1
        attempt = Attempt.objects.create(delivery=row, number=row.attempt_count, started_at=timezone.now())
    failpoint("before_send")
    try:
        email.send(row, possible_repeat=row.ambiguous_count > 0)
    except email.PermanentFailure as failure:
        return _give_up(row, DeliveryState.DEAD, str(failure), attempt)
    except Exception as failure:  # noqa: BLE001 - whatever goes wrong, the row must not stay leased
        return _retry(row, attempt, failure)
    failpoint("after_send")
    with transaction.atomic():
        recorded = held.update(
            state=DeliveryState.SENT, sent_at=Now(), lease_token=None, lease_until=None, last_error=""
        )
        _end(attempt, "sent" if recorded else "sent, but the lease had gone to another worker")
    return None


def _end(attempt: Attempt | None, outcome: str) -> None:
    if attempt:
        Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome[:200])


def _retry(row: Delivery, attempt: Attempt, failure: Exception) -> None:
    # The type says enough for an operator; a provider's words may carry secrets or somebody's text.
    ambiguous = isinstance(failure, email.AmbiguousFailure)
    reason = type(failure).__name__
    if row.attempt_count >= MOST_ATTEMPTS:
        return _give_up(row, DeliveryState.DEAD, f"{reason}, {row.attempt_count} attempts", attempt)
    with transaction.atomic():
        Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
            state=DeliveryState.PENDING,
            available_at=timezone.now() + backoff(row.attempt_count),
            lease_token=None,
            lease_until=None,
            started_at=None,
            last_error=reason,
            ambiguous_count=F("ambiguous_count") + int(ambiguous),
        )
        _end(attempt, reason)
    return None


def _give_up(row: Delivery, state: str, reason: str, attempt: Attempt | None = None) -> None:
    with transaction.atomic():
        given_up = Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
            state=state, lease_token=None, lease_until=None, last_error=reason[:200]
        )
        _end(attempt, reason)
        if given_up:
            record(
                stream=row.entry.stream_id,
                kind="notification.undelivered",
                actor=None,
                data={"person": str(row.person), "channel": row.channel, "reason": reason[:200]},
                path=row.entry.path,
            )


def failpoint(name: str) -> None:
    """Where the fault tests kill the sender; does nothing unless FAILPOINT names this place."""
    if name == settings.FAILPOINT:
        os.kill(os.getpid(), signal.SIGKILL)
