"""The rows that were rejected, or repaired, as CSV for a person and a spreadsheet, and how they are read again."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from monitoring.importing.reading.tables import Record, Table

# What makes a spreadsheet calculate, also in its full-width form. A quote in front turns it into text.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# A spreadsheet that expects semicolons cuts our rows there and at line breaks: what follows begins a cell as well.
CUT_HERE = r"([;\t\r\n] {0,9})"
INNER_FORMULA = re.compile(CUT_HERE + r"(?='*[=+\-@＝＋－＠])")
MADE_SAFE = re.compile(CUT_HERE + r"'(?='*[=+\-@＝＋－＠])")
MAX_CELL_CHARS = 32_000  # what a cell of a spreadsheet can hold
MAX_CELLS_OF_A_FAULT = 200  # of a row that has more cells than the file has columns
OUR_COLUMNS = ("line", "reason")


def safe_cell(value: str) -> str:
    """`value` so that no spreadsheet takes it for a formula."""
    value = INNER_FORMULA.sub(r"\1'", value.replace("\0", "�")[:MAX_CELL_CHARS])
    return "'" + value if _is_formula(value) else value


def original_cell(value: str) -> str:
    """What `safe_cell` was given."""
    if value.startswith("'") and _is_formula(value[1:]):
        value = value[1:]
    return MADE_SAFE.sub(r"\1", value)


def _is_formula(value: str) -> bool:
    return value.startswith(FORMULA_SIGNS) or value.lstrip().startswith(FORMULA_SIGNS)


class MendedList(Table):
    """One of these lists, mended and given back: its records are those of the file that it came from."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.name, self.kind, self.notes = table.name, table.kind, table.notes
        self.header = [original_cell(name) for name in table.header[len(OUR_COLUMNS) :]]

    def records(self) -> Iterator[Record]:
        for record in self._table.records():
            cells = [original_cell(cell) for cell in record.cells[len(OUR_COLUMNS) :]]
            yield record._replace(cells=cells)

    @property
    def progress(self) -> float:
        return self._table.progress


def is_list(table: Table) -> bool:
    """Is it one of these lists?"""
    return tuple(table.header[: len(OUR_COLUMNS)]) == OUR_COLUMNS


def first_rows(path: Path, most: int) -> list[tuple[str, str, str]]:
    """Line, reason and what the record holds, of the first rows of such a list."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = islice(csv.reader(file), 1, most + 1)
        return [(row[0], original_cell(row[1]), _in_one_line(row[len(OUR_COLUMNS) :])) for row in rows]


def _in_one_line(cells: Sequence[str]) -> str:
    return " · ".join(" ".join(original_cell(cell).split()) for cell in cells if cell.strip())[:300]


def append(path: Path, *, keep_bytes: int, header: Sequence[str], rows: Sequence[tuple[Record, str]]) -> int:
    """Write records (with a reason, or what was done) behind the first `keep_bytes` and return the new size.

    What lies behind those bytes comes from a batch that was never committed and is cut off.
    """
    if not rows:
        return keep_bytes
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(keep_bytes)
        file.seek(keep_bytes)
        text = io.StringIO(newline="")
        out = csv.writer(text, quoting=csv.QUOTE_ALL)
        if not keep_bytes:
            text.write("\ufeff")  # without it Excel takes UTF-8 for something else
            out.writerow([safe_cell(name) for name in (*OUR_COLUMNS, *header)])
        for record, reason in rows:
            cells = record.cells[: max(len(header), MAX_CELLS_OF_A_FAULT)]
            out.writerow([str(record.line), safe_cell(reason), *map(safe_cell, cells)])
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())
        return file.tell()
