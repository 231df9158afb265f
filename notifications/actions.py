"""From a journal entry to delivery rows, and what a reader does with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from journal import live
from journal.models import Entry, Urgency
from journal.wake import wake
from notifications.models import Channel, Delivery, DeliveryState, Priority
from people.models import User

# An alert older than this helps nobody; it stays visible in the app but is no longer sent.
EXPIRES_AFTER = timedelta(hours=24)
_PRIORITY = {Urgency.NOW: Priority.NOW, Urgency.SOON: Priority.SOON, Urgency.LATER: Priority.LATER}


def fan_out(*, entry: Entry, **_signal: Any) -> None:
    """Write the delivery rows of `entry`, in the transaction that writes the entry itself.

    Unique per entry, person and channel: writing them again changes nothing. What is merely worth knowing
    (urgency `later`) stays in the app; only what needs somebody soon goes out by mail.
    """
    channels = [Channel.IN_APP] if entry.urgency == Urgency.LATER else list(Channel)
    rows = [
        Delivery(
            entry=entry,
            person_id=person_id,
            channel=channel,
            dedup_key=f"{entry.pk}:{person_id}:{channel}",
            priority=_PRIORITY[Urgency(entry.urgency)],
            state=DeliveryState.SENT if channel == Channel.IN_APP else DeliveryState.PENDING,
            sent_at=entry.at if channel == Channel.IN_APP else None,
            available_at=entry.at,
            expires_at=entry.at + EXPIRES_AFTER,
        )
        for person_id in entry.audience
        for channel in channels
    ]
    if not rows:
        return
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    for person_id in entry.audience:
        transaction.on_commit(partial(live.publish, f"person-{person_id}", "told"), robust=True)
    if len(channels) > 1:
        transaction.on_commit(partial(wake, "notifications.tasks.deliver"), robust=True)


def withdraw(*, entry_ids: Iterable[int], **_signal: Any) -> None:
    """Stop what has not gone out yet: somebody has acted, the alert is no longer true.

    A message whose sending has begun is left alone; it is recorded as sent or not, and audited as late.
    """
    Delivery.objects.filter(
        entry_id__in=list(entry_ids),
        state__in=[DeliveryState.PENDING, DeliveryState.LEASED],
        started_at__isnull=True,
    ).update(state=DeliveryState.CANCELLED, lease_token=None, lease_until=None)


def mark_read(*, user: User, delivery_ids: Iterable[int] | None = None) -> int:
    """Mark what `user` was told as read (all of it without ids); returns how many changed."""
    unread = Delivery.objects.filter(person=user, channel=Channel.IN_APP).unread()
    if delivery_ids is not None:
        unread = unread.filter(pk__in=list(delivery_ids))
    with transaction.atomic():
        changed = unread.update(read_at=Now())
        transaction.on_commit(lambda: live.publish(f"person-{user.pk}", "read"), robust=True)
    return changed


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt: 5, 15, 45, 120, then 300 s, with a spread of a fifth."""
    seconds = (5, 15, 45, 120, 300)[min(attempt, 5) - 1]
    spread = (timezone.now().microsecond / 1_000_000 - 0.5) * 0.4
    return timedelta(seconds=seconds * (1 + spread))
