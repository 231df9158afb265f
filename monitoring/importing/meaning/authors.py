"""Authors: who is nobody, how a name is stored, and which accounts may be the brand's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape

from monitoring.importing.meaning.texts import unwrap
from monitoring.importing.meaning.words import bare, fold, remembered, word_list

MAX_NAMES = 10_000  # that a survey remembers
MAX_LENGTH = 300  # of a name that is compared
MANY_ROWS = 0.05  # a generic name on more of them is a placeholder
ENOUGH_ROWS = 5
SIGN_OF_ACCOUNT = re.compile(r"^(?:[@＠]|/?u/(?=[\w-]+$|\[))")
SHORTEST_BRAND = 3  # letters; shorter names are in everything


def clean_author(cell: str) -> str:
    """The name as it is stored: "@kioskul " is kioskul, "u/kioskul" too, and "u/[deleted]" is nobody."""
    name = unescape(unwrap(cell)) if "&" in cell or cell[:1] in "='" else cell.strip()
    return SIGN_OF_ACCOUNT.sub("", " ".join(name.split()))


@remembered
def is_nobody(name: str) -> bool:
    """Whether a name stands for nobody in particular: "[deleted]", "A Google user", ""."""
    text = bare(name)
    if not text or text in _names() or text.strip("[](){}<>*\"' ") in _names():
        return True
    words = text.split()
    has_article = words[0] in _articles() or text.startswith(_joined_articles())
    return has_article and len(words) <= 5 and _is_somebody(text)


def _is_somebody(text: str) -> bool:
    """Whether a name ends with, or begins with, a word for somebody unnamed."""
    words = text.split()
    return not {words[0], words[1] if len(words) > 1 else "", words[-1]}.isdisjoint(_somebody()) or any(
        text.endswith(word) for word in _somebody() if not word.isascii()
    )


@dataclass(slots=True)
class _Seen:
    rows: int = 0
    text: int = 0  # the hash of the first text
    several_texts: bool = False


class AuthorSurvey:
    """Feed every row's author and text to `add`, then ask for placeholders."""

    def __init__(self) -> None:
        self.rows = 0
        self._seen: dict[str, _Seen] = {}

    def add(self, name: str, text: str = "") -> None:
        self.rows += 1
        name = name.strip()[:MAX_LENGTH]
        seen = self._seen.get(name)
        if seen is None:
            if len(self._seen) >= MAX_NAMES:
                return
            seen = self._seen[name] = _Seen(text=hash(text))
        seen.rows += 1
        seen.several_texts = seen.several_texts or hash(text) != seen.text

    @property
    def counts(self) -> dict[str, int]:
        """Name, as cells have it → rows."""
        return {name: seen.rows for name, seen in self._seen.items()}

    @property
    def placeholders(self) -> set[str]:
        """Names that look generic and stand on many rows with different texts: each row is another person's.

        A prolific account is none: its name is a name, or has an @.
        """
        least = max(ENOUGH_ROWS, MANY_ROWS * self.rows)
        return {
            name
            for name, seen in self._seen.items()
            if seen.rows >= least and seen.several_texts and _looks_generic(name)
        }


def _looks_generic(name: str) -> bool:
    text = bare(name)
    is_handle = any(char in "@_" or char.isdigit() for char in name)
    return bool(text) and not is_handle and len(text.split()) <= 5 and _is_somebody(text)


def own_accounts(names: Mapping[str, int], brands: Iterable[str]) -> list[str]:
    """Of the authors (name → rows) those who are called like a brand, the busiest first. A proposal, no more."""
    spellings = [brand.replace("&", between) for brand in brands for between in ("", "and")]
    wanted = {letters for spelling in spellings if _is_long_enough(letters := _letters(spelling))}
    found = [name for name in names if _is_called(name, wanted)]
    return sorted(found, key=lambda name: (-names[name], name))


def _is_long_enough(letters: str) -> bool:
    """Two letters are enough where each is a syllable or a word."""
    return len(letters) >= SHORTEST_BRAND or (len(letters) == 2 and not letters.isascii())


def _is_called(name: str, brands: set[str]) -> bool:
    letters = _letters(name)
    return any(brand in letters and _is_affix(letters.replace(brand, "", 1)) for brand in brands)


@lru_cache(maxsize=10_000)
def _is_affix(rest: str) -> bool:
    """Whether what is left beside the brand's name is made of words such as "official" and "support"."""
    if not rest:
        return True
    return any(_is_affix(rest[len(affix) :]) for affix in _affixes() if rest.startswith(affix))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", fold(name))[:60]


@cache
def _names() -> set[str]:
    return {bare(name) for name in word_list("authors")["names"]} | {"deleted", "removed"}


@cache
def _articles() -> set[str]:
    return {bare(word) for word in word_list("authors")["articles"]}


@cache
def _joined_articles() -> tuple[str, ...]:
    """Those of languages that write no blank between words."""
    return tuple(word for word in _articles() if not word.isascii())


@cache
def _somebody() -> set[str]:
    return {bare(word) for word in word_list("authors")["somebody"]}


@cache
def _affixes() -> set[str]:
    return {_letters(word) for word in word_list("authors")["affixes"]}
