"""Made-up brands of many sizes, with crises whose beginning is known: how soon each is found, how often nothing was.

Half of the brands are even (Poisson), half are bursty (negative binomial, with hours that are livelier than others
for no reason). All have days and weeks, growth, and hours in which nobody collected; some have crises, jokes,
promotions and floods by few people.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import cos, exp, log, pi, sqrt
from random import Random
from statistics import median
from typing import Any

from monitoring.detection.brand import BrandDetector
from monitoring.detection.counting import Counts, Row
from monitoring.detection.replay import Episode, episodes, replay
from monitoring.detection.slots import DAY, HOUR

DAYS = 42
QUIET_DAYS = 9  # no event before: what is usual has to be learned first
FIRST = 5_789_376  # a Monday, 00:00 UTC
SIZES = (50, 200, 1_000, 5_000, 50_001)  # upper bounds of posts a day
CRISES = ("step", "spike", "ramp", "double")
TRAPS = ("joke", "promotion", "flood")
HOURS = {"step": 6, "spike": 8, "ramp": 12, "double": 24, "joke": 3, "promotion": 8, "flood": 2}
AFTER = 12 * HOUR  # a signal so soon after an event still belongs to it


@dataclass(frozen=True)
class Event:
    kind: str
    start: int  # in slots since the first

    @property
    def end(self) -> int:
        return self.start + HOURS[self.kind] * HOUR

    def times(self, slot: int) -> float:
        """How many times the brand's average voices it adds at a moment."""
        past = (slot - self.start) / (self.end - self.start)
        if not 0 <= past < 1 or self.kind == "flood":
            return 0.0
        return {
            "step": 4.0,
            "spike": 9 * exp(-4 * past),
            "ramp": 6 * past,
            "double": 1.0,
            "joke": 5.0,
            "promotion": 2.5,
        }[self.kind]


@dataclass(frozen=True)
class Brand:
    posts: float  # a day
    is_bursty: bool
    events: tuple[Event, ...]
    gaps: frozenset[int]


def make(random: Random, is_bursty: bool) -> tuple[Brand, list[Row]]:
    posts = exp(random.uniform(log(10), log(50_000)))
    events = _events(random)
    gaps = frozenset(
        FIRST + slot
        for _ in range(random.randint(0, 3))
        for start in [random.randrange(DAYS * DAY)]
        for slot in range(start, start + random.randint(1, 6) * HOUR)
    )
    weekend, growth, peak = random.uniform(0.4, 1.2), random.uniform(-0.3, 0.8), random.uniform(10, 20)
    complaining = random.uniform(0.15, 0.45)
    rows, lively = [], 1.0
    for slot in range(DAYS * DAY):
        if is_bursty and slot % HOUR == 0:
            lively = 0.5 * lively + 0.5 * random.gammavariate(2, 0.5)  # hours hang together
        day, hour = slot // DAY, slot % DAY / HOUR
        rhythm = 1 + 0.8 * cos(2 * pi * (hour - peak) / 24)
        rate = posts / DAY * rhythm * (weekend if day % 7 > 4 else 1) * (1 + growth * day / DAYS)
        if is_bursty:
            rate *= lively * random.gammavariate(3, 1 / 3)
        rows.append(Row(FIRST + slot, _counts(random, slot, rate, posts / DAY, complaining, events)))
    return Brand(posts, is_bursty, events, gaps), rows


def _events(random: Random) -> tuple[Event, ...]:
    kinds = random.choices(CRISES, k=random.randint(0, 2)) + random.choices(TRAPS, k=random.randint(0, 2))
    days = random.sample(range(QUIET_DAYS, DAYS - 2, 4), len(kinds))
    return tuple(
        Event(kind, day * DAY + random.randrange(DAY)) for kind, day in zip(kinds, sorted(days), strict=True)
    )


def _counts(
    random: Random, slot: int, rate: float, average: float, complaining: float, events: tuple[Event, ...]
) -> Counts:
    """Every voice has a sentiment; a crisis consists of complaints, a joke hardly."""
    usual = _poisson(random, rate)
    complaints = _poisson(random, usual * complaining) if usual else 0
    added = flood = 0
    for event in events:
        if event.start <= slot < event.end:
            more = _poisson(random, event.times(slot) * average)
            added += more
            complaints += round(more * (0.8 if event.kind in CRISES else 0.15))
            flood += 20 if event.kind == "flood" else 0
    voices = usual + added
    return Counts(voices, min(voices, complaints), voices, voices + flood)


def _poisson(random: Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(random.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def measure(brands: int, seed: int) -> dict[str, Any]:
    random = Random(seed)  # noqa: S311 (made-up brands, no secret)
    judged: list[tuple[Brand, list[Episode]]] = []
    seconds = 0.0
    for number in range(brands):
        brand, rows = make(random, is_bursty=number % 2 == 1)
        begun = time.process_time()
        heard = replay(rows, FIRST, FIRST + DAYS * DAY - 1, BrandDetector(FIRST), brand.gaps)
        judged.append((brand, episodes(heard)))
        seconds += time.process_time() - begun
    return {
        "brands": brands,
        "days": DAYS,
        "seed": seed,
        "microseconds_per_slot": round(1e6 * seconds / (brands * DAYS * DAY), 1),
        "even": _by_size([pair for pair in judged if not pair[0].is_bursty]),
        "bursty": _by_size([pair for pair in judged if pair[0].is_bursty]),
    }


def _by_size(judged: list[tuple[Brand, list[Episode]]]) -> dict[str, Any]:
    figures, lower = {"all": _figures(judged)}, 10
    for upper in SIZES:
        figures[f"{lower}-{upper - upper % 10}"] = _figures(
            [p for p in judged if lower <= p[0].posts < upper]
        )
        lower = upper
    return figures


def _figures(judged: list[tuple[Brand, list[Episode]]]) -> dict[str, Any]:
    """How many crises of each kind were found, and after how many minutes; false signals a day; traps raised."""
    minutes: dict[str, list[int | None]] = {kind: [] for kind in CRISES}
    traps, raised, false = 0, 0, 0
    for brand, found in judged:
        for event in brand.events:
            known = [FIRST + event.start <= one.known <= FIRST + event.end for one in found]
            soonest = min(
                (one.known for one, is_its in zip(found, known, strict=True) if is_its), default=None
            )
            if event.kind in CRISES:
                late = None if soonest is None else 5 * (soonest + 1 - FIRST - event.start)
                minutes[event.kind].append(late)
            else:
                traps, raised = traps + 1, raised + (soonest is not None)
        false += sum(
            not any(FIRST + event.start <= one.known <= FIRST + event.end + AFTER for event in brand.events)
            for one in found
        )
    days = len(judged) * DAYS
    return {
        "brands": len(judged),
        "false_per_day": round(false / days, 3) if days else None,
        "traps": traps,
        "traps_raised": raised,
        "crises": {kind: _found(times) for kind, times in minutes.items()},
    }


def _found(minutes: list[int | None]) -> dict[str, Any]:
    known = sorted(late for late in minutes if late is not None)
    return {"of": len(minutes), "found": len(known), "median_minutes": median(known) if known else None}
