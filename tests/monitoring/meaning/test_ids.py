"""Ids that are used, and ids that are not, with the reason."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.ids import MAX_KNOWN, IdSurvey, clean_id


def survey(cells: list[str], rows: list[str] | None = None) -> IdSurvey:
    found = IdSurvey()
    for place, cell in enumerate(cells):
        found.add(cell, rows[place] if rows else f"row {place}")
    return found


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["1.92E+18"] * 8, "spreadsheet"),
        (["1,92E+18"] * 3, "spreadsheet"),
        ([str((1920123456789 + row) * 10**5) for row in range(8)], "spreadsheet"),
        ([str(row) for row in range(6)], "row numbers"),
        ([str(row) for row in range(9, 0, -1)], "row numbers"),
        (["0.0", "1.0", "2.0"], "row numbers"),
        (["a", "b", "a", "c"], "same id"),
    ],
)
def test_bad_ids_are_not_used_and_the_reason_is_said(cells, reason):
    found = survey(cells)
    assert not found.usable
    assert reason in found.reason


@pytest.mark.parametrize(
    "cells",
    [
        [str(1920000000000000000 + row) for row in range(8)],
        [f"nm{row}" for row in range(9)],
        ["105", "107", "3301"],
        ["1930000000000000000"],
    ],
)
def test_good_ids_are_used(cells):
    assert survey(cells).usable


def test_same_row_twice_is_no_clash():
    assert survey(["a", "b", "a"], ["1", "2", "1"]).usable


def test_column_without_ids_is_not_usable():
    assert not survey(["", ""]).usable


def test_ids_come_out_of_their_wrappers():
    assert [clean_id(cell) for cell in ('="0012"', "123.0", "1.92E+18", " a ")] == ["0012", "123", "", "a"]


def test_memory_is_bounded_and_repeated_ids_are_still_found():
    found = IdSurvey()
    for row in range(3 * MAX_KNOWN):
        found.add(f"id{row % (2 * MAX_KNOWN)}", f"row {row}")
    assert len(found._known) <= MAX_KNOWN
    assert "same id" in found.reason
