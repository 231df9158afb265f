from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from people.models import DutyShift, Rotation
from readiness import actions

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)  # a Wednesday


def at(day: int, hour: float = 9) -> datetime:
    """A moment of December 2026, in UTC; days beyond 31 run on into January."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)


def rows(role: str = "LG") -> list[tuple[str, datetime, datetime]]:
    """The roster of a role as (first name, from, until)."""
    shifts = DutyShift.objects.filter(role=role).select_related("user").order_by("starts_at", "user__name")
    return [(shift.user.name.split()[0], shift.starts_at, shift.ends_at) for shift in shifts]


@pytest.fixture
def december() -> Iterator[time_machine.Traveller]:
    """It is noon on Wednesday, 2 December 2026, and the clock stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rotation(bob: Any, carol: Any, dave: Any) -> Callable[..., Rotation]:
    """rotation(**facts): Carol and Dave take weekly turns for legal, from Monday 09:00 UTC on."""

    def make(**facts: Any) -> Rotation:
        return actions.save_rotation(
            **{
                "actor": bob,
                "role": "LG",
                "name": "Legal",
                "members": [carol, dave],
                "turn_length": 1,
                "turn_unit": "weeks",
                "hand_over_weekday": 0,
                "hand_over_at": time(9),
                "time_zone": "UTC",
                "starts_on": date(2026, 11, 30),
                "hours_from": None,
                "hours_until": None,
                **facts,
            }
        )

    return make
