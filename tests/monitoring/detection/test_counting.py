"""People, not posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.detection.counting import Counts, Post, Row, rows
from monitoring.detection.slots import slot_of

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
SLOT = slot_of(NOON)


def post(minute: float, author: str = "ann", *, key: str = "", late: float | None = None, **more) -> Post:
    at = NOON + timedelta(minutes=minute)
    known = None if late is None else NOON + timedelta(minutes=late)
    return Post(key or f"{author}-{minute}", at, author, known_at=known, **more)


def voices(*posts: Post) -> dict[int, int]:
    """Voices per slot after noon, as everything is known."""
    return {row.slot - SLOT: row.counts.voices for row in rows(posts) if row.counts and row.counts.voices}


def test_author_who_posts_again_within_the_hour_is_one_voice():
    assert voices(post(0), post(4), post(59)) == {0: 1}


def test_author_counts_again_after_an_hour():
    assert voices(post(0), post(59), post(60), post(100)) == {0: 1, 12: 1}


def test_everybody_counts_for_themselves():
    assert voices(post(0), post(1, "bob"), post(6, "cem")) == {0: 2, 1: 1}


def test_posts_of_nobody_count_each():
    assert voices(post(0, "", key="a"), post(1, "", key="b")) == {0: 2}


def test_own_posts_are_left_out():
    assert voices(post(0, is_own=True), post(1, "bob")) == {0: 1}


def test_post_given_twice_is_one_post():
    again = post(0, late=30)  # brought once more by a later import
    assert rows([post(0), again, post(0)]) == rows([post(0)])


def test_complaints_and_rated_voices_are_counted_by_their_own_posts():
    """Whoever praised first and complains ten minutes later is one voice, and a complaint."""
    found = rows([post(0, sentiment="positive"), post(10, sentiment="negative"), post(11, "bob")])
    by_slot = {row.slot - SLOT: row.counts for row in found}
    assert by_slot == {0: Counts(1, 0, 1, 1), 2: Counts(1, 1, 0, 2)}


def test_late_post_changes_its_slot_once_it_is_known():
    found = rows([post(0, "bob"), post(1, late=40)])
    assert found == [Row(SLOT, Counts(1, 0, 0, 1), SLOT), Row(SLOT, Counts(2, 0, 0, 2), SLOT + 8)]


def test_earlier_post_that_comes_late_takes_the_place_of_the_later_one():
    found = rows([post(30), post(0, late=90)])
    assert [(row.slot - SLOT, row.counts.voices, row.known - SLOT) for row in found] == [
        (6, 1, 6),
        (0, 1, 18),
        (6, 0, 18),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_order_in_which_posts_are_given_changes_nothing(order):
    posts = [post(0), post(45, late=200), post(61, "ann", late=200)]
    assert rows([posts[n] for n in order]) == rows(posts)


def test_no_post_is_known_before_it_was_written():
    assert rows([post(30, late=0)])[0].known == SLOT + 6
