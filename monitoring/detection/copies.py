"""How much of the talk is one text that travels: retweets, chain messages, a copied joke.

Two texts are near-copies if half of their word trigrams are the same (Jaccard); near-copies of near-copies belong to
one group. Scripts that write no spaces between words are compared by their characters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

SAME = 0.5
AT_MOST = 500  # texts, the latest: comparing takes time by their square, and more say nothing else

# Thai, Lao, Burmese, Khmer, kana and ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNIT = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_NOT_SAID = re.compile(r"https?://\S+|@\w+|\brt\b")  # who is addressed, and links, differ between copies

Trigrams = frozenset[tuple[str, ...]]


def trigrams(text: str) -> Trigrams:
    units = _UNIT.findall(_NOT_SAID.sub(" ", text.lower()))
    if len(units) < 3:
        return frozenset([tuple(units)] if units else [])
    return frozenset(zip(units, units[1:], units[2:], strict=False))


class Copies(NamedTuple):
    largest: int  # texts in the largest group of near-copies; 1 where everybody says something else
    texts: int  # how many were compared

    @property
    def share(self) -> float:
        return self.largest / self.texts if self.texts else 0.0


def find_copies(texts: Sequence[str]) -> Copies:
    texts = texts[-AT_MOST:]
    sizes = Counter(found for text in texts if (found := trigrams(text)))
    different = list(sizes)
    leader = list(range(len(different)))

    def lead(one: int) -> int:
        while leader[one] != one:
            leader[one] = one = leader[leader[one]]
        return one

    for one, other in _candidates(different):
        if lead(one) != lead(other) and _is_copy(different[one], different[other]):
            leader[lead(one)] = lead(other)
    groups: Counter[int] = Counter()
    for place, text in enumerate(different):
        groups[lead(place)] += sizes[text]
    return Copies(max(groups.values(), default=0), len(texts))


def _candidates(different: Sequence[Trigrams]) -> Iterable[tuple[int, int]]:
    """Pairs that share one of their rarest trigrams: others cannot share half of them all."""
    common = Counter(trigram for text in different for trigram in text)
    seen: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(different):
        rarest = sorted(text, key=lambda trigram: (common[trigram], trigram))
        for trigram in rarest[: len(rarest) - ceil(SAME * len(rarest)) + 1]:
            for other in seen[trigram]:
                yield place, other
            seen[trigram].append(place)


def are_copies(one: str, other: str) -> bool:
    return _is_copy(trigrams(one), trigrams(other))


def _is_copy(one: Trigrams, other: Trigrams) -> bool:
    shared = len(one & other)
    return shared >= SAME * (len(one) + len(other) - shared)
