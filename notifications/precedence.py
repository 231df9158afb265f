"""What goes before what: an alarm about a deadline leads its message, and silences older ones of the same clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from journal.models import Entry, Urgency
from notifications.models import Delivery, DeliveryState

_URGENCIES = [Urgency.NOW, Urgency.SOON, Urgency.LATER]
Clock = tuple[str, str | None, str | None]


def is_alarm(entry: Entry) -> bool:
    """Whether it says that a deadline was missed."""
    return "deadline" in entry.data


def precedence(entry: Entry) -> tuple[bool, int, int]:
    """The order within a message: alarms, then by urgency, then the newest."""
    return not is_alarm(entry), _URGENCIES.index(Urgency(entry.urgency)), -entry.pk


def clock_of(entry: Entry) -> Clock:
    """Of which clock an alarm tells: every step and repeat of it has the same purpose and item in one stream."""
    return entry.stream_id, entry.data.get("purpose"), entry.data.get("item")


def older_of_its_clock(alarm: Entry) -> Q:
    """The deliveries of older alarms of the same clock, whatever became of earlier attempts."""
    same = Q(entry__stream=alarm.stream_id, entry__lt=alarm.pk, entry__data__has_key="deadline")
    for key in ("purpose", "item"):
        value = alarm.data.get(key)
        same &= Q(
            **{f"entry__data__{key}__isnull": True} if value is None else {f"entry__data__{key}": value}
        )
    return same


def newer_alarms(rows: Iterable[Delivery], now: datetime) -> dict[int, set[str]]:
    """For each row that is an alarm: the states of newer alarms of its clock at the same contact point.

    Only of those that have arrived, or that go out now or are tried again: one that waits for the end of quiet hours
    holds nothing up.
    """
    alarms = [row for row in rows if is_alarm(row.entry)]
    if not alarms:
        return {}
    going = Q(state=DeliveryState.PENDING) & (Q(available_at__lte=now) | Q(attempt_count__gt=0))
    newer = Delivery.objects.filter(
        going | Q(state__in=[DeliveryState.LEASED, DeliveryState.BUNDLED, DeliveryState.SENT]),
        contact__in={row.contact_id for row in alarms},
        entry__stream__in={row.entry.stream_id for row in alarms},
        entry__gt=min(row.entry_id for row in alarms),
        entry__data__has_key="deadline",
    ).select_related("entry")
    by_clock = defaultdict(list)
    for row in newer:
        by_clock[row.contact_id, clock_of(row.entry)].append(row)
    return {
        row.pk: {
            other.state
            for other in by_clock[row.contact_id, clock_of(row.entry)]
            if other.entry_id > row.entry_id and other.bundled_into_id != row.pk
        }
        for row in alarms
    }
