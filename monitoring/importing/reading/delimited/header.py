"""Where the table begins: what stands above it, the rows that name its columns, and its width."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from monitoring.importing.reading.delimited.cell_kinds import (
    ADDRESS,
    DATE,
    EMPTY,
    NUMBER,
    TEXT,
    TIME,
    is_nothing,
    kind,
)
from monitoring.importing.reading.delimited.cells import opening_quotes, split
from monitoring.importing.reading.delimited.columns import Columns
from monitoring.importing.reading.delimited.dialect import Dialect, Run, stray_quotes

FILLED = 0.6  # of the columns: a row with fewer names is no header
MOST_ROWS_ABOVE = 40  # the header stands within these
MOST_ROWS_LEARNT = 100
MOST_HEADER_ROWS = 4
ALIKE = 0.9  # of the rows: then their width is the table's
DESCRIPTION_CHARS = 60  # a name is shorter
OTHER_DELIMITERS = ",;\t| "
# Where two names may have grown together: at quotes, or where a capital follows a small letter.
SEAMS = (
    re.compile(r'(?<=[^"])"(?=.)'),
    re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])"),
)
# Names of a column of row numbers, where it has one.
NUMBER_NAMES = frozenset(
    (
        "id",
        "no",
        "nr",
        "#",
        "number",
        "num",
        "index",
        "row",
        "row id",
        "lp",
        "sıra",
        "sıra no",
        "n°",
        "№",
        "序号",
        "編號",
        "番号",
    )
)
YEAR = re.compile(r"(?:19|20)\d\d")
NEVER_NAMES = frozenset({NUMBER, DATE, TIME, ADDRESS})


@dataclass(frozen=True)
class Layout:
    """How the file's first lines are to be read."""

    width: int
    header: tuple[tuple[str, ...], ...] = ()  # its rows as they stand; none where the file names no columns
    begin: int = 0  # the line of the first row below the header; 0 is the first
    above: tuple[int, int] = (0, 0)  # lines of the preamble, from and to before
    descriptions: int = 0  # rows below the names that explain them
    is_doubtful: bool = False  # names had to be split or left out to have as many as there are columns
    columns: Columns = field(default_factory=lambda: Columns(0, []))

    @property
    def names(self) -> list[str]:
        """The header's rows as one: cells below each other are joined, once each."""
        if not self.header:
            return [""] * self.width
        parts = zip(*self.header, strict=True)
        return [" ".join(dict.fromkeys(part.strip() for part in column if part.strip())) for column in parts]

    @property
    def names_as_written(self) -> list[str]:
        """As `names`, also where a row of the header repeats another."""
        return [
            " ".join(part for part in column if part.strip()) for column in zip(*self.header, strict=True)
        ]


def find(runs: Sequence[Run], lines: Sequence[str], dialect: Dialect) -> Layout:
    """The layout of the file whose first records these are, with their lines."""
    rows = [run for run in _untangled(runs, lines, dialect) if any(cell.strip() for cell in run.cells)]
    if not rows:
        return Layout(0)
    return _Finder(rows, lines, dialect).layout()


def _untangled(runs: Sequence[Run], lines: Sequence[str], dialect: Dialect) -> Iterator[Run]:
    """A stray quote in the header ties it to the rows below: where each line alone makes a row, they are untied."""
    widths = Counter(len(run.cells) for run in runs)
    width = max(widths, key=lambda each: widths[each], default=0)
    stray = stray_quotes(dialect) if dialect.quote else None
    for run in runs:
        inner = lines[run.start : run.end]
        is_whole = len(run.cells) == width and not (stray and stray.search("".join(inner)))
        if (
            is_whole
            or run.start > MOST_ROWS_ABOVE
            or not dialect.quote
            or not _are_rows(inner, width, dialect)
        ):
            yield run
            continue
        for number, line in enumerate(inner, run.start):
            yield Run(number, number + 1, _with_literal_quote(line.removesuffix("\n"), width, dialect))


def _are_rows(lines: Sequence[str], width: int, dialect: Dialect) -> bool:
    whole = sum(len(split(line.removesuffix("\n"), dialect)) == width for line in lines[1:])
    return width > 1 and (whole >= 1 or len(lines) == 1)


def _with_literal_quote(text: str, width: int, dialect: Dialect) -> list[str]:
    """The cells, with one quote taken as a character where that makes as many as there should be."""
    cells = split(text, dialect)
    if len(cells) == width:
        return cells
    others = [split(text, dialect, doubled=False)]
    others += [split(text, dialect, {place}) for place in opening_quotes(text, dialect)]
    return next((other for other in others if len(other) == width), cells)


