"""Run the tests that depend on the calendar where such tests fail: on weekends, at midnight, when summer time begins.

    python -m tests.calendar [--at "2027-03-28 00:59:30"] [arguments for pytest]

libfaketime moves the clocks of Python, of an embedded PostgreSQL and Redis of the run's own and of every process that
the tests start, all alike; they run on from there. One line for each instant says what passed and what failed. Exits
with 1 where a test failed and with 2 where libfaketime is missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.calendar import clock

ROOT = Path(__file__).resolve().parents[2]
SLEEP = Path(__file__).parent / "sleep"
SIDE_BY_SIDE = 2  # each has servers of its own

INSTANTS = {
    "a Saturday": datetime(2026, 12, 5, 10, tzinfo=UTC),
    "a Sunday": datetime(2026, 12, 6, 10, tzinfo=UTC),
    "31 December": datetime(2026, 12, 31, 22, 30, tzinfo=UTC),  # next year already in Istanbul
    "29 February": datetime(2028, 2, 29, 12, tzinfo=UTC),
    "23:59": datetime(2027, 3, 31, 23, 59, tzinfo=UTC),  # a Wednesday, a month's last minute
    "00:00": datetime(2027, 4, 1, 0, 0, tzinfo=UTC),
    "summer time begins": datetime(2027, 3, 28, 0, 59, 30, tzinfo=UTC),
    "summer time ends": datetime(2027, 10, 31, 0, 59, 30, tzinfo=UTC),
}


@dataclass
class Outcome:
    name: str
    instant: datetime
    passed: int
    failed: list[str]
    seconds: float
    log: Path

    @property
    def green(self) -> bool:
        return self.passed > 0 and not self.failed

    def __str__(self) -> str:
        line = f"{self.name:<20} {self.instant:%Y-%m-%d %H:%M:%S} UTC  "
        line += f"{self.passed} passed, {len(self.failed)} failed  ({self.seconds:.0f} s)"
        return line if self.green else "\n  ".join([f"{line}: {self.log}", *self.failed])


def run(name: str, instant: datetime, library: Path, arguments: list[str]) -> Outcome:
    """Run the marked tests with every clock at `instant`."""
    scratch = Path(tempfile.mkdtemp(prefix="calendar-"))  # sockets lie there, whose paths must be short
    report, log = scratch / "report.xml", scratch / "pytest.log"
    command = [sys.executable, "-m", "pytest", "-m", "calendar and not long", "-p", "tests.calendar.clock"]
    command += ["-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
    began = time.monotonic()
    with log.open("wb") as output:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(instant, library, scratch),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    passed, failed = read(report)
    if ended.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        failed.append(f"pytest ended with {ended.returncode}")
    outcome = Outcome(name, instant, passed, failed, time.monotonic() - began, log)
    if outcome.green:
        shutil.rmtree(scratch)
    return outcome


def environment(instant: datetime, library: Path, scratch: Path) -> dict[str, str]:
    """What moves the clocks of a process and of all that it starts."""
    file = scratch / "clock"
    clock.write(file, clock.offset_to(instant))
    # The clock of a server that already runs cannot be moved.
    kept = {name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {
        **kept,
        "LD_PRELOAD": str(library),
        clock.FILE: str(file),
        clock.INSTANT: instant.isoformat(),
        "FAKETIME_NO_CACHE": "1",
        # What waits, waits on the monotonic clock. Debian's library is built to correct such waits for another C
        # library: with that, Python's threads wake each other up all the time.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        # Python compiles anew what seems to have changed.
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SLEEP), os.environ.get("PYTHONPATH", "")])),
        "VAR_DIR": str(scratch / "var"),
        # pytest removes there what it thinks is three days old, also what another run still uses.
        "PYTEST_DEBUG_TEMPROOT": str(scratch),
    }


def read(report: Path) -> tuple[int, list[str]]:
    """How many tests passed, and the names of those that did not, out of pytest's JUnit report."""
    passed, failed = 0, []
    if not report.exists():
        return passed, failed
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def find_library() -> Path | None:
    """The libfaketime for programs with threads."""
    found = [
        Path("/usr/lib/faketime/libfaketimeMT.so.1"),
        *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"),
    ]
    return next((path for path in found if path.exists()), None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.calendar", description=__doc__.partition("\n")[0])
    parser.add_argument("--at", type=datetime.fromisoformat, help="one instant alone, in UTC")
    asked, arguments = parser.parse_known_args()
    if (library := find_library()) is None:
        print("libfaketime moves the clocks of these tests: install Debian's package libfaketime.")
        return 2
    instants = {"as asked": asked.at.replace(tzinfo=UTC)} if asked.at else INSTANTS
    green = True
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        runs = [pool.submit(run, name, instant, library, arguments) for name, instant in instants.items()]
        try:
            for outcome in (future.result() for future in runs):
                print(outcome, flush=True)
                green = green and outcome.green
        except KeyboardInterrupt:  # it reaches the runs as well, which end and stop their servers
            pool.shutdown(cancel_futures=True)
            return 130
    return 0 if green else 1


if __name__ == "__main__":
    sys.exit(main())
