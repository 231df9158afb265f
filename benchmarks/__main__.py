"""`python -m benchmarks deadlines --count 10000 --json`: how fast and how late deadlines fire, measured here and now.

Uses DATABASE_URL and REDIS_URL where they are set, and the embedded servers otherwise; a database of its own is
created there and dropped again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import exports, ingest, language, reading, sentiment, signals
from benchmarks.deadlines import measure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    whats = parser.add_subparsers(required=True, dest="what")

    def add(
        name: str, run: Callable[[argparse.Namespace], int], about: str | None
    ) -> argparse.ArgumentParser:
        what = whats.add_parser(name, description=about)
        what.set_defaults(run=run)
        return what

    what = add("deadlines", fire_deadlines, __doc__)
    what.add_argument("--count", type=int, default=10_000, help="deadlines due at the same instant")
    what.add_argument(
        "--quiet-count", type=int, default=100, help="deadlines due one after the other, 0.6 s apart"
    )
    what.add_argument("--json", action="store_true", help="print one JSON object")
    reading.add_arguments(add("reading", read_folder, reading.__doc__))
    signals.add_arguments(add("signals", detect, signals.__doc__))
    what = add("ingest", import_file, ingest.__doc__)
    what.add_argument("--count", type=int, default=200_000, help="rows of the file")
    what.add_argument("--json", action="store_true", help="it always is")
    what = add("exports", import_cases, exports.__doc__)
    what.add_argument("--cases", type=Path, required=True, metavar="DIR")
    what.add_argument("--json", action="store_true", help="it always is")
    for name, run, about, posts in (
        ("sentiment", estimate_sentiment, sentiment.__doc__, 3_000),
        ("language", detect_language, language.__doc__, 20_000),
    ):
        what = add(name, run, about)
        what.add_argument("--data", type=Path, required=True, metavar="DIR")
        what.add_argument("--labelled", type=Path, default=sentiment.LABELLED, metavar="DIR")
        what.add_argument("--count", type=int, default=posts, help="posts of each set, at most")
        what.add_argument("--json", action="store_true", help="it always is")
    asked = parser.parse_args()
    status: int = asked.run(asked)
    return status


def fire_deadlines(asked: argparse.Namespace) -> int:
    figures = measure(asked.count, asked.quiet_count)
    lines = (f"{name:<30} {value}" for name, value in figures.items())
    print(json.dumps(figures, indent=2) if asked.json else "\n".join(lines))  # noqa: T201 (for the terminal)
    return 1 if figures["lost"] or figures["doubled"] else 0


def read_folder(asked: argparse.Namespace) -> int:
    return show(reading.measure(asked.dir, asked.out))


def detect(asked: argparse.Namespace) -> int:
    return show(signals.measure(asked))


def import_file(asked: argparse.Namespace) -> int:
    return show(ingest.measure(asked.count))


def import_cases(asked: argparse.Namespace) -> int:
    return show(exports.measure(asked.cases))


def estimate_sentiment(asked: argparse.Namespace) -> int:
    return show(sentiment.measure(asked.data, asked.count, asked.labelled))


def detect_language(asked: argparse.Namespace) -> int:
    return show(language.measure(asked.data, asked.count, asked.labelled))


def show(figures: object) -> int:
    print(json.dumps(figures, ensure_ascii=False, indent=1))  # noqa: T201 (for the terminal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
