"""Counts as people write them."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.counts import CountSurvey, parse_count

COUNTS = {
    "0": 0, "31": 31, "31.0": 31, "31,00": 31, "1.3K": 1_300, "1,3 k": 1_300, "1,305": 1_305, "1 305": 1_305,
    "1\u00a0305": 1_305,
    "1\u202f305": 1_305, "1'305": 1_305, "1’305": 1_305, "1.305": 1_305, "1.305.678": 1_305_678,
    "1,305.00": 1_305, "1.305,00": 1_305,
    "12,34,567": 1_234_567, "1 305 678": 1_305_678, "4.5M": 4_500_000, "3,4 Mio.": 3_400_000,
    "2 Mrd.": 2 * 10**9, "5 Tsd.": 5_000,
    "1.6万": 16_000, "1.6萬": 16_000, "1.6w": 16_000, "3.2亿": 320_000_000, "2만": 20_000, "1.2천": 1_200,
    "3 bin": 3_000, "1,4 milyon": 1_400_000,
    "1,1 mln": 1_100_000, "3 tys.": 3_000, "1,5 тыс.": 1_500, "2 млн": 2_000_000, "1,2 mil": 1_200,
    "2,5 mi": 2_500_000,
    "1.2 lakh": 120_000, "10K+": 10_000, "1万+": 10_000, "1.4k views": 1_400, "12 likes": 12, "3 beğeni": 3,
    "1.5万次观看": 15_000,
    "2 тыс. просмотров": 2_000, "٣٤": 34, "١٬٢٠٤": 1_204, "1,3 B görüntüleme": 1_300, "3.5B": 3_500_000_000,
    "1.2M subscribers": 1_200_000, "１２３": 123,
}  # fmt: skip
NOTHING = [
    "",
    " ",
    "-",
    "—",
    "–",
    "N/A",
    "n/a",
    "null",
    "NaN",
    "None",
    "#N/A",
    "k. A.",
    "yok",
    "brak",
    "нет",
    "暂无",
    "\\N",
]
ODD = ["13,5", "12.50", "<10", "-5", "1E+05", "50%", "abc", "3 days ago", "12 of 30", "5kg", "true", "1,204K",
    "1,2 B", "15 B", "1.2 mil", "1,2 mil.", "9" * 18, "7" * 5_000,
       "1.2.3", "2²", "1½K", "1,,2", "2025-03-04"]  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), COUNTS.items())
def test_count_is_understood(cell, expected):
    assert parse_count(cell) == expected


@pytest.mark.parametrize("cell", NOTHING)
def test_nothing_is_unknown_and_no_zero(cell):
    assert parse_count(cell) is None


@pytest.mark.parametrize("cell", ODD)
def test_what_is_no_count_is_refused(cell):
    with pytest.raises(ValueError, match="not a count"):
        parse_count(cell)


def survey(*cells: str) -> CountSurvey:
    found = CountSurvey()
    for cell in cells:
        found.add(cell)
    return found


def test_point_is_a_separator_of_thousands_unless_the_column_has_decimals():
    assert survey("1.204", "87", "12").parse("1.204") == 1204
    decimals = survey("1.204", "0.5", "12.75")
    with pytest.raises(ValueError, match="not a count"):
        decimals.parse("1.204")


def test_one_odd_cell_decides_nothing():
    assert survey("1,204", "12,5").parse("1,204") == 1204


def test_survey_says_how_many_are_counts():
    found = survey("12", "1.2K", "-", "soon", "")
    assert (found.filled, found.counts, found.largest, found.examples) == (3, 2, 1200, ["soon"])
