"""Moments as the data files write them, counted from where their file begins, from now or from a weekday.

-38                     38 minutes before the file begins
"1d 08:40"              a day, eight hours and forty minutes after that; "-1d 08:40" as much before
"now -2d 12:00"         two days and a half ago, wherever the file begins
"midnight -21d"         the midnight (UTC) with which the day three weeks ago began
"last monday 06:00"     the latest one that is over; "next saturday 18:00" is the first to come
"01:30 rounded"         down to five minutes, as people promise a time
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

WRITTEN = re.compile(
    r"(?:(?P<base>now|midnight)\b ?|(?P<which>last|next) (?P<weekday>\w+day)\b ?)?"
    r"(?P<minus>-(?=\d))?(?:(?P<days>\d+)d)? ?(?:(?P<hours>\d+):(?P<minutes>\d\d))?(?P<rounded> rounded)?"
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = timedelta(days=7)


def moment(written: int | str, begins: datetime, now: datetime) -> datetime:
    """What `written` means in a file that begins at `begins`. Raises ValueError for what means nothing."""
    if isinstance(written, int):
        return begins + timedelta(minutes=written)
    found = WRITTEN.fullmatch(written)
    if not found or not written.strip():
        raise ValueError(f"'{written}' is no moment (see demo/moments.py)")
    offset = timedelta(
        **{unit: int(amount) for unit in ("days", "hours", "minutes") if (amount := found[unit])}
    )
    if found["minus"]:
        offset = -offset
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if found["weekday"]:
        return _weekday(midnight, found["weekday"], offset, now, is_last=found["which"] == "last")
    result = {"now": now, "midnight": midnight}.get(found["base"], begins) + offset
    if found["rounded"]:
        result -= timedelta(minutes=result.minute % 5, seconds=result.second, microseconds=result.microsecond)
    return result


def _weekday(midnight: datetime, name: str, offset: timedelta, now: datetime, *, is_last: bool) -> datetime:
    this_week = midnight - timedelta(days=midnight.weekday() - WEEKDAYS.index(name)) + offset
    if is_last:
        return this_week if this_week <= now else this_week - WEEK
    return this_week if this_week > now else this_week + WEEK
