"""Stored counts, judged slot by slot as they became known: what would have been said, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from monitoring.detection.brand import BrandDetector, Heard, Kind
from monitoring.detection.counting import Counts, Row
from monitoring.detection.detector import QUIET, Judgement, Sensitivity, Step

NOTHING = Counts()


@dataclass
class Episode:
    """Signals of one brand with at most twelve hours between them."""

    start: int
    end: int
    known: int  # the slot at whose end it was first said
    said: list[tuple[Kind, Judgement]] = field(default_factory=list)

    @property
    def kinds(self) -> list[Kind]:
        return [kind for kind in Kind if any(kind is said for said, _ in self.said)]

    @property
    def alerts(self) -> int:
        """How often people are alerted: when it begins, and whenever it has doubled."""
        return 1 + sum(judgement.step is Step.DOUBLED for _, judgement in self.said)


def replay(
    rows: Iterable[Row], first: int, last: int, detector: BrandDetector, unknown: Collection[int] = ()
) -> Iterator[tuple[int, Heard]]:
    """All that is heard from `first` to `last`, each with the slot at whose end it is known.

    A slot without a row brought nothing, one of `unknown` nobody knows what. The order of the rows, and rows given
    twice, change nothing; a row with a late `known` changes nothing that was heard before.
    """
    arriving: defaultdict[int, dict[int, Counts | None]] = defaultdict(dict)
    for row in sorted(rows, key=_known):
        arriving[max(first, _known(row))][row.slot] = row.counts
    for now in range(first, last + 1):
        arrived = arriving.get(now, {})
        counts = arrived.pop(now, NOTHING)
        if arrived:
            for heard in detector.correct(arrived):
                yield now, heard
        yield now, detector.advance(None if now in unknown else counts)


def _known(row: Row) -> int:
    return row.slot if row.known is None else max(row.slot, row.known)


def scan(
    rows: Collection[Row],
    first: int,
    last: int,
    sensitivity: Sensitivity = Sensitivity.NORMAL,
    unknown: Collection[int] = (),
) -> list[Episode]:
    """The episodes that begin from `first` on; the rows before it say what is usual."""
    began = min((row.slot for row in rows), default=first)
    heard = replay(
        rows, min(began, first), last, BrandDetector(min(began, first), sensitivity), frozenset(unknown)
    )
    return [episode for episode in episodes(heard) if episode.start >= first]


def episodes(heard: Iterable[tuple[int, Heard]]) -> list[Episode]:
    found: list[Episode] = []
    for known, one in heard:
        for said in one.said:
            for episode in reversed(found):
                if episode.start - QUIET <= one.slot <= episode.end + QUIET:
                    episode.start, episode.end = min(episode.start, one.slot), max(episode.end, one.slot)
                    episode.said.append(said)
                    break
            else:
                found.append(Episode(one.slot, one.slot, known, [said]))
    return found
