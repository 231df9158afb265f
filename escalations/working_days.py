"""Time that runs from Monday to Friday only. Public holidays are not known: they count as working days."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
ONE_DAY = timedelta(days=1)


def after(since: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment `minutes` of working days after `since`; a working day has 1440 of them, in `zone`.

    The time of day stays. What begins on a weekend counts from Monday, 00:00.
    """
    local = since.astimezone(zone)
    if local.weekday() >= SATURDAY:
        local = _next_monday(local)
    days, rest = divmod(minutes, 24 * 60)
    for _day in range(days):
        local += ONE_DAY
        while local.weekday() >= SATURDAY:
            local += ONE_DAY
    local += timedelta(minutes=rest)
    while local.weekday() >= SATURDAY:
        local += ONE_DAY
    return local


def _next_monday(local: datetime) -> datetime:
    monday = local.date() + ONE_DAY * (7 - local.weekday())
    return datetime.combine(monday, time(), local.tzinfo)
