from __future__ import annotations

import pytest

from common.levels import Level
from incidents.severity import INPUTS, rate

NOTHING = {item.code: 0 for item in INPUTS}
EVERYTHING = {item.code: 3 for item in INPUTS}


def test_the_weights_add_up_to_36():
    assert rate(EVERYTHING).total == 36


@pytest.mark.parametrize(
    ("scores", "total", "level"),
    [
        (NOTHING, 0, Level.L4),
        ({**NOTHING, "reach": 3}, 6, Level.L4),
        ({**NOTHING, "reach": 3, "topic": 1}, 7, Level.L3),
        ({**NOTHING, "reach": 3, "velocity": 3, "topic": 1}, 13, Level.L3),
        ({**NOTHING, "reach": 3, "velocity": 3, "topic": 2}, 14, Level.L2),
        ({**NOTHING, "reach": 3, "velocity": 3, "media": 2, "sentiment_fall": 3, "topic": 2}, 21, Level.L2),
        ({**NOTHING, "reach": 3, "velocity": 3, "media": 2, "sentiment_fall": 3, "topic": 3}, 22, Level.L1),
    ],
)
def test_levels_begin_where_they_should(scores, total, level):
    rating = rate(scores)
    assert (rating.total, rating.level) == (total, level)


def test_unknown_counts_one_and_is_named():
    rating = rate({**NOTHING, "safety_legal": None})
    assert (rating.total, rating.unknown) == (3, ("safety_legal",))


@pytest.mark.parametrize(
    ("scores", "lost", "level"),
    [
        ({**NOTHING, "safety_legal": 3}, False, Level.L1),
        ({**NOTHING, "media": 3}, False, Level.L2),
        (NOTHING, True, Level.L1),
    ],
)
def test_floors_raise_the_level_and_say_why(scores, lost, level):
    rating = rate(scores, account_control_lost=lost)
    assert rating.level == level
    assert rating.floor


def test_a_floor_never_lowers():
    assert rate(EVERYTHING).level == Level.L1


@pytest.mark.parametrize("score", [-1, 4, 99])
def test_a_score_outside_the_scale_is_refused(score):
    with pytest.raises(ValueError, match="0, 1, 2 or 3"):
        rate({**NOTHING, "reach": score})
