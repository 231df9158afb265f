"""Limits that stand for a quiet machine stretch with how busy it is."""

from __future__ import annotations

import sys

import pytest

from tests import pace
from tests.pace import LOOKS, Pace


def test_limits_stretch_when_an_errand_takes_longer_than_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(0.3)"]
    monkeypatch.setattr(pace, "ERRAND", idle)
    assert Pace().limit(10) > 15


def test_no_limit_shrinks() -> None:
    assert Pace().limit(10) >= 10


def test_one_slow_errand_counts_as_one_of_five() -> None:
    measured = Pace()
    for times_slower in [1] * (LOOKS - 1) + [6]:
        measured._note(times_slower)
    assert measured.slowest == 2
