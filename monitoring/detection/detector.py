"""One stream of voices, slot by slot: is it unusual now? Uses nothing later than the slot it judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import log, sqrt
from typing import Any, NamedTuple

from monitoring.detection import small
from monitoring.detection.history import LONGEST, WINDOWS, Four, History, compare, flash_and_swell
from monitoring.detection.limits import USUAL, Peaks, Tuning
from monitoring.detection.slots import DAY, HOUR

QUIET = 12 * HOUR  # signals at most so far apart are one episode
PAUSE = HOUR // 2  # after one nothing is said for so long
GROWN = log(1.2)  # a score that rose by a fifth is said again
AT_LEAST = 10  # voices in an hour
TIMES, SPREADS, MARGIN = 1.5, 3.5, 2  # what a count has to exceed at least in one window
# Nothing to compare with: so many voices in an hour, and so many times the busiest hour since the stream began.
LEARNING_AT_LEAST, LEARNING_TIMES, LEARNING_HOURS = 30, 4, 12


class Sensitivity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


FACTORS = {Sensitivity.LOW: 1.25, Sensitivity.NORMAL: 1.0, Sensitivity.HIGH: 0.85}


class Basis(StrEnum):
    """What a stream was compared with."""

    UNKNOWN = "unknown"  # nobody collected
    LEARNING = "learning"  # no baseline yet: absolute numbers
    PAST_DAYS = "past_days"
    WHOLE_DAY = "whole_day"  # too small for hours


class Step(StrEnum):
    """What there is to say."""

    NEW = "new"  # an episode begins
    AGAIN = "again"  # it grew by a fifth, or it is still there after twelve hours
    DOUBLED = "doubled"  # twice the voices of when it was last said


class Judgement(NamedTuple):
    """One slot, judged. `counts` and `usual` are those of `WINDOWS`; a score that is unknown is None."""

    slot: int
    basis: Basis
    counts: Four
    usual: Four | None = None
    past_days: int = 0
    flash: float | None = None
    flash_limit: float | None = None
    swell: float | None = None
    swell_limit: float | None = None
    day: int | None = None  # the voices of 24 hours, where they are what is judged
    day_limit: float | None = None
    six_hours_limit: float | None = None
    reasons: tuple[
        str, ...
    ] = ()  # "flash", "swell", "day", "six_hours", "absolute": what went above its limit
    step: Step | None = None


@dataclass
class Said:
    """What was said of a stream; posts that come late never change it."""

    last: int | None = None
    voices: float = 0  # in the hour, when it was said that there are so many
    by_reason: dict[str, list[float]] = field(default_factory=dict)  # slot and value of the last time


class Detector:
    """`allows` has the last word on a slot that is above its limit."""

    def __init__(
        self,
        first: int,
        sensitivity: Sensitivity = Sensitivity.NORMAL,
        tuning: Tuning = USUAL,
        allows: Callable[[int], bool] | None = None,
    ) -> None:
        self.history = History(first)
        self.peaks = Peaks(first // HOUR, tuning=tuning)
        self.said = Said()
        self.sensitivity = sensitivity
        self.allows = allows
        self._limits: tuple[float, float, float | None] | None = None  # in force in the running hour
        self._highs: tuple[float | None, float | None] = (None, None)

    def advance(self, count: int | None) -> Judgement:
        """The next slot: how many voices it brought, or None where nobody collected."""
        self.history.append(count)
        return self._judge(len(self.history) - 1)

    def correct(self, changes: Mapping[int, int | None]) -> list[Judgement]:
        """Late posts: other counts for past slots. The last day is judged again from the first that changed."""
        earliest = self.history.correct(changes)
        if earliest is None:
            return []
        end = len(self.history)
        earliest = max(earliest, end - DAY)
        hour = (self.history.first + earliest) // HOUR
        start = max(0, hour * HOUR - self.history.first)
        self.peaks.take_back(hour)
        self._limits, self._highs = None, (None, None)
        judged = [self._judge(place) for place in range(start, end)]
        return judged[earliest - start :]

    def _judge(self, place: int) -> Judgement:
        slot = self.history.first + place
        if slot % HOUR == 0 or self._limits is None:
            self._limits = self._limits_from(max(0, place - slot % HOUR))
        judgement = self._score(place, slot, self._limits)
        self._highs = (_higher(self._highs[0], judgement.flash), _higher(self._highs[1], judgement.swell))
        if slot % HOUR == HOUR - 1:
            self.peaks.finish(*self._highs, self.history.sums[HOUR][place], self._limits[:2])
            self._highs = (None, None)
        return self._say(judgement, self._above(judgement, place))

    def _limits_from(self, place: int) -> tuple[float, float, float | None]:
        """What the slots before a position say: the limits for flash, swell and, in a small brand, the whole day."""
        rate = self.history.rate(place - 1) if place else 0.0
        days = self.history.days(place, small.DAYS) if rate * DAY < small.SMALL else []
        return *self.peaks.limits(rate), small.limit(days)

    def _score(self, place: int, slot: int, limits: tuple[float, float, float | None]) -> Judgement:
        history = self.history
        one, three, twelve, all_72 = history.sums.values()
        counts = (one[place], three[place], twelve[place], all_72[place])
        if history.counts[place] is None:
            return Judgement(slot, Basis.UNKNOWN, counts)
        found = history.usual(place)
        if found is None:
            return Judgement(slot, Basis.LEARNING, counts)
        usual, past_days = found
        flash, swell = flash_and_swell(compare(counts, usual, history.rate(place)))
        factor = FACTORS[self.sensitivity]
        judgement = Judgement(
            slot,
            Basis.PAST_DAYS,
            counts,
            usual,
            past_days,
            flash if history.gaps(place + 1, WINDOWS[1]) == 0 else None,
            factor * limits[0],
            swell if history.gaps(place + 1, WINDOWS[3]) == 0 else None,
            factor * limits[1],
        )
        if limits[2] is None:
            return judgement
        six_hours = None
        if counts[3] >= small.AT_LEAST:
            six_hours = small.limit(history.same_time(place, LONGEST))
        return judgement._replace(
            basis=Basis.WHOLE_DAY,
            day=history.total(place + 1, DAY),
            day_limit=factor * limits[2],
            six_hours_limit=None if six_hours is None else factor * six_hours,
        )

    def _above(self, judgement: Judgement, place: int) -> dict[str, float]:
        """What is above its limit, and how high it is, as a logarithm."""
        if judgement.basis is Basis.LEARNING:
            return self._absolute(judgement.counts[2], place)
        scores = {
            "flash": (judgement.flash, judgement.flash_limit),
            "swell": (judgement.swell, judgement.swell_limit),
        }
        above = {
            reason: score
            for reason, (score, limit) in scores.items()
            if score is not None and limit is not None and score > limit
        }
        if above and not _is_many(judgement):
            above = {}
        voices = {
            "day": (judgement.day, judgement.day_limit),
            "six_hours": (judgement.counts[3], judgement.six_hours_limit),
        }
        return above | {
            reason: log(count)
            for reason, (count, limit) in voices.items()
            if count is not None and limit is not None and count > limit
        }

    def _absolute(self, hour: float, place: int) -> dict[str, float]:
        """Without a past day: far more than in the busiest hour since the stream began."""
        if hour < LEARNING_AT_LEAST or self.history.began is None:
            return {}
        began = max(0, self.history.began - self.history.first)
        hours = self.history.sums[HOUR][began + HOUR - 1 : place - HOUR + 1 : HOUR]
        if len(hours) < LEARNING_HOURS or hour < LEARNING_TIMES * max(hours):
            return {}
        return {"absolute": log(hour)}

    def _say(self, judgement: Judgement, above: dict[str, float]) -> Judgement:
        slot, said = judgement.slot, self.said
        if not above or (self.allows is not None and not self.allows(slot)):
            return judgement
        judgement = judgement._replace(reasons=tuple(above))
        if said.last is not None and said.last - QUIET <= slot <= said.last + PAUSE:
            return judgement  # just said; or posts came late to an episode that was said already
        fresh = {reason: value for reason, value in above.items() if self._is_fresh(reason, slot, value)}
        if not fresh:
            return judgement
        voices = judgement.counts[2] if judgement.day is None else judgement.day
        step = Step.AGAIN
        if said.last is None or abs(slot - said.last) > QUIET:
            step = Step.NEW
        elif voices >= 2 * said.voices:
            step = Step.DOUBLED
        if step is not Step.AGAIN:
            said.voices = voices
        said.last = slot if said.last is None else max(slot, said.last)
        for reason, value in fresh.items():
            if reason not in said.by_reason or slot > said.by_reason[reason][0]:
                said.by_reason[reason] = [slot, value]
        return judgement._replace(step=step)

    def _is_fresh(self, reason: str, slot: int, value: float) -> bool:
        if reason not in self.said.by_reason:
            return True
        last, then = self.said.by_reason[reason]
        return abs(slot - last) >= QUIET or value > then + GROWN

    def to_json(self) -> dict[str, Any]:
        """All that the next slot hangs on, for `json.dumps`."""
        return {
            "sensitivity": str(self.sensitivity),
            "history": self.history.to_json(),
            "peaks": self.peaks.to_json(),
            "said": asdict(self.said),
            "highs": list(self._highs),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any], allows: Callable[[int], bool] | None = None) -> Detector:
        detector = cls(0, Sensitivity(kept["sensitivity"]), allows=allows)
        detector.history = History(**kept["history"])
        detector.peaks = Peaks.from_json(kept["peaks"])
        detector.said = Said(**kept["said"])
        detector._highs = (kept["highs"][0], kept["highs"][1])
        return detector


def _higher(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _is_many(judgement: Judgement) -> bool:
    """Whatever the scores say: enough people, and clearly more than usual in at least one window."""
    if judgement.usual is None or judgement.counts[2] < AT_LEAST:
        return False
    windows = zip(judgement.counts[1:], judgement.usual[1:], strict=True)
    return any(
        count >= TIMES * usual and count > usual + SPREADS * sqrt(usual) + MARGIN for count, usual in windows
    )
