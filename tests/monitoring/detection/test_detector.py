"""One stream, slot by slot."""

from __future__ import annotations

from math import log, sqrt

import pytest

from monitoring.detection.detector import Basis, Detector, Sensitivity, Step
from monitoring.detection.limits import CAP, FEWEST, Peaks
from monitoring.detection.slots import DAY, HOUR
from tests.monitoring.detection.streams import FIRST, even, feed, judge, lively, steps

WEEK = even(8)


def test_arithmetic_is_the_one_the_page_explains():
    """Four voices a slot for eight days, then a quarter of an hour with twenty each."""
    last = judge([*WEEK, 20, 20, 20])[-1]
    assert last.counts == (20, 60, 96, 336)
    assert last.usual == (4, 12, 48, 288)

    def ratio(slots: int, count: int, usual: int) -> float:
        calm = 6 * sqrt(slots) + 0.5 * slots * 4
        return log((count + calm) / (usual + calm))

    assert last.flash == pytest.approx(ratio(3, 60, 12))
    assert last.swell == pytest.approx((ratio(1, 20, 4) + ratio(12, 96, 48) + ratio(72, 336, 288)) / 3)
    assert last.past_days == 7


def test_many_more_voices_than_usual_are_said_within_minutes():
    judged = judge([*WEEK, *[40] * 3])
    assert steps(judged[: len(WEEK)]) == []
    assert judged[len(WEEK)].step is Step.NEW


def test_usual_voices_are_not_said():
    assert steps(judge(lively(14))) == []


def test_few_people_are_no_signal_even_at_night():
    assert steps(judge([*[0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0] * 24 * 8, 2, 2, 2])) == []


def test_a_fifth_more_is_no_signal_however_even_a_brand_is():
    assert steps(judge([*even(8, 100), *[115] * HOUR])) == []


def test_limits_come_from_the_five_strongest_of_three_weeks():
    days = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, *[0.0] * 12]
    peaks = Peaks(0, [(day, day, 9) for day in days for _ in range(24)])
    flash, swell = peaks.limits(rate=1)
    assert swell == pytest.approx((0.9 + 0.8 + 0.7 + 0.6 + 0.5) / 5)
    assert flash == pytest.approx(1.1 * 0.7)


def test_few_days_are_filled_up_with_what_a_brand_might_do():
    known = [(0.3, 0.3, 9)] * 24
    few, enough = Peaks(0, known * (FEWEST - 1)), Peaks(0, known * FEWEST)
    assert few.limits(rate=4)[1] > 1 > enough.limits(rate=4)[1] == pytest.approx(0.3)


def test_a_crisis_counts_at_most_twice_the_limit_so_that_it_hides_no_other():
    peaks = Peaks(0)
    peaks.finish(9.0, None, 500, (0.5, 0.4))
    assert peaks.hours == [(CAP * 0.5, None, 500)]


def test_second_crisis_after_a_week_is_found_as_well():
    crisis = [40] * HOUR
    judged = judge([*WEEK, *crisis, *even(7), *crisis])
    assert steps(judged).count("new") == 2


def test_growth_is_said_again_and_doubling_by_its_name():
    judged = judge([*WEEK, *[16] * 8, *[24] * 12, *[80] * 12])
    said = steps(judged)
    assert said[0] == "new"
    assert "doubled" in said[1:]


def test_what_stays_as_it_was_is_not_said_again():
    assert steps(judge([*WEEK, *[40] * HOUR])) == steps(judge([*WEEK, *[40] * 8 * HOUR]))[:2]


def test_what_is_still_there_after_twelve_hours_is_the_same_episode():
    judged = judge([*WEEK, *[20] * 14 * HOUR])
    assert steps(judged).count("new") == 1
    assert judged[-1].reasons


def test_after_twelve_quiet_hours_an_episode_is_new():
    judged = judge([*WEEK, *[40] * 3, *even(1), *[40] * 3])
    assert steps(judged).count("new") == 2


@pytest.mark.parametrize(("sensitivity", "times"), [(Sensitivity.LOW, 1.25), (Sensitivity.HIGH, 0.85)])
def test_sensitivity_moves_the_limits(sensitivity, times):
    usual, moved = Detector(FIRST), Detector(FIRST, sensitivity)
    one, other = feed(usual, lively(9))[-1], feed(moved, lively(9))[-1]
    assert other.swell_limit == pytest.approx(times * one.swell_limit)
    assert other.swell == one.swell


