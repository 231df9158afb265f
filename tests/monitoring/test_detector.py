"""The spike rule, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import detector
from monitoring.detector import DAY, HOUR, USUAL, Count, Rule, episodes, judge, scan, start_of_hour

pytestmark = pytest.mark.calendar

NOW = datetime(2026, 3, 8, 13, tzinfo=UTC)


def week(complaints: int = 4, mentions: int = 10, days: int = 7) -> dict[datetime, Count]:
    return {NOW - n * HOUR: Count(complaints, mentions, mentions) for n in range(1, days * 24 + 13)}


def test_arithmetic_is_the_one_the_page_explains():
    verdict = judge({**week(4), NOW: Count(15, 20, 20)}, NOW)
    assert (verdict.expected, verdict.limit) == (4, 14)  # 4 + 4 * 2 + 2
    assert verdict.is_spike


@pytest.mark.parametrize(("people", "spikes"), [(14, False), (15, True)])
def test_spike_lies_above_the_limit(people, spikes):
    assert judge({**week(4), NOW: Count(people, people, people)}, NOW).is_spike is spikes


@pytest.mark.parametrize(("people", "spikes"), [(7, False), (8, True)])
def test_few_people_are_no_spike_even_in_a_quiet_place(people, spikes):
    assert judge({**week(0), NOW: Count(people, people, people)}, NOW).is_spike is spikes


@pytest.mark.parametrize(("rated", "spikes"), [(75, True), (76, False)])
def test_viral_joke_with_some_complaints_is_no_spike(rated, spikes):
    assert judge({**week(4), NOW: Count(30, rated, 200)}, NOW).is_spike is spikes


def test_a_stream_that_begins_is_no_crisis():
    """Three hours of storm right after the first post ever: there is nothing to compare with."""
    begun = {NOW - n * HOUR: Count(80, 100, 120) for n in range(3)}
    verdict = judge(begun, NOW)
    assert verdict.expected is None
    assert not verdict.is_spike


def test_single_posts_before_the_stream_begins_are_no_baseline():
    scattered = {NOW - day * DAY: Count(0, 1, 1) for day in range(1, 7)}
    assert not judge({**scattered, NOW: Count(80, 100, 120)}, NOW).is_spike


def test_two_days_are_too_few_and_three_are_enough():
    spike = {NOW: Count(40, 40, 40)}
    assert judge({**week(4, days=2), **spike}, NOW).expected is None
    assert judge({**week(4, days=3), **spike}, NOW).is_spike


def test_hours_before_the_first_post_are_unknown_not_quiet():
    """The fourth day back begins two hours too late: it may not pull the usual down with zeros."""
    counts = {NOW - n * HOUR: Count(6, 10, 10) for n in range(1, 4 * 24 - 1)}
    verdict = judge({**counts, NOW: Count(6, 10, 10)}, NOW)
    assert (verdict.covered_days, verdict.expected) == (3, 6)


def test_the_day_is_judged_against_its_own_hour():
    """A busy noon does not excuse a storm at night."""
    counts = {
        NOW - n * HOUR: Count(40 if (NOW - n * HOUR).hour in (12, 13, 14) else 1, 50, 50)
        for n in range(1, 180)
    }
    night = NOW - 10 * HOUR
    assert not judge({**counts, NOW: Count(50, 60, 60)}, NOW).is_spike
    assert judge({**counts, night: Count(20, 25, 25)}, night).is_spike


def test_later_hours_do_not_change_an_earlier_verdict():
    counts = {**week(4), NOW: Count(15, 20, 20)}
    before = judge(counts, NOW)
    assert judge({**counts, NOW + HOUR: Count(900, 900, 900), NOW + DAY: Count(9, 9, 9)}, NOW) == before


def test_spikes_with_a_pause_of_up_to_twelve_hours_are_one_episode():
    spike = Count(30, 30, 30)
    counts = {**week(4), NOW: spike, NOW + 12 * HOUR: spike, NOW + 25 * HOUR: spike}
    found = episodes(scan(counts, NOW, NOW + 30 * HOUR))
    assert [[v.hour for v in episode] for episode in found] == [[NOW, NOW + 12 * HOUR], [NOW + 25 * HOUR]]


def test_hours_of_which_nothing_is_known_have_the_verdict_that_judging_them_gives():
    spike = Count(30, 30, 30)
    counts = {**week(4), NOW: spike, NOW + 8 * DAY - HOUR: spike, NOW + 40 * DAY: spike}
    first = NOW - 10 * DAY
    assert scan(counts, first, NOW + 42 * DAY) == [
        judge(counts, first + n * HOUR) for n in range(52 * 24 + 1)
    ]


def test_the_decades_between_two_posts_cost_nothing(monkeypatch):
    judged = []
    monkeypatch.setattr(detector, "_judge", lambda counts, hour, *given: judged.append(hour))
    scan({NOW - 30 * 365 * DAY: Count(1, 1, 1), NOW: Count(1, 1, 1)}, NOW - 30 * 365 * DAY, NOW)
    assert 0 < len(judged) < 2 * 8 * 24


@given(
    st.dictionaries(st.integers(0, 400), st.tuples(*[st.integers(0, 10_000)] * 3), max_size=60),
    st.integers(0, 400),
)
def test_any_counts_get_a_verdict_that_keeps_the_rule(numbers, position):
    counts = {NOW + n * HOUR: Count(*three) for n, three in numbers.items()}
    verdict = judge(counts, NOW + position * HOUR)
    if verdict.is_spike:
        assert verdict.limit is not None
        assert verdict.count > verdict.limit
        assert verdict.count >= USUAL.at_least
        assert verdict.covered_days >= USUAL.min_days
        assert verdict.share >= USUAL.min_share


def test_history_reaches_as_far_back_as_the_rule_looks():
    assert Rule().history == timedelta(days=7, hours=12)
    assert start_of_hour(NOW + timedelta(minutes=59, seconds=59)) == NOW
