"""A broken record, read in every way that could be meant: the one whose cells fit their columns best is taken."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.utils.translation import gettext as _

from monitoring.importing.reading.delimited.aligning import MOST_DIFFERENCE, Alignment, align
from monitoring.importing.reading.delimited.cells import opening_quotes, places_without_separator, split
from monitoring.importing.reading.delimited.columns import Columns
from monitoring.importing.reading.delimited.dialect import Dialect

OTHER_DELIMITERS = ",;\t| "
# What a reading supposes, in misfits.
STRAY_QUOTE, NO_QUOTES, MISSING_SEPARATOR, OTHER_SEPARATOR, BROKEN_LINE, TWO_ROWS = (
    0.2,
    0.5,
    0.3,
    0.5,
    0.4,
    0.5,
)
SWALLOWED, TORN = 1.0, 0.9  # a row within a row; a row whose next line is none
GOOD = 0.25  # misfits at which no other reading is tried
BAD = 1.5  # misfits at which a row may have another separator
HOPELESS = 0.55  # misfits for each filled cell: it is no row of this table
MOST_TRIES = 12  # places of quotes, of each sort
MOST_JOINED_LINES = 5
MOST_HALVED = 200  # places at which a cell may end one row and begin the next
WIDE = 240  # columns: then a row is read in one way only
MOST_CHARS = 200_000  # of a record that is worth the trouble


@dataclass(frozen=True)
class Reading:
    """One way to read the lines that begin a record."""

    rows: tuple[tuple[str, ...], ...]
    lines: int  # that it takes
    cost: float  # misfits and suppositions
    changes: frozenset[str] = frozenset()

    @property
    def is_hopeless(self) -> bool:
        filled = sum(bool(cell.strip()) for row in self.rows for cell in row)
        return self.cost > HOPELESS * max(filled, 1) + (0.3 if self.changes else 0.0)

    @property
    def repair(self) -> str:
        """For the person; empty where nothing was done that needs to be looked at."""
        return said(self.changes)


def said(changes: Collection[str]) -> str:
    """What was done, in sentences for the person."""
    texts = {
        "quote": _("A stray quote was taken as a character."),
        "separator": _("A missing separator was added."),
        "split": _("A cell was split in two, because a separator is missing."),
        "delimiter": _("This row has a separator of its own."),
        "join": _("Cells were joined, because a separator stands within a text."),
        "drop": _("A separator too many was dropped."),
        "leave out": _("A missing cell was left empty."),
        "lines": _("A line break within the row was taken as part of a cell."),
        "rows": _("Two rows in one line were taken apart."),
    }
    return " ".join(text for change, text in texts.items() if change in changes)


def read(lines: Sequence[str], taken: int, dialect: Dialect, columns: Columns) -> Reading | None:
    """The best reading of the record that begins with these lines, of which the csv module took `taken`.

    None where there is none at all.
    """
    best: Reading | None = None
    for count in sorted({*range(1, min(taken, MOST_JOINED_LINES) + 1), taken}):
        around = _swallowed(lines[1:count], dialect, columns) + _torn(lines, count, taken, dialect, columns)
        text = "".join(lines[:count]).removesuffix("\n")
        if len(text) <= MOST_CHARS and (best is None or around < best.cost):
            found = (
                replace(each, lines=count, cost=each.cost + around)
                for each in _of_text(text, dialect, columns)
            )
            best = _cheapest(best, found)
    if taken == 1 and (best is None or best.cost > BROKEN_LINE):
        best = _cheapest(best, _joined(lines, dialect, columns))
    return best


def _cheapest(best: Reading | None, others: Iterable[Reading]) -> Reading | None:
    """`best` unless another one costs less."""
    return min(filter(None, (best, *others)), key=lambda reading: reading.cost, default=None)


def _torn(lines: Sequence[str], count: int, taken: int, dialect: Dialect, columns: Columns) -> float:
    """Lines with which the record does not seem to end are the whole only if the next one begins a record."""
    if len(lines) <= count:
        return 0.0
    if taken == 1:
        missing = columns.width - len(split(lines[0].removesuffix("\n"), dialect))
        return TORN if is_continuation(lines[1], missing, dialect, columns) else 0.0
    return 0.0 if count == taken or is_whole(lines[count], dialect, columns) else TORN


def _swallowed(inner: Sequence[str], dialect: Dialect, columns: Columns) -> float:
    return SWALLOWED * sum(is_whole(line, dialect, columns) for line in inner)


def is_whole(line: str, dialect: Dialect, columns: Columns) -> bool:
    """Whether the line alone is a good row."""
    cells = split(line.removesuffix("\n"), dialect)
    return len(cells) == columns.width > 1 and columns.misfit(cells) < 0.2 * columns.width


def is_continuation(line: str, missing: int, dialect: Dialect, columns: Columns) -> bool:
    """Whether the line is no row, but has the cells that the short row above misses, and the rest of its last."""
    if missing <= 0 or is_whole(line, dialect, columns):
        return False
    return len(split(line.removesuffix("\n"), dialect)) > missing


def _joined(lines: Sequence[str], dialect: Dialect, columns: Columns) -> Iterator[Reading]:
    """A line break within a cell that is not quoted: short lines that together make a row."""
    width = len(split(lines[0].removesuffix("\n"), dialect))
    for count, line in enumerate(lines[1:MOST_JOINED_LINES], 2):
        if width >= columns.width or is_whole(line, dialect, columns):
            return
        width += len(split(line.removesuffix("\n"), dialect)) - 1
        if width >= columns.width:
            cells = split("".join(lines[:count]).removesuffix("\n"), dialect)
            if found := _aligned(cells, columns, dialect.delimiter, BROKEN_LINE, "lines"):
                yield replace(found, lines=count)


def _of_text(text: str, dialect: Dialect, columns: Columns) -> Iterator[Reading]:
    """Each way to read it as one row, or as two."""
    plain = split(text, dialect)
    if len(plain) > 2 * columns.width + MOST_DIFFERENCE:
        return
    change = "" if plain == _as_csv_reads(text, dialect) else "quote"
    first = _aligned(plain, columns, dialect.delimiter, 0.0, change)
    if first:
        yield first
        if first.cost < GOOD or columns.width > WIDE:
            return
    yield from _two_rows(plain, columns)
    least = first.cost if first else BAD
    for cells, cost, change in _other_cells(text, plain, dialect, columns.width):
        if cost < least and (found := _aligned(cells, columns, dialect.delimiter, cost, change)):
            least = min(least, found.cost)
            yield found
    if least >= BAD and columns.width <= WIDE:
        yield from _of_other_delimiters(text, dialect, columns)


def _as_csv_reads(text: str, dialect: Dialect) -> list[str]:
    try:
        return next(csv.reader(text.splitlines(keepends=True), **dialect.csv), [])
    except csv.Error:
        return []


def _of_other_delimiters(text: str, dialect: Dialect, columns: Columns) -> Iterator[Reading]:
    for delimiter in OTHER_DELIMITERS:
        if delimiter != dialect.delimiter and text.count(delimiter) >= (columns.width - 1) * 0.8 > 0:
            cells = split(text, Dialect(delimiter, dialect.quote))
            begins_well = columns.misfit(cells[:1]) < GOOD
            if begins_well and (found := _aligned(cells, columns, delimiter, OTHER_SEPARATOR, "delimiter")):
                yield found


def _aligned(
    cells: Sequence[str], columns: Columns, joiner: str, cost: float = 0.0, change: str = ""
) -> Reading | None:
    found = Alignment(tuple(cells), columns.misfit(cells)) if len(cells) == columns.width else None
    if found is None or found.cost > 1.0:
        found = min(
            filter(None, (found, align(cells, columns, joiner))), key=lambda each: each.cost, default=None
        )
    if not found:
        return None
    changes = found.changes | {change} if change else found.changes
    return Reading((found.cells,), 1, found.cost + cost, frozenset(changes))


def _other_cells(
    text: str, plain: Sequence[str], dialect: Dialect, width: int
) -> Iterator[tuple[Sequence[str], float, str]]:
    """Other cells, what they suppose, and its name; the likeliest first."""
    quote = dialect.quote
    if not quote or quote not in text or not dialect.delimiter:
        return
    if quote * 2 in text:
        yield split(text, dialect, doubled=False), STRAY_QUOTE / 2, "quote"
    for place in islice(opening_quotes(text, dialect), MOST_TRIES):
        yield split(text, dialect, {place}), STRAY_QUOTE, "quote"
    if len(plain) <= width + MOST_DIFFERENCE:
        for place in islice(places_without_separator(text, dialect), 2 * MOST_TRIES):
            yield (
                split(text[:place] + dialect.delimiter + text[place:], dialect),
                MISSING_SEPARATOR,
                "separator",
            )
    yield text.split(dialect.delimiter), NO_QUOTES, "quote"


def _two_rows(cells: Sequence[str], columns: Columns) -> Iterator[Reading]:
    """The line end between two rows is missing: then their last and first cell may be one."""
    width = columns.width
    if width < 2 or len(cells) not in (2 * width, 2 * width - 1):
        return
    last = cells[width - 1]
    places = range(min(len(last), MOST_HALVED) + 1) if len(cells) == 2 * width - 1 else [len(last)]
    for place in places:
        first = [*cells[: width - 1], last[:place]]
        second = [last[place:], *cells[width:]] if len(cells) == 2 * width - 1 else cells[width:]
        cost = columns.misfit(first) + columns.misfit(second) + TWO_ROWS
        yield Reading((tuple(first), tuple(second)), 1, cost, frozenset({"rows"}))
