"""Time in slots of five minutes, numbered from 1970 on (UTC)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECONDS = 300
LENGTH = timedelta(seconds=SECONDS)
HOUR = 12
DAY = 288


def slot_of(moment: datetime) -> int:
    return int(moment.timestamp() // SECONDS)


def beginning(moment: datetime) -> datetime:
    """The start of the slot into which a moment falls."""
    return start_of(slot_of(moment))


def start_of(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * SECONDS, UTC)
