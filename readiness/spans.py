"""Stretches of time between two UTC instants: a night on which the clocks change is as long as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Span:
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


def gaps(shifts: Iterable[Span], window: Span) -> list[Span]:
    """The parts of `window` that no shift covers, in order. Shifts may overlap and come in any order."""
    found, covered_until = [], window.start
    for shift in sorted(shifts, key=lambda span: span.start):
        if shift.start >= window.end:
            break
        if shift.start > covered_until:
            found.append(Span(covered_until, shift.start))
        covered_until = max(covered_until, shift.end)
    if covered_until < window.end:
        found.append(Span(covered_until, window.end))
    return found


def covered(shifts: Iterable[Span], window: Span) -> float:
    """How much of `window` is covered, in percent."""
    open_time = sum((gap.length for gap in gaps(shifts, window)), timedelta())
    return 100 - open_time / window.length * 100
