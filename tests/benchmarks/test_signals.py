"""What `python -m benchmarks signals` measures."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import synthetic_brands
from benchmarks.signals import judge_folder


def write(path: Path, counts: dict[int, int]) -> None:
    start = datetime(2015, 2, 26, 21, 42, 53)  # noqa: DTZ001 (as the series have it)
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [
                ("timestamp", "value"),
                *((start + n * timedelta(minutes=5), count) for n, count in counts.items()),
            ]
        )


def test_signals_stand_under_the_timestamps_of_the_series(tmp_path):
    usual = dict.fromkeys(range(9 * 288), 4)
    write(tmp_path / "loud.csv", {**usual, 8 * 288: 60, 8 * 288 + 1: 60})
    write(tmp_path / "calm.csv", {slot: count for slot, count in usual.items() if not 1500 < slot < 1600})
    figures = judge_folder(tmp_path, tmp_path / "out")
    assert figures["series"] == {"calm.csv": 0, "loud.csv": 1}
    assert (tmp_path / "out" / "calm.csv").read_text().split() == ["timestamp"]
    assert (tmp_path / "out" / "loud.csv").read_text().splitlines() == ["timestamp", "2015-03-06 21:42:53"]


def test_synthetic_brands_are_the_same_for_the_same_seed():
    one, again = synthetic_brands.measure(2, seed=7), synthetic_brands.measure(2, seed=7)
    assert one | {"microseconds_per_slot": 0} == again | {"microseconds_per_slot": 0}
    assert (one["even"]["all"]["brands"], one["bursty"]["all"]["brands"]) == (1, 1)
