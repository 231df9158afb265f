"""When the turns of a rotation begin and end. Pure: wall-clock rules in, UTC instants out.

A wall-clock time that does not exist because the clocks go forward is read as though they had not yet: 02:30 becomes
03:30. One that exists twice because they go back means the first of the two (RFC 5545 reads them likewise). Every
instant is computed once, by `instant`, so that the end of one shift is the beginning of the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.models import TurnUnit
from readiness.spans import Span

DAY = timedelta(days=1)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which clocks in `zone` show `at` on `day`; see the module for hours that are not there."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Hours:
    """Every day from one wall-clock time until another, the next morning where `until` is the earlier one."""

    start: time
    until: time

    def on(self, day: date, zone: ZoneInfo) -> Span | None:
        """The duty that begins on `day`; None where the clocks jump over all of it."""
        start = instant(day, self.start, zone)
        end = instant(day if self.until > self.start else day + DAY, self.until, zone)
        return Span(start, end) if start < end else None


@dataclass(frozen=True)
class Plan:
    """What a rotation says about time; the same for a stored one and for one that is only being previewed."""

    zone: ZoneInfo
    starts_on: date
    turn_days: int
    hand_over_weekday: int | None
    hand_over_at: time
    hours: Hours | None = None

    @classmethod
    def of(
        cls,
        *,
        turn_length: int,
        turn_unit: str,
        hand_over_weekday: int | None,
        hand_over_at: time,
        time_zone: str,
        starts_on: date,
        hours_from: time | None,
        hours_until: time | None,
    ) -> Plan:
        return cls(
            zone=ZoneInfo(time_zone),
            starts_on=starts_on,
            turn_days=turn_length * (7 if turn_unit == TurnUnit.WEEKS else 1),
            hand_over_weekday=hand_over_weekday,
            hand_over_at=hand_over_at,
            hours=Hours(hours_from, hours_until) if hours_from and hours_until else None,
        )

    @property
    def first_day(self) -> date:
        """The first hand-over day on or after the start."""
        if self.hand_over_weekday is None:
            return self.starts_on
        return self.starts_on + DAY * ((self.hand_over_weekday - self.starts_on.weekday()) % 7)

    def first_turn_after(self, moment: datetime) -> int:
        """The number of the turn that runs at `moment` or, before the first, 0."""
        passed = moment.astimezone(self.zone).date() - self.first_day
        # One earlier: on the day of a hand-over the turn before may still run, and a night outlasts its turn.
        return max(0, passed.days // self.turn_days - 1)


@dataclass(frozen=True)
class Turn:
    """One turn: its place in the sequence and the spans of duty in it, which no other turn overlaps."""

    number: int
    duty: tuple[Span, ...]

    @property
    def start(self) -> datetime:
        return self.duty[0].start

    @property
    def end(self) -> datetime:
        return self.duty[-1].end


def turns(plan: Plan, after: datetime) -> Iterator[Turn]:
    """The turns that end after `after`, one after the other, without end."""
    number = plan.first_turn_after(after)
    while True:
        duty = _duty_of(plan, number)
        if duty and duty[-1].end > after:
            yield Turn(number, duty)
        number += 1


def _duty_of(plan: Plan, number: int) -> tuple[Span, ...]:
    first = plan.first_day + DAY * plan.turn_days * number
    last = first + DAY * plan.turn_days
    if plan.hours is None:
        start, end = (instant(day, plan.hand_over_at, plan.zone) for day in (first, last))
        return (Span(start, end),) if start < end else ()
    # A duty belongs to the turn in which it begins: who goes on duty at 22:00 stays until the morning.
    skipped = 0 if plan.hours.start >= plan.hand_over_at else 1
    days = (first + DAY * (n + skipped) for n in range(plan.turn_days))
    return tuple(span for day in days if (span := plan.hours.on(day, plan.zone)))
