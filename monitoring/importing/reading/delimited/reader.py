"""One pass over the lines of a file: good rows go through as the csv module makes them, any other is looked at.

A row is looked at when its width is wrong, when it has several lines, when a quote stands where none belongs, or when
a cell begins with no digit in a column where all do.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.utils.translation import gettext as _

from monitoring.importing.reading.delimited import endings, repair
from monitoring.importing.reading.delimited.cells import split
from monitoring.importing.reading.delimited.columns import DIGITS
from monitoring.importing.reading.delimited.dialect import Dialect, lines_of, stray_quotes
from monitoring.importing.reading.delimited.header import Layout
from monitoring.importing.reading.delimited.lines import Lines, LongLine
from monitoring.importing.reading.tables import Record

MOST_LINES, MOST_CHARS = 500, 1_000_000  # of a record: beyond that its quote is a stray one
AHEAD = 8  # lines that a broken record is compared with
WIDE_CHARS = 200_000  # a line that may have too many cells
SHOWN_CHARS = 500  # of each cell of a record that is refused
MOST_SOUND = 1000  # of the sentinel
MOST_HOPELESS = 200  # lines in a row that no repair fits: no more is tried until there is a row again
FITS = 0.4  # misfits of a row that is short, or has odd quotes, and needs no repair all the same


@dataclass(frozen=True)
class _Found:
    """What became of a record: rows to hand on, and how many lines it took."""

    records: list[Record]
    lines: int


class Reader:
    def __init__(self, lines: Lines, dialect: Dialect, layout: Layout, skipped: int) -> None:
        self.lines, self.dialect, self.layout = lines, dialect, layout
        self.columns, self.width = layout.columns, layout.width
        self.begin = skipped + layout.begin
        self.stray = stray_quotes(dialect) if dialect.quote else None
        self.sentinel = self.columns.sentinel
        self.has_digits = self.sentinel is not None and self.columns[self.sentinel].always_begins_with_digit
        self.sound = self.short = 0
        self.hopeless, self.hopeless_line = 0, 0  # how many in a row, and the latest of them
        self.other_table = 0  # the line where another table begins
        self.good_width = self.width  # of a row that needs no look: none behind that line

    def records(self) -> Iterator[Record]:
        """The rows below the header."""
        pending: list[str] = []
        number = 1  # of the first line in `pending`
        to_skip = self.begin
        for text, lines in self.lines.blocks():
            if not self.dialect.is_plain:
                text = self.dialect.prepare(text)
                lines = lines_of(text) if not isinstance(lines[0], LongLine) else lines
            if to_skip:
                skipped = min(to_skip, len(lines))
                to_skip, number, lines = to_skip - skipped, number + skipped, lines[skipped:]
            pending += self._without_wide(lines) if len(text) > WIDE_CHARS else lines
            done = yield from self._rows(pending, number, is_last=False)
            del pending[:done]
            number += done
        yield from self._rows(pending, number, is_last=True)

    def _without_wide(self, lines: Sequence[str]) -> list[str]:
        """Lines with more cells than a table may have are not even taken apart."""
        most, delimiter = self.lines.limits.columns, self.dialect.delimiter
        fault = _("The line has more than %(count)d cells.") % {"count": most}
        is_wide = [
            len(line) > WIDE_CHARS and line.count(delimiter) > most if delimiter else False for line in lines
        ]
        return [LongLine.because(fault) if wide else line for line, wide in zip(lines, is_wide, strict=True)]

    def _rows(self, lines: list[str], number: int, *, is_last: bool) -> Generator[Record, None, int]:
        """The rows in these lines, of which the first has that number. Returns how many lines they took."""
        sentinel, has_digits = self.sentinel, self.has_digits
        strays = self._stray_lines(lines)
        start, count = 0, len(lines)
        while start < count:
            base = start
            reader = csv.reader(islice(lines, base, None), **self.dialect.csv)
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error:  # a cell beyond the module's limit
                    end = count
                    if not is_last and not self._is_too_long(lines, start, end):
                        return start
                    found = self._giant(lines, start, number)
                else:
                    if cells is None:
                        return count
                    end = base + reader.line_num
                    if (
                        len(cells) == self.good_width
                        and end - start == 1
                        and (
                            sentinel is None
                            or (cells[sentinel][:1] in DIGITS if has_digits else cells[sentinel])
                        )
                        and start not in strays
                        and (end < count or is_last)
                    ):
                        yield Record(number + start, cells)
                        start = end
                        continue
                    if end + AHEAD > count and not is_last and not self._is_too_long(lines, start, end):
                        return start
                    found = self._look_at(cells, lines, start, end, number)
                yield from found.records
                sentinel = self.sentinel
                if found.lines != end - start:
                    start += found.lines
                    break
                start = end
        return count

    def _giant(self, lines: Sequence[str], start: int, number: int) -> _Found:
        """A record that the csv module refuses; its cells may have as many characters as `limits` says."""
        end, quotes = start, 0
        while end == start or (
            quotes % 2 and end < len(lines) and not self._is_too_long(lines, start, end + 1)
        ):
            quotes += lines[end].count(self.dialect.quote) if self.dialect.quote else 0
            end += 1
        if quotes % 2:
            end = start + 1
        cells = split("".join(lines[start:end]).removesuffix("\n"), self.dialect)
        most = self.lines.limits.cell_chars
        if any(len(cell) > most for cell in cells):
            fault = _("A cell has more than %(count)d characters.") % {"count": most}
        else:
            fault = "" if len(cells) == self.width else self._wrong_width(cells)
        if fault:
            cells = [cell[:SHOWN_CHARS] for cell in cells[: self.width]]
        done = repair.said({"quote"}) if quotes % 2 and not fault else ""
        return _Found([Record(number + start, cells, fault=fault, repair=done)], end - start)

    def _is_too_long(self, lines: Sequence[str], start: int, end: int) -> bool:
        return end - start > MOST_LINES or sum(map(len, lines[start:end])) > MOST_CHARS

    def _stray_lines(self, lines: Sequence[str]) -> frozenset[int]:
        """The lines with a quote where none belongs."""
        if not self.stray:
            return frozenset()
        search, quote = self.stray.search, self.dialect.quote
        return frozenset(
            number
            for number, line in enumerate(lines)
            if quote in line and (line.count(quote) % 2 or search(line))
        )

    def _look_at(self, cells: list[str], lines: Sequence[str], start: int, end: int, number: int) -> _Found:
        line = number + start
        first = lines[start]
        if isinstance(first, LongLine):
            return _Found([Record(line, [], fault=first.fault)], 1)
        if end - start == 1 and not "".join(cells).strip():
            return _Found([], 1)
        if self.other_table:
            return _Found([self._of_other_table(cells, line)], end - start)
        if self._is_too_long(lines, start, end):
            end, cells = start + 1, split(lines[start].removesuffix("\n"), self.dialect)
        if end - start == 1 and (special := self._special(cells, lines[end : end + AHEAD], line)):
            return special
        if even := self._evened(cells, lines, start, end):
            found = _Found([Record(line, even)], end - start)
        else:
            found = self._mended(lines, start, end, line)
        is_unended = end == len(lines) and not lines[end - 1].endswith("\n")
        return self._cut_off(found, cells, is_unended)

    def _special(self, cells: list[str], ahead: Sequence[str], line: int) -> _Found | None:
        """A row that is none of the table's."""
        if endings.is_header_again(cells, self.layout.header):
            return _Found([], 1)
        if len(cells) > 1 and endings.is_remark(cells, self.columns):
            return _Found([Record(line, cells, fault=_("This is a remark and no row of the table."))], 1)
        if endings.is_totals(cells):
            return _Found([Record(line, cells, fault=_("This is a row of totals."))], 1)
        if endings.begins_a_copy(cells, self.layout.header) or endings.begins_another_table(
            cells, ahead, self.dialect, self.columns
        ):
            self.other_table, self.good_width = line, -1
            return _Found([self._of_other_table(cells, line)], 1)
        return None

    def _evened(self, cells: list[str], lines: Sequence[str], start: int, end: int) -> list[str] | None:
        """The cells of a row that is right after all: with line breaks, an odd cell, or without its last cells."""
        if not self._quotes_are_kept(cells, lines, start, end):
            return None
        if len(cells) == self.width:
            self._count_sound()
            return None if self._holds_rows(lines[start + 1 : end]) else cells
        if end - start > 1:
            return None
        if self._goes_on(cells, lines[end : end + 1]):
            return None
        surplus = cells[self.width :]
        if not any(surplus) and self.columns.misfit(cells) + self.columns.misfit_of_missing(cells) < FITS:
            return cells[: self.width] + [""] * (self.width - len(cells))
        return None

    def _cut_off(self, found: _Found, cells: Sequence[str], is_unended: bool) -> _Found:
        """Says of the last row that the file may have been cut, where it alone is short and no line end follows."""
        if len(cells) >= self.width:
            return found
        self.short += 1
        record = found.records[-1] if found.records else None
        if self.short > 1 or not is_unended or record is None or record.fault or record.repair:
            return found
        repair = _("The file ends amid this row: what is missing counts as empty.")
        return replace(found, records=[*found.records[:-1], record._replace(repair=repair)])

    def _goes_on(self, cells: Sequence[str], ahead: Sequence[str]) -> bool:
        """Whether a short row and the next line, which is no row itself, have as many cells as one row."""
        return any(
            repair.is_continuation(line, self.width - len(cells), self.dialect, self.columns)
            for line in ahead
        )

    def _holds_rows(self, inner: Sequence[str]) -> bool:
        """Whether one of these lines of a record may be a row itself."""
        separators = self.width - 1
        return any(
            line.count(self.dialect.delimiter) >= separators > 0
            and repair.is_whole(line, self.dialect, self.columns)
            for line in inner
        )

    def _quotes_are_kept(self, cells: list[str], lines: Sequence[str], start: int, end: int) -> bool:
        """Whether the csv module has lost no stray quote."""
        text = "".join(lines[start:end]).removesuffix("\n")
        if not self.stray or not (self.stray.search(text) or text.count(self.dialect.quote) % 2):
            return True
        return split(text, self.dialect) == cells and self._fits(cells)

    def _fits(self, cells: list[str]) -> bool:
        """No cell holds half a pair of quotes, or all are usual."""
        return (
            not any(cell.count(self.dialect.quote) % 2 for cell in cells) or self.columns.misfit(cells) < FITS
        )

    def _count_sound(self) -> None:
        """A column that began with digits at first only is watched no longer."""
        self.sound += 1
        if self.sound > MOST_SOUND:
            self.sentinel = None

    def _mended(self, lines: Sequence[str], start: int, end: int, line: int) -> _Found:
        if self.hopeless_line != line - 1:
            self.hopeless = 0
        ahead = lines[start : max(end, start + AHEAD)]
        reading = (
            repair.read(ahead, end - start, self.dialect, self.columns)
            if self.hopeless < MOST_HOPELESS
            else None
        )
        if reading is None or reading.is_hopeless:
            self.hopeless, self.hopeless_line = self.hopeless + 1, line
            plain = split(lines[start].removesuffix("\n"), self.dialect)
            return _Found([Record(line, plain, fault=self._wrong_width(plain))], 1)
        records = [Record(line, list(row), repair=reading.repair) for row in reading.rows]
        return _Found(records, reading.lines)

    def _wrong_width(self, cells: Sequence[str]) -> str:
        return _("The row has %(found)d cells where the others have %(usual)d, and no repair of it fits.") % {
            "found": len(cells),
            "usual": self.width,
        }

    def _of_other_table(self, cells: list[str], line: int) -> Record:
        return Record(
            line,
            cells,
            fault=_("The row belongs to another table, which begins in line %(line)d.")
            % {"line": self.other_table},
        )
