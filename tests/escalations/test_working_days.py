"""Time that runs from Monday to Friday only."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from escalations import working_days
from escalations.models import Policy

pytestmark = pytest.mark.calendar

DAY = 24 * 60
UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("since", "minutes", "expected"),
    [
        ("2026-11-16 10:00", 5 * DAY, "2026-11-23 10:00"),  # Monday to Monday
        ("2026-11-20 16:30", DAY, "2026-11-23 16:30"),  # Friday to Monday
        ("2026-11-21 12:00", 2 * DAY, "2026-11-25 00:00"),  # a Saturday counts from Monday, 00:00
        ("2026-11-20 20:00", 6 * 60, "2026-11-23 02:00"),  # hours that end on a weekend
        ("2026-11-16 10:00", 90, "2026-11-16 11:30"),
    ],
)
def test_weekends_do_not_count(since, minutes, expected):
    begun = datetime.fromisoformat(since).replace(tzinfo=UTC)
    assert working_days.after(begun, minutes, UTC_ZONE) == datetime.fromisoformat(expected).replace(
        tzinfo=UTC
    )


def test_the_time_of_day_stays_when_the_clocks_change():
    begun = datetime(2026, 10, 23, 9, 0, tzinfo=BERLIN)  # the Friday before winter time
    assert working_days.after(begun, DAY, BERLIN) == datetime(2026, 10, 26, 9, 0, tzinfo=BERLIN)


def test_which_day_it_is_depends_on_the_zone():
    begun = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday already in Berlin
    assert working_days.after(begun, DAY, BERLIN) == datetime(2026, 11, 24, 0, 0, tzinfo=BERLIN)


@pytest.mark.django_db
def test_the_defaults_say_which_targets_are_working_days():
    monday = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
    meeting = {
        policy.level: policy.target(monday) for policy in Policy.objects.filter(purpose="review.meeting")
    }
    assert {level: (target.month, target.day) for level, target in meeting.items()} == {
        1: (11, 19),  # three days
        2: (11, 23),  # five working days
        3: (11, 30),  # ten working days
    }
    approval = Policy.objects.get(purpose="postmortem.approval", level=1)
    assert approval.target(monday) == datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
