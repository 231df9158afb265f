"""A moment that somebody types on the night on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.forms import MomentField

pytestmark = pytest.mark.calendar


def typed(text: str, *, now: str) -> datetime:
    with time_machine.travel(f"{now}+00:00", tick=False), timezone.override("Europe/Berlin"):
        return MomentField().clean(text)


@pytest.mark.parametrize(
    ("now", "hour", "minute"),
    [
        ("2027-10-31T00:31", 0, 30),  # it is 02:31 for the first time
        ("2027-10-31T01:31", 1, 30),  # it is 02:31 again
        ("2027-10-01T12:00", 0, 30),  # somebody plans ahead
        ("2027-11-01T12:00", 1, 30),  # somebody writes down what was
    ],
)
def test_of_an_hour_that_comes_twice_the_nearer_is_meant(now, hour, minute):
    assert typed("2027-10-31T02:30", now=now) == datetime(2027, 10, 31, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2027-03-28T02:30", "soon"])
def test_what_no_clock_ever_shows_is_refused(text):
    with pytest.raises(ValidationError):
        typed(text, now="2027-03-28T00:59")


def test_any_other_hour_comes_once():
    assert typed("2027-10-31T03:00", now="2027-10-31T01:31") == datetime(2027, 10, 31, 2, tzinfo=UTC)
