"""When a person may be left alone. Wall-clock rules, so they are computed day by day through zoneinfo.

A time that the clocks skip counts with the offset before the change and one that comes twice is the first of the
two, as RFC 5545 has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from journal.models import Entry, Urgency
from notifications.models import Hours
from people.models import DutyShift

Span = tuple[datetime, datetime]
# Far enough to see the next working day of whoever works one day a week.
LOOK_AHEAD_DAYS = 8


def free_times(entry: Entry, person_ids: list[int]) -> dict[int, datetime]:
    """When those with hours of their own may be told; never later than now for somebody who is on duty."""
    if not _may_wait(entry):
        return {}
    hours = Hours.objects.filter(person_id__in=person_ids).select_related("person")
    on_duty = set(
        DutyShift.objects.covering(entry.at).filter(user__in=person_ids).values_list("user_id", flat=True)
    )
    return {
        row.person_id: free_at(row, row.person.time_zone, entry.at)
        for row in hours
        if row.person_id not in on_duty
    }


def _may_wait(entry: Entry) -> bool:
    """Only minor matters are held back: level 3 or 4, or no level and nothing that needs somebody now."""
    level = entry.data.get("level")
    return level in (3, 4) if level else entry.urgency != Urgency.NOW


def free_at(hours: Hours, zone: str, moment: datetime) -> datetime:
    """The first moment, from `moment` (UTC) on, at which the person may be told of minor matters."""
    quiet, working = _spans(hours, ZoneInfo(zone), moment)

    def is_free(at: datetime) -> bool:
        return not _within(at, quiet) and (hours.work_from is None or _within(at, working))

    ends = sorted([end for _start, end in quiet] + [start for start, _end in working])
    for at in [moment, *(end for end in ends if end > moment)]:
        if is_free(at):
            return at
    return moment  # hours that leave no moment free hold nothing back: losing an alert is worse


def _spans(hours: Hours, zone: ZoneInfo, moment: datetime) -> tuple[list[Span], list[Span]]:
    today = moment.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-1, LOOK_AHEAD_DAYS + 1)]
    work_days = [day for day in days if day.weekday() in hours.work_days]
    return (
        list(_daily(days, hours.quiet_from, hours.quiet_until, zone)),
        list(_daily(work_days, hours.work_from, hours.work_until, zone)),
    )


def _daily(days: Iterable[date], start: time | None, end: time | None, zone: ZoneInfo) -> Iterator[Span]:
    if start is None or end is None:
        return
    for day in days:
        last_day = day if end > start else day + timedelta(days=1)
        yield _instant(day, start, zone), _instant(last_day, end, zone)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _within(at: datetime, spans: list[Span]) -> bool:
    return any(start <= at < end for start, end in spans)
