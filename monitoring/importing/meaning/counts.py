"""Counts as people write them: 1.2K, 1 204, 3,4 Mio., 1.5万, "-"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache

from django.utils.translation import gettext as _

from monitoring.importing.meaning.words import fold, word_list

MAX_LENGTH = 60  # of a cell
MAX_COUNT = 10**15  # more are not people; an id has strayed into the column
# A number with its separators, and what stands behind it.
COUNT = re.compile(r"(?P<number>\d+(?:[.,'٬٫ ]\d+)*)\+? ?(?P<words>[^\d]*)")
# What is counted may stand in front: "Likes: 12", "赞[12]", "♥ 12".
NAMED = re.compile(r"(?P<words>[^\d:\[(]+?)\s?[:\[(]?\s?(?P<count>\d[^\])]*)[\])]?")
SIGNS = " +~≈♥❤👍🔁💬\ufe0f"  # around a count, they say nothing about how many
THOUSANDS = {sign: re.compile(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,' ٬"}
INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
NO_PART = re.compile(r"(.*\d)[.,٫]0{1,2}")  # 29.0, 1,204.00
SMALL_PART = re.compile(r"\d+[.,٫]\d{1,2}")  # 1.2 of 1.2K
# "1,2 B" and "15 B" are bin, thousands, or billions; "1.2 mil" is a thousand in Spanish, "1,2 mil." a million in Czech.
TURKISH = r"b (?:goruntu|izlen|begen|abone|takip|yorum)"
UNCLEAR = re.compile(
    rf"(?:\d+,\d+ ?|\d+ )(?!{TURKISH})b\b.*|\d+\.\d{{1,2}} ?mil\b.*|\d+(?:,\d+)? ?mil\.(?! ).*"
)
PART = re.compile(r"\d+([.,])\d+")


def parse_count(cell: str, *, decimal: str = "") -> int | None:
    """A count, or None where the cell says that there is none.

    `decimal` is the sign that begins decimals in this column, from `CountSurvey`: with "." 1.204 is no count, else it
    is 1204. Raises ValueError with a sentence for the person.
    """
    if cell.isdigit() and cell.isascii() and len(cell) < 16:
        return int(cell)
    if len(cell) > MAX_LENGTH:
        raise ValueError(_not_a_count(cell))
    return _parsed(cell, decimal)


def _not_a_count(cell: str) -> str:
    return _("“%(cell)s” is not a count.") % {"cell": cell[:40]}


@lru_cache(maxsize=4_000)
def _parsed(cell: str, decimal: str) -> int | None:
    text = " ".join(fold(cell).replace("\u2019", "'").split())
    if text.replace(".", "") in _nothing() or text in _nothing():
        return None
    if (named := NAMED.fullmatch(text)) and _is_noun(named["words"].strip(SIGNS)):
        text = named["count"]
    has_fraction = any(unicodedata.category(char) == "No" for char in cell)  # "2½", "2²"
    if not has_fraction and (match := COUNT.fullmatch(text)):
        factor = _factor(match["words"])
        number = _number(match["number"], decimal, factor) if factor else None
        if number is not None and number <= MAX_COUNT and not UNCLEAR.match(text):
            return number
    raise ValueError(_not_a_count(cell))


def _number(text: str, decimal: str, factor: int) -> int | None:
    """None where it is not a whole number."""
    if factor > 1 and SMALL_PART.fullmatch(text):
        return int(Decimal(re.sub("[,٫]", ".", text)) * factor)
    if (whole := NO_PART.fullmatch(text)) and not INDIAN.fullmatch(text):
        text = whole[1]
    if text.isdigit():
        return int(text) * factor
    if INDIAN.fullmatch(text) or any(
        THOUSANDS[sign].fullmatch(text) for sign in THOUSANDS if sign != decimal
    ):
        digits = int(re.sub(r"\D", "", text))
        return None if factor > 1 and PART.fullmatch(text) else digits * factor  # 1,204K may be 1204
    return None


def _factor(words: str) -> int | None:
    """What "K" or "bin" multiplies by; 1 where only what is counted is named. None for other words."""
    words = words.replace(".", "").strip(SIGNS)
    if not words:
        return 1
    for size in range(len(words), 0, -1):
        factor, rest = _factors().get(words[:size].strip()), words[size:]
        if factor and (not rest or rest[0] == " " or not words.isascii()) and _is_noun(rest):
            return factor
    return 1 if _is_noun(words) else None


def _is_noun(words: str) -> bool:
    words = words.strip(" +")
    return not words or words.startswith(_nouns())


@cache
def _factors() -> dict[str, int]:
    return {fold(name): int(times) for times, names in word_list("counts")["times"].items() for name in names}


@cache
def _nothing() -> set[str]:
    return {fold(word) for word in word_list("counts")["nothing"]}


@cache
def _nouns() -> tuple[str, ...]:
    return tuple(fold(word) for word in word_list("counts")["nouns"])


class CountSurvey:
    """Feed every cell of a column to `add`; then `decimal` is what `parse_count` needs to know."""

    def __init__(self) -> None:
        self.filled = 0  # cells that say something
        self.counts = 0  # of them, those understood
        self.largest = 0
        self.examples: list[str] = []  # not understood
        self._parts = {".": 0, ",": 0}  # cells such as 12.5
        self._groups = {".": 0, ",": 0}  # cells such as 1.204

    def add(self, cell: str) -> None:
        cell = cell.strip()
        if not cell.isdigit() and (match := PART.fullmatch(cell)):
            sign = match[1]
            (self._groups if THOUSANDS[sign].fullmatch(cell) else self._parts)[sign] += 1
        try:
            number = parse_count(cell)
        except ValueError:
            self.filled += 1
            if len(self.examples) < 10:
                self.examples.append(cell[:40])
            return
        if number is not None:
            self.filled += 1
            self.counts += 1
            self.largest = max(self.largest, number)

    @property
    def share(self) -> float:
        """How many of the cells that say something are counts: 0 to 1."""
        return self.counts / self.filled if self.filled else 0.0

    @property
    def decimal(self) -> str:
        """The sign that begins decimals where the column shows it: more cells like 12.5 than like 1.204."""
        return next((sign for sign in ".," if self._parts[sign] > self._groups[sign]), "")

    def parse(self, cell: str) -> int | None:
        """`parse_count` as this column has it."""
        return parse_count(cell.strip(), decimal=self.decimal)
