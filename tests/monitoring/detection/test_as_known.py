"""What was said hangs on what was known, and on nothing else."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.detection.brand import BrandDetector
from monitoring.detection.counting import Counts, Post, rows
from monitoring.detection.replay import Episode, episodes, replay
from monitoring.detection.slots import DAY, HOUR, start_of
from tests.examples import examples
from tests.monitoring.detection.streams import FIRST

LAST = FIRST + 3 * DAY - 1
ORDINARY = [
    Post(
        f"usual-{n}",
        start_of(FIRST) + timedelta(minutes=6 * n),
        f"author {n % 97}",
        "neutral" if n % 3 else "negative",
    )
    for n in range(3 * 240)
]


@st.composite
def happenings(draw: st.DrawFn) -> list[Post]:
    """A few bursts in the first hours and on the last day, each known after some delay."""
    posts = []
    for burst in range(draw(st.integers(1, 3))):
        start = draw(st.integers(2 * DAY, 3 * DAY - HOUR) | st.integers(0, 2 * HOUR))
        delay = draw(st.sampled_from([0, 0, 20, 90, 400]))
        for n in range(draw(st.integers(5, 60))):
            at = start_of(FIRST + start) + timedelta(seconds=45 * n)
            known = at + timedelta(minutes=delay + n % 7)
            posts.append(Post(f"{burst}-{n}", at, f"angry {burst}-{n // 2}", "negative", known_at=known))
    return posts


def said(posts: list[Post], last: int = LAST) -> list[Episode]:
    return episodes(replay(rows(posts), FIRST, last, BrandDetector(FIRST)))


@given(happenings(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=examples(40))
def test_order_and_repetition_of_posts_change_nothing(happened: list[Post], random: Random):
    posts = ORDINARY + happened
    again = [
        post._replace(known_at=(post.known_at or post.posted_at) + timedelta(hours=2))
        for post in random.sample(posts, 50)
    ]
    shuffled = random.sample(posts + again, len(posts) + len(again))
    assert said(shuffled) == said(posts)


@given(happenings(), st.lists(st.integers(FIRST, LAST), max_size=3))
@settings(deadline=None, max_examples=examples(40))
def test_batches_change_nothing(happened: list[Post], cuts: list[int]):
    """Each batch is judged by a state that was stored, from all rows that are known by then."""
    stored = rows(ORDINARY + happened)
    state = json.dumps(BrandDetector(FIRST).to_json())
    heard = []
    edges = [FIRST, *sorted(set(cuts)), LAST + 1]
    for start, end in itertools.pairwise(edges):
        brand = BrandDetector.from_json(json.loads(state))
        known = [row for row in stored if row.known is not None and row.known < end]
        heard += replay(known, start, end - 1, brand)
        state = json.dumps(brand.to_json())
    assert episodes(heard) == said(ORDINARY + happened)


@given(happenings(), happenings(), st.integers(FIRST + 2 * DAY, LAST))
@settings(deadline=None, max_examples=examples(40))
def test_nothing_known_later_changes_what_was_said(happened: list[Post], later: list[Post], moment: int):
    after = start_of(moment + 1)
    unknown = [
        post._replace(key=f"later {post.key}", known_at=max(after, post.known_at or after)) for post in later
    ]
    before = list(replay(rows(ORDINARY + happened), FIRST, moment, BrandDetector(FIRST)))
    with_later = replay(rows(ORDINARY + happened + unknown), FIRST, LAST, BrandDetector(FIRST))
    assert [(known, one) for known, one in with_later if known <= moment] == before


@given(st.integers(0, 3 * DAY - 1), st.integers(0, 2**32))
@settings(deadline=None, max_examples=examples(40))
def test_stored_state_goes_on_as_if_it_had_never_been_stored(slot: int, seed: int):
    random = Random(seed)
    counts = [
        None if random.random() < 0.001 else Counts(n := random.randrange(9) ** 2 // 8, n // 2, n, n)
        for _ in range(4 * DAY)
    ]
    brand = BrandDetector(FIRST)
    for count in counts[: slot + 1]:
        brand.advance(count)
    restored = BrandDetector.from_json(json.loads(json.dumps(brand.to_json())))
    assert restored.to_json() == brand.to_json()
    assert [restored.advance(count) for count in counts[slot + 1 :]] == [
        brand.advance(count) for count in counts[slot + 1 :]
    ]
