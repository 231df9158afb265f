"""What goes before what: an alert about a deadline leads its message, and silences older ones about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from journal.models import Entry, Urgency
from notifications.models import Delivery, DeliveryState

_URGENCIES = [Urgency.NOW, Urgency.SOON, Urgency.LATER]


def precedence(entry: Entry) -> tuple[bool, int, int]:
    """The order within a message: alerts about deadlines, then by urgency, then the newest."""
    return not entry.alert_of, _URGENCIES.index(Urgency(entry.urgency)), -entry.pk


def older_of_its_deadline(alert: Entry) -> Q:
    """The deliveries of older alerts about the same deadline, whatever became of earlier attempts."""
    return Q(entry__alert_of=alert.alert_of, entry__lt=alert.pk)


def newer_alerts(rows: Iterable[Delivery], now: datetime) -> dict[int, set[str]]:
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
