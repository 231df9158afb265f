"""A brand's own head is learned from its corrections in the order of time, and used only where it is better."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from monitoring.understanding.sentiment.own_head import fit_head  # noqa: E402
from tests.monitoring.understanding.made_up_posts import along, posts  # noqa: E402


def test_one_that_is_better_is_used() -> None:
    vectors, negative = posts(150, axis=7)
    fit = fit_head(vectors, negative.tolist(), start=along(3))
    assert fit.head is not None
    assert (fit.older, fit.newer) == (105, 45)
    assert fit.own.loss < fit.shipped.loss
    assert fit.own.auc > 0.99


def test_it_is_learned_also_where_every_correction_contradicts_the_shipped_head() -> None:
    vectors, negative = posts(150, axis=7)
    fit = fit_head(vectors, negative.tolist(), start=along(7, strength=-30.0))
    assert fit.head is not None
    assert fit.own.auc > 0.99


def test_one_that_is_not_better_is_not_used() -> None:
    """The older corrections say the opposite of the newer ones."""
    vectors, negative = posts(150, axis=7)
    said = np.where(np.arange(150) < 105, ~negative, negative)
    fit = fit_head(vectors, said.tolist(), start=along(7))
    assert fit.head is None
    assert fit.was_tried
    assert fit.own.loss >= fit.shipped.loss


def test_the_newer_corrections_are_not_learned_from() -> None:
    vectors, negative = posts(150, axis=7)
    other = negative.copy()
    other[105:] = np.roll(other[105:], 1)
    one, two = (fit_head(vectors, said.tolist(), start=along(3)) for said in (negative, other))
    assert one.head.as_json() == (two.head or one.head).as_json()
    assert one.own != two.own


@pytest.mark.parametrize(("count", "tried"), [(99, False), (100, True)])
def test_a_hundred_corrections_are_needed(count: int, tried: bool) -> None:
    vectors, negative = posts(count, axis=7)
    assert fit_head(vectors, negative.tolist(), start=along(3)).was_tried is tried


def test_corrections_that_all_say_the_same_teach_nothing() -> None:
    vectors, _negative = posts(150, axis=7)
    fit = fit_head(vectors, [True] * 150, start=along(3))
    assert not fit.was_tried
    assert fit.head is None
