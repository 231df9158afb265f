"""What is usual."""

from __future__ import annotations

import pytest

from monitoring.detection.history import KEPT, History
from monitoring.detection.slots import DAY, HOUR
from tests.monitoring.detection.streams import FIRST, even


def history(counts: list[int | None]) -> History:
    kept = History(FIRST)
    for count in counts:
        kept.append(count)
    return kept


def test_usual_is_the_median_of_the_same_time_so_that_one_crisis_does_not_move_it():
    calm = history(even(8))
    wild = history([*even(3), *[90] * DAY, *even(4)])
    assert wild.usual(len(wild) - 1) == calm.usual(len(calm) - 1) == ((4, 12, 48, 288), 7)


def test_night_is_compared_with_nights():
    day_and_night = [0] * (DAY // 2) + [8] * (DAY // 2)
    kept = history([*day_and_night * 5, *[0] * (DAY // 4)])
    usual, _days = kept.usual(len(kept) - 1)
    assert usual == (0, 0, 0, 0)


def test_day_on_which_nobody_collected_is_left_out():
    kept = history([*even(4), *[None] * DAY, *even(2)])
    assert kept.usual(len(kept) - 1) == ((4, 12, 48, 288), 4)  # the window of six hours began in it, too


def test_day_without_talk_is_left_out():
    """Ten days in which the crawler stood still and nobody said so."""
    kept = history([*even(3), *[0] * DAY, *even(1.5)])
    usual, days = kept.usual(len(kept) - 1)
    assert usual == (4, 12, 48, 288)
    assert days < 5


def test_rate_is_that_of_an_ordinary_day():
    kept = history([*even(5), *[90] * DAY, *even(1)])
    assert kept.rate(len(kept) - 1) == 4


def test_rate_of_a_young_stream_is_its_average():
    kept = history([0] * DAY + [2] * HOUR)
    assert kept.rate(len(kept) - 1) == pytest.approx(2)


def test_correction_is_the_same_as_having_known_it():
    kept = history(even(2))
    assert kept.correct({FIRST + 300: 9, FIRST + 400: None, FIRST + 500: 4}) == 300
    counts = even(2)
    counts[300], counts[400] = 9, None
    assert vars(kept) == vars(history(counts))


@pytest.mark.parametrize("slot", [FIRST - 1, FIRST + 2 * DAY])
def test_correction_outside_of_what_is_kept_changes_nothing(slot):
    kept = history(even(2))
    assert kept.correct({slot: 9}) is None


def test_nine_days_are_kept_and_no_more():
    kept = history(even(30))
    assert KEPT <= len(kept) < KEPT + DAY
    assert kept.newest == FIRST + 30 * DAY - 1
    assert kept.usual(len(kept) - 1) == ((4, 12, 48, 288), 7)
