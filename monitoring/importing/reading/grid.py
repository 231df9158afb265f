"""Tables that come as rows of cells already: sheets, tables of web pages, lists of lists in JSON."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from monitoring.importing.reading.delimited import header as headers
from monitoring.importing.reading.delimited.dialect import Dialect, Run
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
        """Find the header. False where there is no row with anything in it. Raises FileError for too many columns."""
        sample = [row for row in islice(self.rows(), SAMPLE) if any(row[1])]
        used = {column for row in sample for column, cell in enumerate(row[1]) if cell}
        if len(used) > self._limits.columns:
            raise FileError(too_many_columns(self._limits))
        near = [column for column in used if column < self._limits.columns]  # a stray cell may stand anywhere
        if near:
            self._left = min(near)
            self._take_header(sample, [_cut(row[1], self._left, max(near) + 1) for row in sample])
        return bool(near)

    def _take_header(self, sample: list[Row], rows: list[list[str]]) -> None:
        layout = _layout(rows)
        self._first = sample[layout.begin][0] if layout.begin < len(sample) else sample[-1][0] + 1
        width = 1 + max(_columns(layout, rows), default=0)
        self.header = [name or _numbered(number) for number, name in enumerate(layout.names[:width], start=1)]
        self.has_header = bool(layout.header)
        self.preamble = [" ".join(filter(None, cells)) for cells in rows[: layout.above[1]]]

    def records(self) -> Iterator[Record]:
        left, right = self._left, self._left + len(self.header)
        for line, cells, fault in self.rows():
            if fault:
                yield Record(line, cells, fault=fault)
                continue
            if line < self._first or not any(cells):
                continue
            outside = len(cells) > right or left > 0
            yield self._record(
                line, _cut(cells, left, right), cells[:left] + cells[right:] if outside else []
            )

    def _record(self, line: int, cells: list[str], outside: list[str]) -> Record:
        repair = _("Cells outside of the columns of the table were left out.") if any(outside) else ""
        if any(len(cell) > self._limits.cell_chars for cell in cells):
            return Record(line, [], fault=too_long(self._limits))
        return Record(line, cells, repair=repair)


def _cut(cells: list[str], left: int, right: int) -> list[str]:
    """The cells from `left` to before `right`; empty ones where a row is shorter."""
    return cells[left:right] + [""] * (right - max(len(cells), left))


def _layout(rows: list[list[str]]) -> headers.Layout:
    """Where the header stands, by the rules for delimited text: rows of one width, each a line of its own."""
    runs = [Run(place, place + 1, cells) for place, cells in enumerate(rows)]
    lines = ["\t".join(" ".join(cell.split()) for cell in cells) + "\n" for cells in rows]
    return headers.find(runs, lines, Dialect("\t", quote=""))


def _columns(layout: headers.Layout, rows: list[list[str]]) -> list[int]:
    """The columns with a name, or with something in more than one row: one cell may be a remark beside the table."""
    filled = Counter(column for cells in rows[layout.begin :] for column, cell in enumerate(cells) if cell)
    least = 2 if layout.header else 1
    return [column for column, name in enumerate(layout.names) if name or filled[column] >= least]


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
