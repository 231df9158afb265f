"""Runs the detector over the stored counts of a brand: as of then for an import, on and on for what comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Max

from monitoring.detection import slots
from monitoring.detection.brand import BrandDetector, Heard, Kind, Share
from monitoring.detection.counting import Counts
from monitoring.detection.detector import QUIET, TIMES, Judgement, Sensitivity
from monitoring.detection.history import KEPT, History
from monitoring.models import Listening, VoiceCount
from people.models import Brand

# What limits look back on: three weeks of strongest days, each judged by the week before it.
HISTORY = timedelta(days=29)
# How far back a detector can be put right; what changed earlier has it made anew.
CORRECTED = timedelta(days=1)
CURVE_HOURS = 48
NOTHING = Counts()


@dataclass
class Burst:
    """Slots of one look in which a brand was unusual, at most twelve hours apart."""

    unusual: list[int]  # slots
    since: int  # the slot in which the talk began to be more than usual
    kinds: list[Kind]
    judgement: Judgement  # of the first
    share: Share | None  # of complaints, as it was then
    curve: list[list[Any]]
    peak: int = 0  # most people in an hour

    @property
    def began_at(self) -> datetime:
        return slots.start_of(self.since)

    @property
    def heard_at(self) -> datetime:
        """The moment from which it could be known."""
        return slots.start_of(self.unusual[0] + 1)

    @property
    def last_at(self) -> datetime:
        """The end of the last unusual slot."""
        return slots.start_of(self.unusual[-1] + 1)

    @property
    def hours(self) -> list[str]:
        """The starts of the hours in which it was unusual."""
        return [
            slots.start_of(hour).isoformat() for hour in sorted({n - n % slots.HOUR for n in self.unusual})
        ]

    def after(self, moment: datetime) -> Burst:
        """What of it came after a moment at which it was not over."""
        later = [slot for slot in self.unusual if slot >= slots.slot_of(moment)]
        return replace(self, unusual=later, since=max(self.since, later[0]))


def sensitivity_of(brand: Brand) -> Sensitivity:
    kept = Listening.objects.filter(brand=brand).values_list("sensitivity", flat=True).first()
    return Sensitivity(kept) if kept else Sensitivity.NORMAL


def has_baseline(brand: Brand) -> bool:
    """Is it known what is usual for the brand at its newest mention?"""
    newest = VoiceCount.objects.filter(brand=brand).aggregate(newest=Max("begins_at"))["newest"]
    if newest is None:
        return False
    last = slots.slot_of(newest)
    counts = _counts(brand, last - KEPT, last)
    first = min(counts)
    voices: list[int | None] = [counts.get(slot, NOTHING).voices for slot in range(first, last + 1)]
    return History(first, voices).usual(last - first) is not None


def replayed(brand: Brand, first: datetime, last: datetime, sensitivity: Sensitivity) -> list[Burst]:
    """What would have been heard from `first` to `last`, each slot judged by nothing later than itself."""
    end = slots.slot_of(last)
    counts = _counts(brand, slots.slot_of(first - HISTORY), end)
    detector = BrandDetector(min(counts, default=end), sensitivity)
    return bursts(detector, _advance(detector, counts, end + 1), slots.slot_of(first))


@transaction.atomic
def heard_now(brand: Brand, now: datetime) -> list[Burst]:
    """What is new since the last look, the running five minutes included, as far as they have come."""
    kept = Listening.objects.locked(brand)
    running = slots.slot_of(now)
    detector, late = _carried_on(kept, running)
    begin = detector.volume.history.newest + 1
    counts = _counts(brand, begin, running)
    heard = chain(late, _advance(detector, counts, running))
    found = bursts(detector, heard, min([begin, *(one.slot for one in late)]))
    kept.detector, kept.heard_to, kept.changed_from = detector.to_json(), slots.start_of(running), None
    kept.save()
    # The running slot is judged by a copy that is not kept, for more will come to it.
    probe = BrandDetector.from_json(kept.detector)
    return found + bursts(probe, _advance(probe, counts, running + 1), running)


def _advance(detector: BrandDetector, counts: Mapping[int, Counts], end: int) -> Iterator[Heard]:
    """Hear slot after slot, from the next one on and before `end`; a slot without counts brought nothing."""
    for slot in range(detector.volume.history.newest + 1, end):
        yield detector.advance(counts.get(slot, NOTHING))


def _carried_on(kept: Listening, running: int) -> tuple[BrandDetector, list[Heard]]:
    """The detector as the last look left it, and what is heard where counts have changed since."""
    changed = kept.changed_from or kept.heard_to
    if (
        kept.detector is None
        or kept.heard_to is None
        or changed is None
        or kept.heard_to - changed > CORRECTED
        or slots.slot_of(kept.heard_to) > running
        or kept.detector["volume"]["sensitivity"] != kept.sensitivity
    ):
        return _made_anew(kept, running), []
    detector = BrandDetector.from_json(kept.detector)
    begin, end = slots.slot_of(changed), slots.slot_of(kept.heard_to)
    counts = _counts(kept.brand, begin, end - 1)
    return detector, detector.correct({slot: counts.get(slot, NOTHING) for slot in range(begin, end)})


def _made_anew(kept: Listening, running: int) -> BrandDetector:
    """As if it had listened all the while, and had said nothing."""
    counts = _counts(kept.brand, running - HISTORY // slots.LENGTH, running - 1)
    detector = BrandDetector(min(counts, default=running), Sensitivity(kept.sensitivity))
    for _heard in _advance(detector, counts, running):
        pass
    return detector


def _counts(brand: Brand, first: int, last: int) -> dict[int, Counts]:
    rows = VoiceCount.objects.filter(
        brand=brand, begins_at__gte=slots.start_of(first), begins_at__lte=slots.start_of(last)
    ).values_list("begins_at", "voices", "complaints", "rated", "posts")
    return {slots.slot_of(at): Counts(*numbers) for at, *numbers in rows}


def bursts(detector: BrandDetector, heard: Iterable[Heard], begin: int) -> list[Burst]:
    """The bursts among what is heard, in time order; slots before `begin` only say what is usual."""
    found: list[Burst] = []
    for one in heard:
        if not one.unusual or one.slot < begin:
            continue
        if not found or one.slot - found[-1].unusual[-1] > QUIET:
            found.append(_began(detector, one))
        burst = found[-1]
        burst.unusual.append(one.slot)
        burst.kinds += [kind for kind, _judgement in one.unusual if kind not in burst.kinds]
        burst.peak = max(burst.peak, *(int(judgement.counts[2]) for _kind, judgement in one.unusual))
        burst.curve = curve(detector.history_of(burst.kinds[0]), burst.unusual[0])
    return found


def _began(detector: BrandDetector, heard: Heard) -> Burst:
    kind, judgement = heard.unusual[0]
    return Burst(
        unusual=[],
        since=_since(detector.history_of(kind), heard.slot),
        kinds=[kind],
        judgement=judgement,
        share=detector.share(heard.slot),
        curve=[],
    )


def _since(history: History, slot: int) -> int:
    """Back from the slot in which it was heard while the hour before had more than usual, six hours at most."""
    earliest = slot
    for place in range(slot - history.first, max(-1, slot - history.first - 6 * slots.HOUR), -1):
        usual = history.usual(place)
        if usual is None or history.sums[slots.HOUR][place] <= TIMES * usual[0][2]:
            break
        earliest = history.first + place
    return earliest


def curve(history: History, first: int) -> list[list[Any]]:
    """People in each full hour and the running one, and what is usual: from two days before a slot to the newest."""
    points: list[list[Any]] = []
    begin = first - first % slots.HOUR - CURVE_HOURS * slots.HOUR
    for hour in range(max(begin, history.first), history.newest + 1, slots.HOUR):
        end = min(hour + slots.HOUR - 1, history.newest) - history.first
        usual = history.usual(end)
        people = history.total(end + 1, end + 1 - (hour - history.first))
        points.append([slots.start_of(hour).isoformat(), people, usual[0][2] if usual else None])
    return points
