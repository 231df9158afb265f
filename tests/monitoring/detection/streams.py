"""Streams to judge: as many voices as usual, and what happens on top of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random

from monitoring.detection.counting import Counts
from monitoring.detection.detector import Detector, Judgement
from monitoring.detection.slots import DAY, slot_of

FIRST = slot_of(datetime(2026, 3, 2, tzinfo=UTC))  # a Monday, 00:00


def even(days: float, voices: int = 4) -> list[int | None]:
    return [voices] * round(days * DAY)


def lively(days: int, mean: float = 4, seed: int = 1) -> list[int | None]:
    """Slots that differ by chance."""
    random = Random(seed)
    return [sum(random.random() < mean / 20 for _ in range(20)) for _ in range(days * DAY)]


def feed(detector: Detector, counts: Iterable[int | None]) -> list[Judgement]:
    return [detector.advance(count) for count in counts]


def judge(counts: Iterable[int | None]) -> list[Judgement]:
    return feed(Detector(FIRST), counts)


def steps(judgements: Iterable[Judgement]) -> list[str]:
    return [str(judgement.step) for judgement in judgements if judgement.step]


def complaining(share: float) -> Callable[[int], Counts]:
    """Every voice has a sentiment; so many of them complain."""
    return lambda voices: Counts(voices, round(voices * share), voices, voices)
