"""From posts to voices: people, not posts.

An author counts once an hour: with the first post, and again only with one that comes at least an hour after the last
that counted. The brand's own posts are left out. Posts whose author is unknown count each.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitoring.detection.slots import SECONDS, slot_of

AN_HOUR = 3600


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
    """The voices of one stream: each author's posts, and which of them count."""

    def __init__(self) -> None:
        self.by_slot: Counter[int] = Counter()
        self.posted: defaultdict[str, list[int]] = defaultdict(list)
        self.counted: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, author: str, moment: int) -> set[int]:
        if not author:
            self.by_slot[moment // SECONDS] += 1
            return {moment // SECONDS}
        insort(self.posted[author], moment)
        if self.posted[author][-1] == moment:  # the usual case: nothing later is known yet
            fresh = self._later(self.counted[author][-1:], [moment])
            return self._count(author, [], fresh)
        before = [at for at in self.counted[author] if at < moment]
        after = [at for at in self.posted[author] if not before or at > before[-1]]
        fresh = self._later(before[-1:], after)
        return self._count(author, self.counted[author][len(before) :], fresh)

    @staticmethod
    def _later(last: list[int], moments: list[int]) -> list[int]:
        """Which of the moments after the last counted one count."""
        fresh: list[int] = []
        for moment in moments:
            previous = fresh[-1:] or last
            if not previous or moment - previous[0] >= AN_HOUR:
                fresh.append(moment)
        return fresh

    def _count(self, author: str, gone: list[int], fresh: list[int]) -> set[int]:
        counted = self.counted[author]
        del counted[len(counted) - len(gone) :]
        counted += fresh
        self.by_slot.subtract(moment // SECONDS for moment in gone)
        self.by_slot.update(moment // SECONDS for moment in fresh)
        return {moment // SECONDS for moment in gone + fresh}
