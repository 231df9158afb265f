"""`python -m benchmarks signals`: what the early-warning detector says, and when.

`--series DIR --out DIR` judges every series of a folder (CSV with `timestamp,value`, five minutes apart, UTC) by the
product's own defaults, and writes under the same name a CSV with the column `timestamp`: the points at which a signal
was raised or raised again. `--synthetic --seed N` makes brands of many sizes with known crises, and says how soon they
are found and how many signals are false. Neither needs a database. `--mentions FILE` imports posts into a database of
its own and prints the episodes as they would have been raised; `--live` stores many posts a second and says how late
alerts are.
"""

from __future__ import annotations

import argparse
import csv
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import signals_live, signals_mentions, synthetic_brands
from monitoring.detection.detector import Detector
from monitoring.detection.limits import USUAL, Tuning
from monitoring.detection.slots import slot_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--series", type=Path, metavar="DIR", help="folder with series of counts")
    source.add_argument("--synthetic", action="store_true", help="brands made up for the purpose")
    source.add_argument("--mentions", type=Path, metavar="FILE", help="posts, as any tool exports them")
    signals_mentions.add_choices(parser)
    source.add_argument("--live", action="store_true", help="many posts a second on a running installation")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the signals of each series")
    parser.add_argument("--seed", type=int, default=1, help="of the synthetic brands")
    parser.add_argument("--brands", type=int, default=200, help="how many synthetic brands")
    parser.add_argument("--json", action="store_true", help="it always is")


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    if asked.synthetic:
        return synthetic_brands.measure(asked.brands, asked.seed)
    if asked.mentions:
        return signals_mentions.measure(asked)
    if asked.live:
        return signals_live.measure()
    if asked.out is None:
        raise SystemExit("--series needs --out, a folder for what is found.")
    return judge_folder(asked.series, asked.out)


def judge_folder(folder: Path, out: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {"series": {}, "slots": 0}
    begun = time.process_time()
    for path in sorted(folder.glob("*.csv")):
        points = read(path)
        raised = signals(points)
        write(out / path.name, raised)
        figures["series"][path.name] = len(raised)
        figures["slots"] += len(points)
    seconds = time.process_time() - begun
    return figures | {"microseconds_per_slot": round(1e6 * seconds / max(1, figures["slots"]), 1)}


def write(path: Path, stamps: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["timestamp"], *([stamp] for stamp in stamps)])


Point = tuple[str, int, int]  # the timestamp as it is written, its slot, its count


def read(path: Path) -> list[Point]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [(row["timestamp"], row["value"]) for row in csv.DictReader(stream)]
    return [
        (stamp, slot_of(datetime.fromisoformat(stamp).replace(tzinfo=UTC)), round(float(value)))
        for stamp, value in rows
    ]


def signals(points: list[Point], tuning: Tuning = USUAL) -> list[str]:
    """The timestamps at which there is something to say; slots that the series leaves out are unknown."""
    if not points:
        return []
    by_slot = {slot: (stamp, count) for stamp, slot, count in points}
    first, last = min(by_slot), max(by_slot)
    detector = Detector(first, tuning=tuning)
    raised = []
    for slot in range(first, last + 1):
        stamp, count = by_slot.get(slot, ("", None))
        if detector.advance(count).step:
            raised.append(stamp)
    return raised
