"""Tables that come as rows of cells already: sheets, tables of web pages, lists of lists in JSON."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from monitoring.importing.reading.tables import FileError, Limits, Record, Table

SAMPLE = 200  # rows in which the header is looked for

Row = tuple[
    int, list[str], str
]  # its number in the file, the first is 1; its cells; why it could not be read


class GridTable(Table):
    """A table below a header that may stand lower and further right than the first cell.

    `look()` has to be called once, before anything else. Subclasses give the rows.
    """

    def __init__(self, *, name: str, kind: str, limits: Limits, notes: Sequence[str] = ()) -> None:
        self.name, self.kind, self.notes = name, kind, notes
        self._limits, self._first, self._left = limits, 0, 0

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """All rows, from the first on; each call starts afresh."""

    def look(self) -> bool:
        """Find the header. False where there is no row with anything in it."""
        sample = [row for row in islice(self.rows(), SAMPLE) if any(row[1])]
        if not sample:
            return False
        place = _header_place([row[1] for row in sample])
        self._take_header(sample, place)
        return True

    def _take_header(self, sample: list[Row], place: int | None) -> None:
        at = place or 0
        table = [row[1] for row in sample[at:]]
        used = {column for cells in table for column, cell in enumerate(cells) if cell}
        self._left, right = min(used), max(used) + 1
        if right - self._left > self._limits.columns:
            raise FileError(too_many_columns(self._limits))
        names = table[0][self._left : right] if place is not None else []
        self.header = [
            name.strip() or _numbered(number) for number, name in _padded(names, right - self._left)
        ]
        self.has_header = place is not None
        self.preamble = [" ".join(filter(None, cells)) for _line, cells, _fault in sample[:at]]
        self._first = sample[at][0] + self.has_header

    def records(self) -> Iterator[Record]:
        left, right = self._left, self._left + len(self.header)
        for line, cells, fault in self.rows():
            if fault:
                yield Record(line, cells, fault=fault)
                continue
            if line < self._first or not any(cells):
                continue
            kept = cells[left:right]
            kept.extend([""] * (right - left - len(kept)))
            yield self._record(line, kept, outside=cells[:left] + cells[right:])

    def _record(self, line: int, cells: list[str], outside: list[str]) -> Record:
        repair = _("Cells outside of the columns of the table were left out.") if any(outside) else ""
        if any(len(cell) > self._limits.cell_chars for cell in cells):
            return Record(line, [], fault=too_long(self._limits))
        return Record(line, cells, repair=repair)


def _padded(names: list[str], width: int) -> list[tuple[int, str]]:
    return list(enumerate(names + [""] * (width - len(names)), start=1))


def _numbered(number: int) -> str:
    return _("Column %(number)s") % {"number": number}


def too_many_columns(limits: Limits) -> str:
    """What is said of a table that is too wide to be a list of posts."""
    return _("This table has more than %(count)s columns. Keep those of the posts and export again.") % {
        "count": limits.columns
    }


def too_long(limits: Limits) -> str:
    """Why a row is not read that holds a text longer than any post."""
    return _("A cell has more than %(count)s characters.") % {"count": limits.cell_chars}


def _header_place(rows: list[list[str]]) -> int | None:
    """The first row that names most of the columns used below it; None where the first row is data."""
    width = max(len(cells) for cells in rows)
    filled = [
        sum(bool(cells[column : column + 1] and cells[column]) for cells in rows) for column in range(width)
    ]
    used = [column for column in range(width) if filled[column] * 2 > len(rows)] or list(range(width))
    for place, cells in enumerate(rows):
        if sum(bool(cell) for cell in cells) >= 0.6 * len(used):
            return None if any(_is_value(cell) for cell in cells) else place
    return 0


def _is_value(cell: str) -> bool:
    return cell[:1].isdigit() and not any(char.isalpha() for char in cell.replace("T", ""))
