"""Rows that are none of the table's: its header again, totals, remarks, and whatever begins below it."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.importing.reading.delimited.cell_kinds import CODE, NUMBER, TEXT, kind
from monitoring.importing.reading.delimited.cells import split
from monitoring.importing.reading.delimited.columns import Columns
from monitoring.importing.reading.delimited.dialect import Dialect

# How a row of totals begins, in small letters.
TOTALS = frozenset(
    [
        "total",
        "totals",
        "total:",
        "grand total",
        "subtotal",
        "sum",
        "sum:",
        "summe",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "toplam",
        "genel toplam",
        "ara toplam",
        "suma",
        "razem",
        "łącznie",
        "ogółem",
        "итого",
        "всего",
        "合計",
        "合计",
        "总计",
        "總計",
        "小计",
        "小計",
        "somme",
        "total général",
        "totale",
        "totaal",
        "totalt",
        "celkem",
    ]
)
ROWS_AHEAD = 6  # that show whether another table begins
FILLED = 0.6  # of its columns
NAME_CHARS = 60
MISFIT = 0.3
FITS = 0.2  # misfits for each cell: then a row belongs to the table


def is_totals(cells: Sequence[str]) -> bool:
    """Sums below the table: the word for it, numbers, and empty cells where a row has others."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or filled[0].lower().rstrip(":") not in TOTALS:
        return False
    return all(kind(cell) == NUMBER for cell in filled[1:]) and len(filled) < max(len(cells), 2)


def is_remark(cells: Sequence[str], columns: Columns) -> bool:
    """One text where no such text belongs, and nothing in columns that are always filled."""
    filled = [index for index, cell in enumerate(cells[: columns.width]) if cell.strip()]
    if len(filled) != 1 or sum(column.empty_share < 0.1 for column in columns.columns) < 3:
        return False
    cell = cells[filled[0]]
    return kind(cell) == TEXT and columns[filled[0]].misfit(cell) >= MISFIT


def is_header_again(cells: Sequence[str], header: Sequence[Sequence[str]]) -> bool:
    """Files put one behind the other have it in their midst."""
    return any(list(cells) == list(row) for row in header)


def begins_a_copy(cells: Sequence[str], header: Sequence[Sequence[str]]) -> bool:
    """The same names again, but more or fewer of them."""
    return any(
        len(cells) != len(row) and 1 < len(row) // 2 <= len(cells) and all(map(str.__eq__, cells, row))
        for row in header
    )


def begins_another_table(
    cells: Sequence[str], ahead: Sequence[str], dialect: Dialect, columns: Columns
) -> bool:
    """Whether these cells name other columns: text where this table has none, with rows of one width below."""
    if not _are_other_names(cells, columns):
        return False
    rows = [split(line.removesuffix("\n"), dialect) for line in ahead[:ROWS_AHEAD] if line.strip()]
    widths = {len(row) for row in rows}
    if not rows or all(len(row) == columns.width and columns.misfit(row) < FITS * len(row) for row in rows):
        return False
    return widths == {len(cells)} or max(widths) != columns.width


def _are_other_names(cells: Sequence[str], columns: Columns) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    if (
        len(filled) < max(2, FILLED * len(cells))
        or len(set(filled)) < len(filled)
        or len(cells) * 2 < columns.width
    ):
        return False
    typed = [i for i in columns.typed if i < len(cells)]
    return len(typed) >= 2 and all(kind(cells[i]) == TEXT for i in typed) and all(map(_may_name, filled))


def _may_name(cell: str) -> bool:
    return kind(cell) in (TEXT, CODE) and len(cell) <= NAME_CHARS
