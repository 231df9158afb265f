"""Lists of JSON records as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from monitoring.importing.reading.grid import GridTable, Row, too_long
from monitoring.importing.reading.objects.brackets import Element
from monitoring.importing.reading.objects.documents import Documents
from monitoring.importing.reading.objects.flattening import (
    SUSPICIOUS,
    Cells,
    flattened,
    mended,
    parsed,
    plain,
)
from monitoring.importing.reading.objects.records import left_out_as, post_of, sentences
from monitoring.importing.reading.tables import Limits, Record, Table

LOOKED_AT = 20  # rows, for their width
MAX_CELLS = 100_000_000  # of a table: names that are ids would make it wider and wider
FEWEST_NAMES = 50
KEY = "key"  # names the records of an object


@dataclass(frozen=True)
class About:
    """What a person is told of a list of records."""

    name: str
    kind: str
    preamble: Sequence[str] = ()
    count: int | None = None  # of the records, where all were seen


class ObjectTable(Table):
    """Objects as rows. The header is all names that ever hold something, in the order in which they appear."""

    def __init__(
        self, documents: Documents, path: str, about: About, limits: Limits, authors: Mapping[str, Any]
    ) -> None:
        self.name, self.kind, self.preamble = about.name, about.kind, about.preamble
        self._documents, self._path, self._limits = documents, path, limits
        self._count = about.count
        self._authors, self._names = authors, list[str]()

    def look(self) -> bool:
        """Read all records once for the header. False where none has anything in it."""
        found: dict[str, None] = {}
        left_out: Counter[str] = Counter()
        count = 0
        for element in self._documents.elements(self._path, self._count):
            count += 1
            _repair, reason, cells = self._read(element)
            if reason:
                left_out[reason] += 1
            elif len(found) <= self._limits.columns:
                found.update({name: None for name in cells if name not in found and cells[name]})
        most = min(self._limits.columns, max(MAX_CELLS // max(count, 1), FEWEST_NAMES))
        self._names = list(found)[:most]
        self.header = without_common_prefix(self._names)
        self.notes = sentences(left_out) + ([_only_first(most)] if len(found) > most else [])
        return bool(found)

    def records(self) -> Iterator[Record]:
        names = self._names
        for element in self._documents.elements(self._path, self._count):
            repair, reason, cells = self._read(element)
            if reason:
                continue
            if not cells:
                yield Record(element.line, [], fault=element.fault or damaged())
                continue
            row = [cells.get(name, "") for name in names]
            if len(element.raw) > self._limits.cell_chars and max(map(len, row)) > self._limits.cell_chars:
                yield Record(element.line, row, fault=too_long(self._limits))
            else:
                yield Record(element.line, row, repair=repair)

    def _read(self, element: Element) -> tuple[str, str, Cells]:
        """What was repaired, why it is left out, and the cells: none where the record is damaged."""
        try:
            record, damaged = parsed(element.raw)
        except ValueError:
            return "", "", {}
        if not isinstance(record, dict):
            return "", "", {}
        if reason := left_out_as(record):
            return "", reason, {}
        if author := self._authors and self._authors.get(str(record.get("author_id"))):
            record["author"] = author
        cells = flattened(post_of(record), careful=SUSPICIOUS.search(element.raw) is not None)
        if element.key:
            cells = {KEY: element.key, **cells}
        return (_("Damaged characters were replaced.") if damaged else ""), "", cells or {KEY: ""}

    @property
    def progress(self) -> float:
        return min(self._documents.done / self._documents.size, 1.0)


def without_common_prefix(names: list[str]) -> list[str]:
    """Names such as "tweet.id", "tweet.text" without what all of them begin with."""
    while names and all("." in name for name in names):
        first = names[0].partition(".")[0] + "."
        if not all(name.startswith(first) for name in names):
            break
        names = [name.removeprefix(first) for name in names]
    return names


def _only_first(count: int) -> str:
    return _("Only the first %(count)s fields were read.") % {"count": count}


class ListTable(GridTable):
    """Lists of values as rows, with the names that stand in a list beside them, or in the first of them."""

    def __init__(
        self, documents: Documents, path: str, beside: Sequence[list[str]], about: About, limits: Limits
    ) -> None:
        super().__init__(name=about.name, kind=about.kind, limits=limits)
        self._documents, self._path, self._above = documents, path, list[str]()
        self._count = about.count
        width = max((len(row[1]) for row in islice(self.rows(), LOOKED_AT)), default=0)
        self._above = next((names for names in beside if len(names) == width), [])

    def rows(self) -> Iterator[Row]:
        if self._above:
            yield 0, self._above, ""
        for element in self._documents.elements(self._path, self._count):
            cells = list_cells(element.raw)
            yield element.line, cells or [], element.fault or ("" if cells is not None else damaged())

    @property
    def progress(self) -> float:
        return min(self._documents.done / self._documents.size, 1.0)


def list_cells(raw: bytes) -> list[str] | None:
    """The values of a JSON list as text; nothing where it is no list of values."""
    try:
        values: Any = parsed(raw)[0]
    except ValueError:
        return None
    if not isinstance(values, list):
        return None
    return [
        mended(plain(value)) if not isinstance(value, dict | list) else str(len(value)) for value in values
    ]


def damaged() -> str:
    """Why a record is not read that is no JSON."""
    return _("This record is damaged: it is no valid JSON.")
