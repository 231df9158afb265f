"""The clock that a run of `python -m tests.calendar` moves, and its pytest plugin.

Every process of the run adds to the real time what stands in one file (see libfaketime's FAKETIME_TIMESTAMP_FILE).
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

INSTANT = "CALENDAR_INSTANT"  # where the clock is set to, as in "2026-12-05T10:00:00+00:00"
FILE = "FAKETIME_TIMESTAMP_FILE"


def asked_instant() -> datetime | None:
    """Where this run's clock was set to; None in an ordinary run of the tests."""
    return datetime.fromisoformat(text) if (text := os.environ.get(INSTANT)) else None


def offset_to(instant: datetime, offset: float = 0) -> float:
    """The seconds between the real time and `instant`, asked by a process that is `offset` seconds ahead."""
    return offset + (instant - datetime.now(UTC)).total_seconds()


def write(file: Path, offset: float) -> None:
    """Move the clocks of all processes that read `file`; each of them reads the old offset or the new one."""
    new = file.with_suffix(".new")
    new.write_text(f"{offset:+.3f}\n")
    new.replace(file)


class EveryFileBegins:
    """Sets the clock back before each file of tests: at 23:59 all of them begin at 23:59, not the first alone."""

    file: Path | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        from escalations import engine  # pytest reads its plugins before Django is set up

        if item.path != self.file:
            self.file = item.path
            clock, instant = Path(os.environ[FILE]), asked_instant()
            assert instant is not None
            write(clock, offset_to(instant, float(clock.read_text())))
            # It would tell administrators of a clock that went wrong.
            engine.database_clock.last = None


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(EveryFileBegins())