class _Finder:
    def __init__(self, rows: Sequence[Run], lines: Sequence[str], dialect: Dialect) -> None:
        self.rows, self.lines, self.dialect = rows, lines, dialect
        skipped = min(10, len(rows) // 3) or (1 if len(rows) > 1 else 0)
        body = rows[skipped : skipped + MOST_ROWS_LEARNT]
        self.width = self._width(body)
        self.columns = self._learn(body)
        self.are_counted = _count_up([run.cells[0] for run in body if len(run.cells) == self.width])

    def _width(self, body: Sequence[Run]) -> int:
        """The commonest; that of a row of names above where the rows differ: cells left out, or texts split."""
        widths = Counter(len(run.cells) for run in body)
        width, count = widths.most_common(1)[0]
        named = next((run.cells for run in self.rows[:MOST_ROWS_ABOVE] if _are_all_names(run.cells)), None)
        if named is None:
            return width
        is_left_out = len(named) > width and max(widths) <= len(named)
        wide = len(named)
        is_split = 2 < wide < width and min(widths) >= wide and count < ALIKE * len(body)
        return wide if is_left_out or is_split else width

    def _learn(self, body: Sequence[Run]) -> Columns:
        """From the rows of the right width; from both their ends, where hardly any has it."""
        right = [run.cells for run in body if len(run.cells) == self.width]
        if len(right) < min(3, len(body)):
            half = self.width // 2
            for run in body:
                cells = run.cells
                if len(cells) > self.width:
                    right.append([*cells[: self.width - half], *cells[len(cells) - half :]])
                elif self.width > len(cells) > 1:
                    right.append([*cells, *[""] * (self.width - len(cells))])
        return Columns(self.width, right)

    def layout(self) -> Layout:
        found = self._header_row()
        if found is None:
            return self._without_header()
        index, names = found
        header = [names]
        index_behind, descriptions = index + 1, 0
        while index_behind < len(self.rows) and len(header) + descriptions < MOST_HEADER_ROWS:
            cells = self._fitted(self.rows[index_behind].cells)
            if not self._goes_on(header[0], cells):
                break
            if _is_description(cells):
                descriptions += 1
            else:
                header.append(cells)
            index_behind += 1
        group = self._group_above(index, header[0])
        top = index
        if group:
            header.insert(0, group)
            top -= 1
        begin = self.rows[index_behind - 1].end
        below = self.rows[index_behind : index_behind + MOST_ROWS_LEARNT]
        return Layout(
            self.width,
            tuple(tuple(row) for row in header),
            begin,
            (0, self.rows[top].start),
            descriptions,
            _filled(self.rows[index].cells) != _filled(names),
            self._learn(below),
        )

    def _without_header(self) -> Layout:
        """Data from the first row that is as wide as the others."""
        first = next((i for i, run in enumerate(self.rows) if self._is_data(run.cells)), 0)
        return Layout(
            self.width, (), self.rows[first].start, (0, self.rows[first].start), columns=self.columns
        )

    def _header_row(self) -> tuple[int, list[str]] | None:
        """Its place among the rows and its cells."""
        for index, run in enumerate(self.rows[:MOST_ROWS_ABOVE]):
            if self._stands_apart(index):
                continue
            if self._names(run.cells):
                return index, self._fitted(run.cells)
            if self._is_data(run.cells):
                return self._header_of_another_kind(index)
        if len(self.rows) == 1 and not any(kind(cell) in NEVER_NAMES for cell in self.rows[0].cells):
            return 0, self._fitted(self.rows[0].cells)
        return None

    def _stands_apart(self, index: int) -> bool:
        """Whether it is too narrow, and a blank line parts it from a row of names: "Created;by hand" of a report."""
        run, below = self.rows[index], self.rows[index + 1 : index + 2]
        if not below or below[0].start <= run.end or len(_trimmed(run.cells)) >= self.width:
            return False
        return len(below[0].cells) == self.width and _are_all_names(below[0].cells)

    def _header_of_another_kind(self, index: int) -> tuple[int, list[str]] | None:
        """The row above the first data may be separated by something else."""
        if not index or self.width < 3:
            return None
        run = self.rows[index - 1]
        text = "".join(self.lines[run.start : run.end]).removesuffix("\n")
        for delimiter in OTHER_DELIMITERS:
            cells = split(text, Dialect(delimiter, self.dialect.quote))
            if len(cells) == self.width and self._names(cells):
                return index - 1, cells
        return None

    def _names(self, cells: Sequence[str]) -> bool:
        """Whether these can be the names of the columns."""
        cells = _without_years(cells)
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) < FILLED * min(self._used(), len(cells) + 2) or any(
            kind(cell) in NEVER_NAMES for cell in filled[:1]
        ):
            return False
        if len(cells) != self.width and abs(len(_trimmed(cells)) - self.width) > max(2, self.width // 2):
            return False
        if self.columns.typed:
            return self._contradict(cells)
        is_new = not any(
            column.is_vocabulary and column.has_often(cell)
            for column, cell in zip(self.columns.columns, cells, strict=False)
        )
        return (
            is_new
            and len(set(filled)) == len(filled)
            and all(len(cell) <= 2 * DESCRIPTION_CHARS for cell in filled)
        )

    def _contradict(self, cells: Sequence[str]) -> bool:
        """Text where the columns are typed. In a row of another width a cell may have slipped: none may be typed."""
        if len(cells) == self.width:
            return self.columns.are_names(cells)
        return sum(kind(cell) in NEVER_NAMES for cell in cells) * 5 <= len(cells)

    def _used(self) -> int:
        return max(1, sum(column.count > 0 for column in self.columns.columns))

    def _is_data(self, cells: Sequence[str]) -> bool:
        typed = [i for i in self.columns.typed if i < len(cells) and kind(cells[i]) != EMPTY]
        if not self.columns.typed:
            return (
                len(cells) == self.width
                and sum(bool(cell.strip()) for cell in cells) >= FILLED * self._used()
            )
        alike = sum(kind(cells[i]) == self.columns[i].kind for i in typed)
        return alike * 2 >= len(self.columns.typed) and len(cells) * 2 > self.width

    def _goes_on(self, header: Sequence[str], cells: Sequence[str]) -> bool:
        """Whether a row below the first of the header is still no data. One column alone proves nothing."""
        if list(cells) == list(header):
            return True
        if any(kind(cell) in NEVER_NAMES for cell in cells):
            return False
        typed = [i for i in self.columns.typed if not is_nothing(cells[i])]
        return (
            len(typed) >= 2
            and sum(bool(cell.strip()) for cell in cells) >= FILLED * self._used()
            and self.columns.are_names(cells)
        )

    def _group_above(self, index: int, names: Sequence[str]) -> list[str] | None:
        """A row above that says what repeated names belong to; its names go for the columns to their right as well."""
        filled = [name for name in names if name.strip()]
        if not index or len(set(filled)) == len(filled):
            return None
        cells = self._fitted(self.rows[index - 1].cells)
        if (
            sum(bool(cell.strip()) for cell in cells) < 2
            or self.rows[index].start - self.rows[index - 1].end > 0
        ):
            return None
        group, last = [], ""
        for cell, name in zip(cells, names, strict=True):
            last = cell.strip() or last
            group.append(last if names.count(name) > 1 else cell)
        return group

    def _fitted(self, cells: Sequence[str]) -> list[str]:
        """As wide as the table: names are neither invented nor moved without need."""
        cells = _trimmed(cells) if len(cells) > self.width else list(cells)
        while len(cells) > self.width and "" in cells:
            cells.remove("")
        if len(cells) < self.width:
            cells = self._widened(cells)
        return cells[: self.width]

    def _widened(self, cells: list[str]) -> list[str]:
        """Fewer names than columns: two have grown together, or the first or the last column has none."""
        missing = self.width - len(cells)
        if missing == 1 and self.are_counted and cells[0].strip(" .:").lower() not in NUMBER_NAMES:
            return ["", *cells]
        if self.dialect.delimiter == " " and (places := self._parts_of_time(missing)):
            for place in places:
                cells.insert(place, "")
            return cells
        if missing == 1 and self.columns[self.width - 1].empty_share < 0.9:
            for seam in SEAMS:
                for index, cell in sorted(enumerate(cells), key=lambda each: -len(each[1])):
                    if found := [match.start() for match in seam.finditer(cell)]:
                        place = _nearest(len(cell) / 2, found)
                        parts = [cell[:place].strip('"'), cell[place:].strip('"')]
                        return [*cells[:index], *parts, *cells[index + 1 :]]
        return [*cells, *[""] * missing]

    def _parts_of_time(self, missing: int) -> list[int]:
        """Columns without a name of their own in a file in which blanks part "2025-03-01 1:00 PM"."""
        halves = [n for n in range(2, self.width) if self.columns[n].is_half_of_day]
        times = [
            n
            for n in range(1, self.width)
            if self.columns[n].kind == TIME and self.columns[n - 1].kind == DATE
        ]
        return next((each for each in (halves, times, sorted(halves + times)) if len(each) == missing), [])


def _are_all_names(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and len(set(cells)) == len(cells) and all(kind(cell) == TEXT for cell in cells)


def _count_up(cells: Sequence[str]) -> bool:
    """Row numbers, which many tools write into a column without a name."""
    if len(cells) < 3 or not all(cell.isascii() and cell.isdigit() and len(cell) < 10 for cell in cells):
        return False
    numbers = list(map(int, cells))
    return all(second - first == 1 for first, second in pairwise(numbers))


def _without_years(cells: Sequence[str]) -> Sequence[str]:
    """Several years that differ are names, although they look like numbers."""
    years = [cell for cell in cells if YEAR.fullmatch(cell)]
    return (
        [f"year {cell}" if cell in years else cell for cell in cells]
        if len(set(years)) == len(years) > 1
        else cells
    )


def _nearest(middle: float, places: Sequence[int]) -> int:
    return min(places, key=lambda place: abs(place - middle))


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _trimmed(cells: Sequence[str]) -> list[str]:
    cells = list(cells)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _is_description(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    long = sum(len(cell) > DESCRIPTION_CHARS or cell.count(" ") > 4 or cell[:1] == "{" for cell in filled)
    return long * 3 >= len(filled) > 0