def test_sensitivity_leaves_unsaid_what_is_little():
    rise = [*WEEK, *[10] * HOUR]
    said = {sensitivity: steps(feed(Detector(FIRST, sensitivity), rise)) for sensitivity in Sensitivity}
    assert len(said[Sensitivity.LOW]) <= len(said[Sensitivity.NORMAL]) <= len(said[Sensitivity.HIGH])


class TestBeginning:
    def test_a_stream_that_begins_is_no_crisis(self):
        assert steps(judge([*[0] * 5 * DAY, *lively(1, mean=15)])) == []

    def test_without_a_past_day_only_absolute_numbers_count(self):
        judged = judge([*even(0.6), *[40] * HOUR])
        assert judged[-1].basis is Basis.LEARNING
        assert next(judgement.reasons for judgement in judged if judgement.step) == ("absolute",)

    def test_three_times_the_busiest_hour_are_not_enough_without_a_past_day(self):
        assert steps(judge([*even(0.6), *[12] * HOUR])) == []

    def test_a_past_day_is_a_baseline(self):
        judged = judge(even(2))
        assert (judged[DAY // 2].basis, judged[-1].basis) == (Basis.LEARNING, Basis.PAST_DAYS)


class TestLatePosts:
    """Corrections of the last day: as if their counts had been known, but for what was said."""

    CHANGES = {FIRST + 5 * DAY - 200: 30, FIRST + 5 * DAY - 199: None, FIRST + 5 * DAY - 7: 25}

    def test_leave_the_same_state_as_if_they_had_been_in_time(self):
        counts = lively(5)
        late, in_time = Detector(FIRST), Detector(FIRST)
        feed(late, counts)
        late.correct(self.CHANGES)
        feed(in_time, [self.CHANGES.get(FIRST + n, count) for n, count in enumerate(counts)])
        one, other = late.to_json(), in_time.to_json()
        del one["said"], other["said"]
        assert one == other

    def test_have_the_slots_since_then_judged_again(self):
        detector = Detector(FIRST)
        feed(detector, lively(5))
        judged = detector.correct(self.CHANGES)
        assert [judgement.slot - FIRST - 5 * DAY for judgement in judged] == list(range(-200, 0))

    def test_that_change_nothing_have_nothing_judged(self):
        detector = Detector(FIRST)
        feed(detector, even(5))
        assert detector.correct({FIRST + 5 * DAY - 3: 4}) == []


class TestGaps:
    def test_unknown_slots_are_no_zeros(self):
        """Half a day without collecting, two days ago: as if it had never been."""
        outage = [*even(6), *[None] * 6 * HOUR, *even(1.75)]
        assert steps(judge([*outage, *even(1)])) == []
        assert judge(outage)[-1].usual == (4, 12, 48, 288)

    def test_nothing_is_said_while_nobody_collects(self):
        judged = judge([*WEEK, None, None])[-1]
        assert (judged.basis, judged.flash, judged.step) == (Basis.UNKNOWN, None, None)

    def test_after_a_gap_a_flash_is_judged_first(self):
        judged = judge([*WEEK, *[None] * HOUR, *[40] * 3])[-1]
        assert judged.flash is not None
        assert judged.swell is None
        assert judged.step is Step.NEW


class TestSmallBrands:
    """Two voices a day at most hours: hours say nothing, days and their quarters do."""

    USUAL = [1, *[0] * 14] * 10  # a fifteenth of a voice a slot, 19 a day

    def days(self, number: int) -> list[int]:
        return (self.USUAL * (number * 2))[: number * DAY]

    def test_are_judged_by_the_day(self):
        judged = judge(self.days(9))
        assert judged[-1].basis is Basis.WHOLE_DAY
        assert judged[-1].day < judged[-1].day_limit
        assert steps(judged) == []

    def test_many_more_voices_than_chance_brings_are_said(self):
        judged = judge([*self.days(9), *[1, 0] * 36])
        assert next(judgement.reasons for judgement in judged if judgement.step) == ("six_hours",)

    def test_slow_rise_is_seen_by_the_day(self):
        judged = judge([*self.days(9), *[1, 0, 0, 0] * 72])
        assert {"day", "six_hours"} & set(sum((j.reasons for j in judged), ()))

    def test_a_few_more_are_chance(self):
        assert steps(judge([*self.days(9), *[1, *[0] * 9] * 28])) == []
