"""Broken rows: what can be restored is restored and said, what cannot is refused, and no good row is touched."""

from __future__ import annotations

import random

import pytest

from monitoring.importing.reading.delimited import repair
from monitoring.importing.reading.delimited.reader import MOST_HOPELESS
from monitoring.importing.reading.tables import Record
from tests.monitoring.reading.polluted import HEADER, ROW_KINDS, Case, Style, cases, table
from tests.monitoring.reading.reading import read_bytes, read_text

ROWS = 9  # of the 85 at which each kind is tried
LEAST_RESTORED: dict[str, float] = {}  # of the rows of a kind; all where none is given


def some(kind: str) -> list[Case]:
    draw = random.Random(3)
    rows = {1, 2, 85, *(draw.randrange(1, 86) for _ in range(ROWS))}
    return [case for case in cases(lambda row, column: row in rows) if case.kind == kind]


@pytest.mark.long
@pytest.mark.parametrize("kind", ROW_KINDS)
def test_a_broken_row_is_restored(kind: str) -> None:
    tried = some(kind)
    restored = 0
    for case in tried:
        records = read_bytes(case.data)[1]
        restored += [record.cells for record in records] == case.rows
    assert restored >= LEAST_RESTORED.get(kind, 1.0) * len(tried) > 0


def broken(change: dict[int, str]) -> list[Record]:
    lines = Style(line_end="\n").file([HEADER, *table()]).splitlines()
    return read_text("\n".join(change.get(number, line) for number, line in enumerate(lines, 1)) + "\n")[1]


def test_what_was_done_is_said_of_that_row_only() -> None:
    line = Style().row(table()[8]).replace(",", ",,", 1)
    records = broken({10: line})
    assert [record.line for record in records if record.repair] == [10]
    assert records[8].repair == "A separator too many was dropped."


def test_a_row_that_fits_nowhere_is_refused_with_its_cells() -> None:
    records = broken({10: "lorem,ipsum,dolor"})
    refused = [record for record in records if record.fault]
    assert [(record.line, record.cells) for record in refused] == [(10, ["lorem", "ipsum", "dolor"])]
    assert len(records) == 85


def test_missing_cells_at_the_end_are_no_repair() -> None:
    line = Style().row(table()[9]).rstrip(",")
    records = broken({11: line})
    assert records[9].cells == table()[9]
    assert not records[9].repair


def test_a_quote_that_is_never_closed_costs_no_other_row() -> None:
    line = Style().row(table()[3]).replace('."', ".").replace('html"', "html")
    records = broken({5: line})
    assert [record.cells for record in records if record.line != 5] == [
        row for number, row in enumerate(table()) if number != 3
    ]


def test_good_rows_come_through_as_they_are_among_broken_ones() -> None:
    draw = random.Random(5)
    rows, style = table() * 20, Style(line_end="\n")
    lines = [style.row(row) for row in rows]
    spoilt = set(draw.sample(range(100, len(lines)), 60))
    for number in spoilt:
        cut = draw.randrange(len(lines[number]))
        lines[number] = lines[number][:cut] + draw.choice(['"', ",", ",,", ";", " "]) + lines[number][cut:]
    records = read_text("\n".join([style.row(HEADER), *lines]) + "\n")[1]
    by_line = {record.line: record.cells for record in records}
    good = [number for number in range(len(rows)) if number not in spoilt]
    assert sum(by_line.get(number + 2) == rows[number] for number in good) >= 0.998 * len(good)


def test_lines_of_a_quoted_cell_that_look_like_rows_are_text() -> None:
    text = "".join(f'{number},"first line\nok,{number},5\nend",{number}\n' for number in range(50))
    records = read_text("id,text,likes\n" + text)[1]
    assert [record.cells[1] for record in records] == [
        f"first line\nok,{number},5\nend" for number in range(50)
    ]
    assert not [record for record in records if record.repair]


def test_a_file_that_ends_amid_a_row_says_so() -> None:
    data = Style(line_end="\n").file([HEADER, *table()])
    cut = data.rstrip("\n").rsplit(",", 2)[0]
    *whole, last = read_text(cut)[1]
    assert last.repair == "The file ends amid this row: what is missing counts as empty."
    assert not any(record.repair for record in whole)


def test_a_last_row_that_is_short_as_others_are_is_not_cut() -> None:
    lines = Style(line_end="\n").file([HEADER, *table()]).splitlines()
    lines[10], lines[-1] = lines[10].rsplit(",", 1)[0], lines[-1].rsplit(",", 1)[0]
    assert not any(record.repair for record in read_text("\n".join(lines))[1])


def test_where_nothing_fits_for_long_no_more_is_tried_until_there_is_a_row(monkeypatch) -> None:
    tried = []
    read = repair.read
    monkeypatch.setattr(repair, "read", lambda *given: tried.append(1) or read(*given))
    good = Style().row(table()[9]).replace(",", ",,", 1)
    lines = Style(line_end="\n").file([HEADER, *table()]).splitlines()
    text = "\n".join([*lines, *["lorem,ipsum,dolor"] * 1000, lines[5], good]) + "\n"
    records = read_text(text)[1]
    assert len(tried) < MOST_HOPELESS + 20
    assert sum(bool(record.fault) for record in records) == 1000
    assert records[-1].repair == "A separator too many was dropped."
