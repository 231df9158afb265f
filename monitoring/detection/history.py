"""The counts of one stream, slot by slot, and what is usual in it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from math import log, sqrt
from statistics import median
from typing import Any

from monitoring.detection.slots import DAY, HOUR

WINDOWS = (1, 3, HOUR, 6 * HOUR)  # slots: 5 minutes, 15 minutes, 1 hour, 6 hours
LONGEST = WINDOWS[-1]
PAST_DAYS = 7
NEIGHBOURS = 6  # slots to either side of the same time of day that also say what is usual
KEPT = (PAST_DAYS + 2) * DAY  # a day more than judging takes: late posts have the last day judged again
ALIVE = 8  # voices that 24 hours bring where somebody collects
# What is added to a count and to what is usual before they are compared, so that nights and small numbers stay calm.
BY_CHANCE = 6.0  # times the square root of the window
BY_RATE = 0.5  # times what the brand's average brings in the window

Four = tuple[float, float, float, float]


class History:
    """Nine days of counts; an unknown slot is None, never zero. Positions count from the oldest slot that is kept."""

    def __init__(self, first: int, counts: list[int | None] | None = None, began: int | None = None) -> None:
        self.first = first
        self.counts: list[int | None] = list(counts or [])
        self.began = began  # the first slot (not position) whose last 24 hours were alive
        self._sum = list(accumulate((count or 0 for count in self.counts), initial=0))
        self._gaps = list(accumulate((count is None for count in self.counts), initial=0))
        ends = range(1, len(self.counts) + 1)
        self.sums = {window: [self.total(end, window) for end in ends] for window in WINDOWS}
        if began is None:
            alive = (first + end - 1 for end in ends if self.total(end, DAY) >= ALIVE)
            self.began = next(alive, None)

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def newest(self) -> int:
        return self.first + len(self.counts) - 1

    def append(self, count: int | None) -> None:
        self._append(count)
        if len(self.counts) >= KEPT + DAY:
            self._forget(len(self.counts) - KEPT)

    def _append(self, count: int | None) -> None:
        self.counts.append(count)
        self._sum.append(self._sum[-1] + (count or 0))
        self._gaps.append(self._gaps[-1] + (count is None))
        for window, sums in self.sums.items():
            sums.append(self.total(len(self.counts), window))
        if self.began is None and self.total(len(self.counts), DAY) >= ALIVE:
            self.began = self.newest

    def _forget(self, slots: int) -> None:
        self.first += slots
        del self.counts[:slots], self._sum[:slots], self._gaps[:slots]
        for sums in self.sums.values():
            del sums[:slots]

    def correct(self, changes: Mapping[int, int | None]) -> int | None:
        """Other counts for slots of the past; the earliest position that is different now."""
        places = [
            slot - self.first
            for slot, count in changes.items()
            if self.first <= slot <= self.newest and self.counts[slot - self.first] != count
        ]
        if not places:
            return None
        earliest = min(places)
        later = [
            changes.get(self.first + place, self.counts[place]) for place in range(earliest, len(self.counts))
        ]
        del self.counts[earliest:], self._sum[earliest + 1 :], self._gaps[earliest + 1 :]
        for sums in self.sums.values():
            del sums[earliest:]
        for count in later:
            self._append(count)
        return earliest

    def total(self, end: int, slots: int) -> int:
        """What the slots before a position brought; as many as are known."""
        return self._sum[end] - self._sum[max(0, end - slots)]

    def gaps(self, end: int, slots: int) -> int:
        """How many of the slots before a position are unknown or lie before the first one."""
        return self._gaps[end] - self._gaps[max(0, end - slots)] + max(0, slots - end)

    def usual(self, place: int) -> tuple[Four, int] | None:
        """Per window the median around the same time of the past days, and of how many days; None without any."""
        days = self._past_days(place)
        if not days:
            return None
        usual = []
        for sums in self.sums.values():
            values: list[int] = []
            for day in days:
                values += sums[day - NEIGHBOURS : day + NEIGHBOURS + 1]
            values.sort()
            middle = len(values) // 2
            usual.append(values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2)
        return (usual[0], usual[1], usual[2], usual[3]), len(days)

    def _past_days(self, place: int) -> list[int]:
        """The same time on each past day on which somebody collected all the while, and people talked at all."""
        if self.began is None:
            return []
        earliest = max(self.began - self.first + NEIGHBOURS, NEIGHBOURS + LONGEST - 1)
        days = []
        for past in range(1, PAST_DAYS + 1):
            day = place - past * DAY
            if day < earliest:
                break
            around = min(day + DAY // 2, place) + 1
            end = day + NEIGHBOURS + 1
            if (
                self.total(around, DAY) >= ALIVE
                and self._gaps[end] == self._gaps[end - LONGEST - 2 * NEIGHBOURS]
            ):
                days.append(day)
        return days

    def same_time(self, place: int, window: int) -> list[int]:
        """The voices of a window at the same time on each past day."""
        return [self.sums[window][day] for day in self._past_days(place)]

    def rate(self, place: int) -> float:
        """Voices in a slot of an ordinary day."""
        if self.began is None or self.first + place < self.began:
            return 0.0
        began = max(0, self.began - self.first)
        totals = self.days(place + 1, PAST_DAYS)
        if totals:
            return median(totals) / DAY
        return self.total(place + 1, place + 1 - began) / max(1, place + 1 - began)

    def days(self, end: int, at_most: int) -> list[int]:
        """What each whole day back from a position brought, the latest first; days without collecting left out."""
        began = max(0, (self.began or self.first) - self.first)
        ends = range(end, max(began + DAY - 1, end - at_most * DAY), -DAY)
        return [
            total
            for day in ends
            if (total := self.total(day, DAY)) >= ALIVE and self.gaps(day, DAY) <= DAY // 4
        ]

    def to_json(self) -> dict[str, Any]:
        return {"first": self.first, "counts": self.counts, "began": self.began}


def compare(counts: Four, usual: Four, rate: float) -> Four:
    """Per window the logarithm of how many times the usual a count is."""
    found = []
    for window, count, expected in zip(WINDOWS, counts, usual, strict=True):
        calm = BY_CHANCE * sqrt(window) + BY_RATE * window * rate
        found.append(log((count + calm) / (expected + calm)))
    return found[0], found[1], found[2], found[3]


def flash_and_swell(ratios: Four) -> tuple[float, float]:
    """A sudden rise shows within 15 minutes; a slow one in minutes, the hour and six hours together."""
    return ratios[1], (ratios[0] + ratios[2] + ratios[3]) / 3
