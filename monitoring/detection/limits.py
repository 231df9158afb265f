"""How far above usual a brand goes by itself: its own strongest days say what is too much."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

from monitoring.detection.history import ALIVE, WINDOWS, Four, compare, flash_and_swell

HOURS = 24
BLOCKS = 21  # days that say how far the brand goes
KEPT = (BLOCKS + 1) * HOURS  # a day more: late posts have the last day judged again
STRONGEST = 5 / 21  # the share of those days whose mean is the limit
CAP = 2.0  # a peak counts at most so many times the limit that was in force: no crisis hides the next
FEWEST = 4  # fewer days are filled up with what a brand might do
MIGHT_FLASH, MIGHT_SWELL = 8, 5  # how many times its average
FLASH_FACTOR, SWELL_FACTOR = 1.1, 1.0
FLASH_FLOOR, SWELL_FLOOR = log(1.5), log(1.2)  # however even a brand is, so much more has to be there


@dataclass(frozen=True)
class Tuning:
    """The three numbers that matter; `benchmarks.signals_left_out` shows how much."""

    strongest: float = STRONGEST
    flash: float = FLASH_FACTOR
    swell: float = SWELL_FACTOR


USUAL = Tuning()

# The highest flash and swell of a finished hour (None: not judged), and its voices.
Hour = tuple[float | None, float | None, int]


class Peaks:
    """The highest scores of every finished hour of three weeks, and the limits that follow from them."""

    def __init__(self, first: int, hours: list[Hour] | None = None, tuning: Tuning = USUAL) -> None:
        self.first = first  # hours since 1970
        self.hours = hours or []
        self.tuning = tuning

    @property
    def next(self) -> int:
        return self.first + len(self.hours)

    def finish(
        self, flash: float | None, swell: float | None, voices: int, limits: tuple[float, float]
    ) -> None:
        self.hours.append((_capped(flash, limits[0]), _capped(swell, limits[1]), voices))
        if len(self.hours) >= KEPT + HOURS:
            self.first += len(self.hours) - KEPT
            del self.hours[:-KEPT]

    def take_back(self, hour: int) -> None:
        """Forget an hour and all after it: late posts have them judged again."""
        del self.hours[max(0, hour - self.first) :]

    def limits(self, rate: float) -> tuple[float, float]:
        days = self._days()
        might = _might(rate)
        flash, swell = (
            self._strongest(peaks + [might[score]] * (FEWEST - len(peaks)))
            for score in (0, 1)
            for peaks in [_peaks([[hour[score] for hour in day] for day in days])]
        )
        return max(FLASH_FLOOR, self.tuning.flash * flash), max(SWELL_FLOOR, self.tuning.swell * swell)

    def _days(self) -> list[list[Hour]]:
        """Blocks of 24 hours back from now in which people talked; the oldest may be half a one."""
        ends = range(len(self.hours), max(0, len(self.hours) - BLOCKS * HOURS), -HOURS)
        blocks = [self.hours[max(0, end - HOURS) : end] for end in ends]
        return [
            block for block in blocks if len(block) >= HOURS // 2 and sum(hour[2] for hour in block) >= ALIVE
        ]

    def _strongest(self, peaks: list[float]) -> float:
        """The mean of the highest, five of 21, the last of them by its fraction."""
        peaks = sorted(peaks, reverse=True)
        share = max(1.0, self.tuning.strongest * len(peaks))
        whole = int(share)
        rest = (share - whole) * peaks[whole] if whole < len(peaks) else 0.0
        return (sum(peaks[:whole]) + rest) / share

    def to_json(self) -> dict[str, Any]:
        return {"first": self.first, "hours": [list(hour) for hour in self.hours]}

    @classmethod
    def from_json(cls, kept: dict[str, Any], tuning: Tuning = USUAL) -> Peaks:
        return cls(kept["first"], [(hour[0], hour[1], hour[2]) for hour in kept["hours"]], tuning)


def _capped(high: float | None, limit: float) -> float | None:
    return None if high is None else round(min(high, CAP * limit), 4)  # stored every five minutes


def _peaks(days: list[list[float | None]]) -> list[float]:
    """The highest score of each day of which half the hours were judged."""
    judged = [[score for score in day if score is not None] for day in days]
    return [max(scores) for scores in judged if len(scores) >= HOURS // 2]


def _might(rate: float) -> tuple[float, float]:
    """The scores that a brand of this size would have at so many times its average."""

    def times(factor: float) -> Four:
        counts = [factor * rate * window for window in WINDOWS]
        return counts[0], counts[1], counts[2], counts[3]

    average = times(1)
    flash, _ = flash_and_swell(compare(times(MIGHT_FLASH), average, rate))
    _, swell = flash_and_swell(compare(times(MIGHT_SWELL), average, rate))
    return flash, swell
