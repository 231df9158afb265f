"""One line taken apart with patience: a quote closes a cell only before a separator or the end of the line."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from monitoring.importing.reading.delimited.dialect import STAND_IN, Dialect

MOST_FAILURES = 3  # to find the end of a cell with doubled quotes in it: then none is looked for


def split(text: str, dialect: Dialect, literal: Collection[int] = (), *, doubled: bool = True) -> list[str]:
    """The cells of a record's text, without its line end. Quotes at the places in `literal` open no cell.

    Not `doubled`: the first of two quotes may be a character and the second one the end of the cell.
    """
    delimiter, quote = dialect.delimiter or STAND_IN, dialect.quote
    if not quote or quote not in text:
        return _trimmed(text.split(delimiter), dialect)
    cells, place = [], 0
    closes, failures = True, 0
    while True:
        if dialect.skips_space and text.startswith(" ", place):
            place += 1
        end = -1
        if closes and text.startswith(quote, place) and place not in literal:
            end = _closing_quote(text, place + 1, dialect, doubled=True) if doubled else -1
            if end < 0:  # a doubled quote is one only if need be
                end = _closing_quote(text, place + 1, dialect, doubled=False)
                closes = end >= 0  # no cell behind this one can be closed either: the search stays linear
                failures += 1
                doubled = doubled and failures < MOST_FAILURES
        if end >= 0:
            cells.append(_unescaped(text[place + 1 : end], dialect))
            end += 1
        else:
            end = text.find(delimiter, place)
            end = len(text) if end < 0 else end
            cells.append(text[place:end])
        if end >= len(text):
            return cells
        place = end + len(delimiter)


def _trimmed(cells: list[str], dialect: Dialect) -> list[str]:
    return [cell.removeprefix(" ") for cell in cells] if dialect.skips_space else cells


def _closing_quote(text: str, start: int, dialect: Dialect, *, doubled: bool) -> int:
    quote, place = dialect.quote, start
    while (place := text.find(quote, place)) >= 0:
        behind = place + 1
        if dialect.has_backslash and _is_escaped(text, place, start):
            place = behind
        elif behind == len(text) or text.startswith(dialect.delimiter or STAND_IN, behind):
            return place
        else:
            place = behind + (doubled and text.startswith(quote, behind))
    return -1


def _is_escaped(text: str, place: int, start: int) -> bool:
    backslashes = 0
    while place - 1 - backslashes >= start and text[place - 1 - backslashes] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def _unescaped(cell: str, dialect: Dialect) -> str:
    if dialect.has_backslash:
        cell = cell.replace("\\\\", "\0").replace("\\" + dialect.quote, dialect.quote).replace("\0", "\\")
    return cell.replace(dialect.quote * 2, dialect.quote)


def opening_quotes(text: str, dialect: Dialect) -> Iterator[int]:
    """Where quotes stand that could open a cell."""
    place = -1
    while dialect.quote and (place := text.find(dialect.quote, place + 1)) >= 0:
        if place == 0 or text.endswith(dialect.delimiter or STAND_IN, 0, place):
            yield place


def places_without_separator(text: str, dialect: Dialect) -> Iterator[int]:
    """Where a quote meets text or another quote: a separator may be missing there."""
    place = -1
    while dialect.quote and (place := text.find(dialect.quote, place + 1)) >= 0:
        before, behind = text[place - 1 : place], text[place + 1 : place + 2]
        if before and before != dialect.delimiter:
            yield place
        if behind and behind not in (dialect.delimiter, dialect.quote):
            yield place + 1
