"""Turns on days when the clocks change: what one shift leaves, the next one takes, in any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.spans import Span
from readiness.turns import Plan, instant, turns

pytestmark = pytest.mark.calendar

HOUR = timedelta(hours=1)
ZONES = sorted(available_timezones())


def plan(zone: str, **facts) -> Plan:
    return Plan.of(
        **{
            "turn_length": 1,
            "turn_unit": "days",
            "hand_over_weekday": None,
            "hand_over_at": time(9),
            "time_zone": zone,
            "starts_on": date(2026, 1, 1),
            "hours_from": None,
            "hours_until": None,
            **facts,
        }
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 23),  # clocks go forward on the 29th
        ("Europe/Berlin", date(2026, 10, 24), 25),  # and back on the 25th
        ("America/New_York", date(2026, 3, 7), 23),
        ("America/New_York", date(2026, 10, 31), 25),
        ("Australia/Lord_Howe", date(2026, 4, 4), 24.5),  # half an hour only
        ("Australia/Lord_Howe", date(2026, 10, 3), 23.5),
        ("Europe/Istanbul", date(2026, 3, 28), 24),  # no longer changes its clocks
        ("Europe/Istanbul", date(2026, 10, 24), 24),
    ],
)
def test_day_on_which_clocks_change_is_covered_whole(zone, day, hours):
    daily = plan(zone, starts_on=day - timedelta(days=1))
    before, changed, after = islice(turns(daily, midnight(day) - 2 * timedelta(days=1)), 3)
    assert changed.start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, time(9))
    assert changed.duty[0].length == hours * HOUR
    assert (before.end, changed.end) == (changed.start, after.start)
    assert after.start.astimezone(ZoneInfo(zone)).time() == time(9)


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),  # not there: 03:30 summer time
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # twice: the first
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        ("Europe/Istanbul", date(2026, 3, 29), time(2, 30), "2026-03-28T23:30"),
    ],
)
def test_times_that_are_not_there_or_twice_follow_the_stated_rule(zone, day, at, utc):
    assert instant(day, at, ZoneInfo(zone)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(
    zone=st.sampled_from(ZONES),
    starts_on=st.dates(date(1975, 1, 1), date(2060, 1, 1)),
    at=st.times(),
    length=st.integers(1, 10),
    weekday=st.none() | st.integers(0, 6),
)
def test_turns_round_the_clock_tile_the_time_in_any_zone(zone, starts_on, at, length, weekday):
    weekly = plan(
        zone,
        starts_on=starts_on,
        hand_over_at=at.replace(microsecond=0),
        turn_length=length,
        turn_unit="days" if weekday is None else "weeks",
        hand_over_weekday=weekday,
    )
    found = list(islice(turns(weekly, midnight(starts_on) - timedelta(days=2)), 60))
    assert all(turn.start < turn.end for turn in found)
    assert all(one.end == two.start for one, two in pairwise(found))
    # The same turns are found from the midst of them.
    assert next(turns(weekly, found[30].start)) == found[30]
    assert next(turns(weekly, found[30].end - timedelta(microseconds=1))) == found[30]


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Istanbul"]),
    starts_on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    morning=st.integers(0, 23),
    evening=st.integers(0, 23),
    hand_over=st.times(),
)
def test_a_night_and_a_day_rotation_meet(zone, starts_on, morning, evening, hand_over):
    if morning == evening:
        return
    nights, days = (
        plan(
            zone,
            starts_on=starts_on,
            turn_length=3,
            hand_over_at=hand_over.replace(microsecond=0),
            hours_from=time(begin),
            hours_until=time(end),
        )
        for begin, end in ((evening, morning), (morning, evening))
    )
    since = midnight(starts_on) + timedelta(days=4)
    spans = [
        span
        for rotation in (nights, days)
        for turn in islice(turns(rotation, since), 40)
        for span in turn.duty
    ]
    spans.sort(key=lambda span: span.start)
    inner = [span for span in spans if since + timedelta(days=4) < span.start < since + timedelta(days=90)]
    assert len(inner) > 150
    assert all(one.end == two.start for one, two in pairwise(inner))


def test_evening_duty_lasts_until_the_morning_after_hand_over():
    nights = plan(
        "Europe/Berlin",
        turn_unit="weeks",
        hand_over_weekday=0,
        hand_over_at=time(9),
        starts_on=date(2026, 12, 2),  # a Wednesday: the first turn begins on the Monday after
        hours_from=time(22),
        hours_until=time(8),
    )
    first, second = islice(turns(nights, midnight(date(2026, 12, 2))), 2)
    assert len(first.duty) == 7
    assert first.start == datetime(2026, 12, 7, 21, tzinfo=UTC)
    assert first.end == datetime(2026, 12, 14, 7, tzinfo=UTC)
    assert second.start == datetime(2026, 12, 14, 21, tzinfo=UTC)


def test_hours_begun_before_hand_over_belong_to_the_earlier_turn():
    days = plan("UTC", hand_over_at=time(12), hours_from=time(8), hours_until=time(18), turn_length=2)
    first = next(turns(days, midnight(date(2026, 1, 1))))
    assert [span.start for span in first.duty] == [
        datetime(2026, 1, 2, 8, tzinfo=UTC),
        datetime(2026, 1, 3, 8, tzinfo=UTC),
    ]


def test_hours_over_which_the_clocks_jump_are_none():
    facts = {"starts_on": date(2026, 3, 28), "hand_over_at": time()}  # 02:00 to 03:00 is skipped on the 29th
    early = plan("Europe/Berlin", hours_from=time(2), hours_until=time(2, 30), **facts)
    spans = [span for turn in islice(turns(early, midnight(date(2026, 3, 28))), 3) for span in turn.duty]
    assert [span.length for span in spans] == [HOUR / 2] * 3
    late = plan("Europe/Berlin", hours_from=time(2, 30), hours_until=time(3), **facts)
    starts = [turn.start.date() for turn in islice(turns(late, midnight(date(2026, 3, 28))), 2)]
    assert starts == [date(2026, 3, 28), date(2026, 3, 30)]


def test_spans_that_only_touch_do_not_overlap():
    noon = datetime(2026, 12, 7, 12, tzinfo=UTC)
    assert not Span(noon, noon + HOUR).overlaps(Span(noon + HOUR, noon + 2 * HOUR))
    assert Span(noon, noon + HOUR).overlaps(Span(noon, noon + HOUR))
