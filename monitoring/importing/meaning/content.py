"""What the cells of a column look like: dates, addresses, counts, names, sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from monitoring.importing.meaning.addresses import linked
from monitoring.importing.meaning.counts import parse_count
from monitoring.importing.meaning.languages import language_code
from monitoring.importing.meaning.moments.moments import read
from monitoring.importing.meaning.moments.readings import Ago, Calendar, Epoch, NamedDay, Reading
from monitoring.importing.meaning.platforms import is_client, platform_of_name
from monitoring.importing.meaning.tones import number_of, word_label
from monitoring.importing.meaning.words import fold, word_list

LONG = 60  # characters: more are no date; what has more than a few words is no label
_ADDRESS = re.compile(r"(?:https?://|www\.|/r/)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}/\S+", re.IGNORECASE)
_PICTURE = re.compile(r"https?://\S+\.(?:jpe?g|png|gif|webp)(?:\?\S*)?", re.IGNORECASE)
_HANDLE = re.compile(r"@[\w.\-]{1,60}(?:@[\w.\-]+)?")
_NUMBER = re.compile(r"[+\-−]?\d[\d.,\s'’\u00a0\u202f]*(?:[eE][+\-]?\d+)?\s?%?")
_DOTTED_TIME = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d(?:\.[0-5]\d)?")  # or a number, or a day
_MIDNIGHT = re.compile(r"(?:T|\s)0?0:00(?::00)?(?!\d)|\b12:00(?::00)?\s?AM", re.IGNORECASE)
_ZONE = re.compile(
    r"\(?(?:UTC|GMT)\b.*|[+\-−]\d{1,2}(?::?\d{2})?|Z|[A-Z]{2,5}|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+"
)
_SPACELESS = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]"
)  # scripts that put no blanks between words
_TAG = re.compile(r"<[^>]{1,300}>")


@cache
def _said(what: str) -> frozenset[str]:
    """Words of looks.toml, folded."""
    return frozenset(map(fold, word_list("looks")[what]))


def squeezed(cell: str) -> str:
    """A cell without what stands around it; "" where it says that there is nothing."""
    cell = linked(cell.strip()).removeprefix("=").strip("\"'\ufeff").strip()
    return "" if len(cell) < 10 and fold(cell) in _said("blank") else cell


@lru_cache(maxsize=4_000)
def kinds(cell: str) -> frozenset[str]:
    """What one cell, squeezed, may be. Several at once: "5" is a count, a number, a label."""
    found = {kind for kind, shape in _SHAPES.items() if shape.fullmatch(cell)}
    if not found & {"address", "picture"}:
        found |= _moment(cell) if len(cell) <= LONG else set()
        found |= _labels(cell) if len(cell.split()) <= 4 and len(cell) <= LONG else set()
    if is_client(cell):
        found.add("app")
    if not found & {"moment", "time_of_day", "address", "picture", "number", "handle"} and any(
        map(str.isalpha, cell)
    ):
        found |= {"words", "sentence"} if _is_sentence(cell) else {"words"}
    return frozenset(found)


_SHAPES = {
    "picture": _PICTURE,
    "address": _ADDRESS,
    "handle": _HANDLE,
    "number": _NUMBER,
    "zone": _ZONE,
    "dotted_time": _DOTTED_TIME,
}


def _labels(cell: str) -> set[str]:
    """Counts, and words of short lists: languages, platforms, sentiment, yes and no."""
    known = {
        "count": any(map(str.isdigit, cell)) and _is_count(cell),
        "sentiment": word_label(cell) is not None,
        "stars": number_of(cell) is not None and not _NUMBER.fullmatch(cell),
        "platform": bool(platform_of_name(cell)),
        "language": bool(language_code(cell)),
        "yes_no": fold(cell) in _said("yes_no"),
    }
    return {kind for kind, is_it in known.items() if is_it}


def _is_count(cell: str) -> bool:
    try:
        return parse_count(cell) is not None
    except ValueError:
        return False


def _moment(cell: str) -> set[str]:
    """A date, a time of day, or neither. Numbers may be seconds since 1970, or days since 1900 as Excel counts them."""
    found, numbers = read(cell)
    if found is None:
        return set()
    if isinstance(found, Epoch):
        return {"epoch", "instant", "timed"} if numbers[0][0] in "12" else set()
    if found.is_serial:
        return {"serial"} | (set() if found.day_only else {"timed"})
    if _NUMBER.fullmatch(cell) and not _is_day_in_digits(found, numbers):
        return set()
    if not found.has_date:
        return {"time_of_day"}
    return {"moment"} | _precision(found, cell)


def _is_day_in_digits(found: Reading, numbers: Sequence[str]) -> bool:
    """ "20250304" and "4.3.2025", which might be numbers too. "1.2.3" is a version."""
    if not isinstance(found, Calendar):
        return False
    if found.packed:
        return len(numbers[0]) in (8, 12, 14) and numbers[0][:2] in ("19", "20")
    return bool(found.separator or found.year == 0) and len(numbers[found.year]) > 1


def _precision(found: Reading, cell: str) -> set[str]:
    precision = {"relative"} if isinstance(found, Ago | NamedDay) else set()
    if found.day_only:
        return precision
    zoned = getattr(found, "offset", None) or getattr(found, "zone", None) or getattr(found, "zone_name", "")
    return (
        precision
        | {"timed"}
        | ({"instant"} if zoned else set())
        | ({"midnight"} if _MIDNIGHT.search(cell) else set())
    )


def _is_sentence(cell: str) -> bool:
    """More than a name."""
    words = _TAG.sub(" ", cell).split()
    is_said = len(words) >= 3 and cell[-1] in ".!?…。！？"
    return len(words) >= 5 or is_said or len(_SPACELESS.findall(cell)) >= 12


@dataclass
class Content:
    """A column of a sample. Shares are of the cells that say something."""

    rows: int
    cells: list[str]  # squeezed, without the blank ones
    counted: Counter[str] = field(default_factory=Counter)  # kind -> cells
    _shares: dict[tuple[str, ...], float] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[str]) -> Content:
        squeezed_cells = [squeezed(cell) for cell in cells]
        filled = [cell for cell in squeezed_cells if cell]
        return cls(len(squeezed_cells), filled, Counter(kind for cell in filled for kind in kinds(cell)))

    def share(self, *any_of: str) -> float:
        """Of the cells that are one of these."""
        if len(any_of) == 1:
            return self.counted[any_of[0]] / max(1, len(self.cells))
        if any_of not in self._shares:
            of_these = sum(not kinds(cell).isdisjoint(any_of) for cell in self.cells)
            self._shares[any_of] = of_these / max(1, len(self.cells))
        return self._shares[any_of]

    @property
    def days_only(self) -> bool:
        """Dates without a time of day, or all with midnight."""
        return self.counted["timed"] - self.counted["midnight"] <= 0.05 * len(self.cells)

    @property
    def has_instants(self) -> bool:
        """Moments that say when it was wherever one is: with a zone, or seconds since 1970."""
        return self.share("instant") >= 0.5

    @property
    def filled(self) -> float:
        return len(self.cells) / max(1, self.rows)

    @cached_property
    def distinct(self) -> float:
        return len(set(self.cells)) / max(1, len(self.cells))

    @cached_property
    def length(self) -> float:
        """Of the cells on average, in characters; those of Chinese and its like count twice."""
        return sum(len(cell) + len(_SPACELESS.findall(cell[:500])) for cell in self.cells) / max(
            1, len(self.cells)
        )


def sample(rows: Sequence[Sequence[str]], column: int, most: int) -> list[str]:
    """About `most` cells of a column, from all over the rows; short rows lack theirs."""
    step = max(1, len(rows) // most)
    return [row[column] if column < len(row) else "" for row in rows[::step]]
