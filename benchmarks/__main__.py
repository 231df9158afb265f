"""`python -m benchmarks deadlines --count 10000 --json`: how fast and how late deadlines fire, measured here and now.

Uses DATABASE_URL and REDIS_URL where they are set, and the embedded servers otherwise; a database of its own is
created there and dropped again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import exports, ingest, reading
from benchmarks.deadlines import measure


def main() -> int:
    if sys.argv[1:2] == ["reading"]:
        return read_folder(sys.argv[2:])
    if sys.argv[1:2] == ["ingest"]:
        return import_file(sys.argv[2:])
    if sys.argv[1:2] == ["exports"]:
        return import_cases(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=["deadlines"])
    parser.add_argument("--count", type=int, default=10_000, help="deadlines due at the same instant")
    parser.add_argument(
        "--quiet-count", type=int, default=100, help="deadlines due one after the other, 0.6 s apart"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    figures = measure(asked.count, asked.quiet_count)
    lines = (f"{name:<30} {value}" for name, value in figures.items())
    print(json.dumps(figures, indent=2) if asked.json else "\n".join(lines))  # noqa: T201 (for the terminal)
    return 1 if figures["lost"] or figures["doubled"] else 0


def read_folder(arguments: list[str]) -> int:
    """Prints the figures of `benchmarks.reading` as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks reading", description=reading.__doc__)
    reading.add_arguments(parser)
    asked = parser.parse_args(arguments)
    print(json.dumps(reading.measure(asked.dir, asked.out), indent=2))  # noqa: T201 (for the terminal)
    return 0


def import_file(arguments: list[str]) -> int:
    """Prints how fast `benchmarks.ingest` imports, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ingest", description=ingest.__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="rows of the file")
    parser.add_argument("--json", action="store_true", help="it always is")
    print(json.dumps(ingest.measure(parser.parse_args(arguments).count), indent=2))  # noqa: T201 (for the terminal)
    return 0


def import_cases(arguments: list[str]) -> int:
    """Prints what `benchmarks.exports` stored, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks exports", description=exports.__doc__)
    parser.add_argument("--cases", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="it always is")
    asked = parser.parse_args(arguments)
    print(json.dumps(exports.measure(asked.cases), ensure_ascii=False, indent=1))  # noqa: T201 (for the terminal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
