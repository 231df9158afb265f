"""The lists of rejected and repaired rows: harmless in a spreadsheet, and the same rows again when they come back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import Limits, Record
from monitoring.importing.row_lists import MendedList, append, is_list, original_cell, safe_cell

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell):
    assert safe_cell(cell).startswith("'")


@pytest.mark.parametrize("cell", ["yes;=1+1", "yes\n=1+1", "yes;  @SUM(A1)", "a\r\n-1", "a;'+1"])
def test_no_part_of_a_cell_is_a_formula_where_semicolons_separate(cell):
    as_cut = csv.reader(io.StringIO(f'"12","no","{safe_cell(cell)}"', newline=""), delimiter=";")
    cells = [part for parts in as_cut for part in parts]
    assert len(cells) > 1
    assert not any(part.lstrip().startswith(tuple("=+-@")) for part in cells)


@given(st.text(alphabet="=+-@'\";\r\t\n ax1＝", max_size=9))
def test_what_was_made_harmless_is_itself_again(cell):
    assert original_cell(safe_cell(cell)) in (cell, cell.removeprefix("'"))
    if not cell.startswith("'"):
        assert original_cell(safe_cell(cell)) == cell


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_what_a_killed_worker_wrote_is_cut_off(tmp_path):
    path = tmp_path / "lists" / "rejected.csv"
    kept = append(path, keep_bytes=0, header=["id", "@text"], rows=[(Record(2, ["1", "a"]), "no")])
    append(path, keep_bytes=kept, header=["id", "@text"], rows=[(Record(3, ["2", "b"]), "lost")])
    append(path, keep_bytes=kept, header=["id", "@text"], rows=[(Record(4, ["3", "c"]), "never")])
    assert rows(path) == [["line", "reason", "id", "'@text"], ["2", "no", "1", "a"], ["4", "never", "3", "c"]]


def test_nothing_to_list_makes_no_file(tmp_path):
    assert append(tmp_path / "list.csv", keep_bytes=0, header=["id"], rows=[]) == 0
    assert not (tmp_path / "list.csv").exists()


def test_a_list_that_comes_back_has_the_columns_of_its_file(tmp_path):
    path = tmp_path / "rejected.csv"
    cells = [["1", "=a, b\nc"], ["2", "@you"], ["3", "plain"]]
    append(
        path, keep_bytes=0, header=["id", "text"], rows=[(Record(n, one), "x") for n, one in enumerate(cells)]
    )
    (table,) = open_tables(path, name="rejected.csv", limits=Limits())
    assert is_list(table)
    mended = MendedList(table)
    assert list(mended.header) == ["id", "text"]
    assert [record.cells for record in mended.records()] == cells
    assert mended.progress > 0.9


@pytest.mark.parametrize(("columns", "cells", "kept"), [(300, 300, 300), (3, 900, 200)])
def test_no_column_is_lost_and_no_fault_fills_the_disk(tmp_path, columns, cells, kept):
    path = tmp_path / "rejected.csv"
    record = Record(2, [str(number) for number in range(cells)])
    append(path, keep_bytes=0, header=["name"] * columns, rows=[(record, "no")])
    assert rows(path)[1][2:] == record.cells[:kept]
