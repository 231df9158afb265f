"""`python -m benchmarks.signals_left_out`: how well the detector does on a series that its numbers were not fitted to.

Each series is judged with the numbers that were best on all the others; the numbers tried are `TRIED`, all else is the
product's own. Scored by a program that prints what `score_signals.py` prints (`--scorer`). Best is: the standard score,
two points for each label that was met within an hour, less four for each hundredth of a false signal a day above 0.04.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.signals import read, signals, write
from monitoring.detection.limits import Tuning

TRIED = [
    Tuning(strongest, flash, swell)
    for strongest, flash, swell in product((4 / 21, 5 / 21, 6 / 21), (1.0, 1.1, 1.2), (0.9, 1.0, 1.1))
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("series", "windows", "labels", "scorer"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    asked = parser.parse_args()
    windows = json.loads(asked.windows.read_text())
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(leave_out(asked, windows, Path(folder)), indent=1))  # noqa: T201 (for the terminal)


def leave_out(asked: argparse.Namespace, windows: dict[str, Any], folder: Path) -> dict[str, Any]:
    for number, tuning in enumerate(TRIED):
        for name in windows:
            points = read(asked.series / Path(name).name)
            write(folder / str(number) / Path(name).name, signals(points, tuning))
    chosen: dict[str, Any] = {}
    for left_out in windows:
        others = {name: spans for name, spans in windows.items() if name != left_out}
        scores = [_score(asked, others, folder / str(number)) for number in range(len(TRIED))]
        best = max(range(len(TRIED)), key=lambda number: _worth(scores[number]))
        name = Path(left_out).name
        write(folder / "left_out" / name, _stamps(folder / str(best) / name))
        chosen[name] = vars(TRIED[best])
    fitted = [_score(asked, windows, folder / str(number)) for number in range(len(TRIED))]
    best = max(range(len(TRIED)), key=lambda number: _worth(fitted[number]))
    return {
        "left_out": _score(asked, windows, folder / "left_out"),
        "chosen": chosen,
        "fitted_to_all": fitted[best] | vars(TRIED[best]),
        "tried": [vars(tuning) | score for tuning, score in zip(TRIED, fitted, strict=True)],
    }


def _stamps(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [row["timestamp"] for row in csv.DictReader(stream)]


def _score(asked: argparse.Namespace, windows: dict[str, Any], found: Path) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as some:
        json.dump(windows, some)
        some.flush()
        command = [sys.executable, asked.scorer, some.name, asked.labels, asked.series, found, "--json"]
        scored = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (named by whoever runs it)
    score: dict[str, float] = json.loads(scored.stdout)
    return score


def _worth(score: dict[str, float]) -> float:
    near = 50 * score["near"] / score["labels"]
    return score["nab"] + near - 400 * max(0.0, score["false_per_day"] - 0.04)


if __name__ == "__main__":
    main()
