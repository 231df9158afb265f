"""From posts to voices: people, not posts.

An author counts with a post that follows an hour of silence, and then once in every hour of that conversation. Every
conversation is cut at 00:00, 06:00, 12:00 and 18:00 UTC, so that whether a post counts hangs on six hours at most and
any part of the past can be counted again. The brand's own posts are left out. Posts whose author is unknown count each.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from monitoring.detection.slots import SECONDS, slot_of

AN_HOUR = 3600
QUARTER = 6 * AN_HOUR


class Counts(NamedTuple):
    """What one slot of a brand brought; `complaints` and `rated` are voices with a negative, with any sentiment."""

    voices: int = 0
    complaints: int = 0
    rated: int = 0
    posts: int = 0


class Post(NamedTuple):
    key: str
    posted_at: datetime
    author: str = ""  # empty: unknown
    sentiment: str = ""  # empty: unknown
    is_own: bool = False
    known_at: datetime | None = None  # when it was stored; None: at once


class Row(NamedTuple):
    """All that is known of a slot from one moment on; a later row of the same slot replaces it."""

    slot: int
    counts: Counts | None  # None: nobody collected, the slot is unknown
    known: int | None = None  # the slot at whose end it is known; None: its own


NEGATIVE = "negative"
STREAMS = ("voices", "complaints", "rated", "posts")


def rows(posts: Iterable[Post]) -> list[Row]:
    """The counts of every slot as they became known, in that order. A post given twice is one post."""
    known: dict[str, tuple[int, Post]] = {}
    for post in posts:
        at = max(slot_of(post.posted_at), slot_of(post.known_at or post.posted_at))
        if not post.is_own and (post.key not in known or at < known[post.key][0]):
            known[post.key] = (at, post)
    by_slot: defaultdict[int, list[Post]] = defaultdict(list)
    for at, post in known.values():
        by_slot[at].append(post)
    streams = {name: _Voices() for name in STREAMS}
    found = []
    for at in sorted(by_slot):
        changed: set[int] = set()
        for post in by_slot[at]:
            changed |= _add(streams, post)
        found += [Row(slot, _counts(streams, slot), at) for slot in sorted(changed)]
    return found


def _add(streams: dict[str, _Voices], post: Post) -> set[int]:
    """Count a post wherever it counts; the slots whose counts may be others now."""
    moment = int(post.posted_at.timestamp())
    changed = streams["posts"].add("", moment) | streams["voices"].add(post.author, moment)
    if post.sentiment:
        changed |= streams["rated"].add(post.author, moment)
    if post.sentiment == NEGATIVE:
        changed |= streams["complaints"].add(post.author, moment)
    return changed


def _counts(streams: dict[str, _Voices], slot: int) -> Counts:
    return Counts(*(streams[name].by_slot[slot] for name in STREAMS))


class _Voices:
    """The voices of one stream: each author's posts in a quarter of a day, and how many count in each slot."""

    def __init__(self) -> None:
        self.by_slot: Counter[int] = Counter()
        self.posted: defaultdict[tuple[str, int], list[int]] = defaultdict(list)

    def add(self, author: str, moment: int) -> set[int]:
        if not author:
            self.by_slot[moment // SECONDS] += 1
            return {moment // SECONDS}
        posted = self.posted[author, moment // QUARTER]
        before = [at // SECONDS for at in counting(posted)]
        insort(posted, moment)
        after = [at // SECONDS for at in counting(posted)]
        self.by_slot.subtract(before)
        self.by_slot.update(after)
        return {*before, *after}


def counting(posted: Iterable[int]) -> Iterator[int]:
    """Which of the moments of one author in a quarter of a day count, in their order."""
    began, previous, hour = 0, -AN_HOUR, 0
    for moment in posted:
        if moment - previous >= AN_HOUR:
            began, hour = moment, -1
        if (moment - began) // AN_HOUR != hour:
            hour = (moment - began) // AN_HOUR
            yield moment
        previous = moment
