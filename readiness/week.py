"""One role's week, day by day in the reader's zone: who has which hours, and which are nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from people.models import DutyShift
from readiness.roster import NEGLIGIBLE
from readiness.spans import Span, gaps
from readiness.turns import instant

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """A part of a day; without a shift nobody is on duty."""

    span: Span
    shift: DutyShift | None
    whole_day: bool
    to_midnight: bool
    is_now: bool
    is_over: bool
    is_first: bool  # of this shift in this week, apart from what is over: there it can be changed


@dataclass(frozen=True)
class Day:
    date: date
    is_today: bool
    stretches: Sequence[Stretch]


def days_of(role: str, monday: date, now: datetime) -> list[Day]:
    """Seven days from `monday`. One query."""
    zone = timezone.get_current_timezone()
    borders = [instant(monday + DAY * n, time(), zone) for n in range(8)]
    shifts = list(
        DutyShift.objects.filter(role=role, user__is_active=True)
        .overlapping(borders[0], borders[-1])
        .select_related("user", "instead_of")
        .order_by("starts_at", "pk")
    )
    today = timezone.localdate(now)
    changeable = {shift.pk: max(shift.starts_at, borders[0], now) for shift in shifts}
    return [
        Day(day, day == today, _stretches(shifts, Span(borders[n], borders[n + 1]), now, changeable))
        for n, day in enumerate(monday + DAY * n for n in range(7))
    ]


def _stretches(
    shifts: Sequence[DutyShift], day: Span, now: datetime, changeable: dict[int, datetime]
) -> list[Stretch]:
    found: list[tuple[Span, DutyShift | None]] = [
        (Span(max(shift.starts_at, day.start), min(shift.ends_at, day.end)), shift)
        for shift in shifts
        if shift.starts_at < day.end and day.start < shift.ends_at
    ]
    open_spans = gaps([span for span, _shift in found], day)
    found += [(span, None) for span in open_spans if span.length >= NEGLIGIBLE]
    found.sort(key=lambda item: item[0].start)
    return [
        Stretch(
            span=span,
            shift=shift,
            whole_day=span == day,
            to_midnight=span.end == day.end,
            is_now=span.start <= now < span.end,
            is_over=span.end <= now,
            is_first=shift is not None and span.start <= changeable[shift.pk] < span.end,
        )
        for span, shift in found
    ]
