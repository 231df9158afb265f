"""Where the table begins, and what its columns are called."""

from __future__ import annotations

import pytest

from tests.monitoring.reading.reading import read_text

ROWS = "1,2024-03-01,good,12\n2,2024-03-02,bad,7\n3,2024-03-03,fine,0\n4,2024-03-04,poor,3\n"
NAMES = ["no", "day", "words", "likes"]


@pytest.mark.parametrize(
    "above",
    [
        "",
        "Posts of the week\n\n",
        "Report:,Posts\nFrom:,2024-03-01\n\n",
        "Posts of the week,,,\n,,,\n",
        "# made by a tool\n# all times are UTC\n",
    ],
)
def test_what_stands_above_the_header_is_no_part_of_the_table(above: str) -> None:
    table, records = read_text(above + "no,day,words,likes\n" + ROWS)
    assert list(table.header) == NAMES
    assert len(table.preamble) == sum(bool(line.strip()) for line in above.split("\n"))
    assert [record.cells[0] for record in records] == ["1", "2", "3", "4"]
    assert records[0].line == above.count("\n") + 2


def test_a_file_without_names_gets_made_up_ones() -> None:
    table, records = read_text(ROWS)
    assert not table.has_header
    assert list(table.header) == ["Column 1", "Column 2", "Column 3", "Column 4"]
    assert len(records) == 4


def test_a_column_without_name_gets_one_too() -> None:
    assert list(read_text("no,,words,likes\n" + ROWS)[0].header) == ["no", "Column 2", "words", "likes"]


def test_a_header_that_is_repeated_is_said_once() -> None:
    table, records = read_text("no,day,words,likes\n" * 2 + ROWS)
    assert list(table.header) == NAMES
    assert table.names_as_written == ["no no", "day day", "words words", "likes likes"]
    assert len(records) == 4


def test_two_rows_of_names_are_joined() -> None:
    table, _records = read_text("no,day,words,likes\nfirst,local,spoken,given\n" + ROWS)
    assert list(table.header) == ["no first", "day local", "words spoken", "likes given"]


def test_a_row_that_describes_the_columns_is_said_and_left_out() -> None:
    described = (
        "how many of them came before,which day it was when,what was said by whom,how many liked it and why\n"
    )
    table, records = read_text("no,day,words,likes\n" + described + ROWS)
    assert list(table.header) == NAMES
    assert len(records) == 4
    assert "1 row below the header" in " ".join(table.notes)


def test_a_group_row_goes_for_the_columns_to_its_right() -> None:
    rows = "1,2024-03-01,5,6\n2,2024-03-02,7,8\n3,2024-03-03,9,1\n"
    table, _records = read_text(",,Likes,\nno,day,us,us\n" + rows)
    assert list(table.header)[:2] == ["no", "day"]
    table, _records = read_text("Who,,What,\nno,day,no,day\n" + rows)
    assert list(table.header) == ["Who no", "Who day", "What no", "What day"]


def test_a_line_break_in_a_name_stays() -> None:
    table, records = read_text('no,day,"words\n1 good\n2 bad",likes\n' + ROWS)
    assert table.header[2] == "words\n1 good\n2 bad"
    assert records[0].line == 4


def test_a_column_of_words_only_has_a_header_unless_its_first_word_comes_again() -> None:
    assert read_text("mood\n" + "good day\nbad day\n" * 10)[0].has_header
    assert not read_text("good day\n" + "good day\nbad day\n" * 10)[0].has_header


def test_row_numbers_may_have_no_name() -> None:
    table, records = read_text("day,words,likes\n" + ROWS)
    assert list(table.header) == ["Column 1", "day", "words", "likes"]
    assert records[0].cells[0] == "1"


def test_years_are_names_although_they_are_numbers() -> None:
    assert list(read_text("town,2022,2023\nKiel,1,2\nUlm,3,4\nJena,5,6\n")[0].header) == [
        "town",
        "2022",
        "2023",
    ]


def test_a_broken_header_is_said() -> None:
    table, _records = read_text("no,dayWords,likes\n" + ROWS.replace("\n4", "\n7"))
    assert len(table.header) == 4
    assert "look whether each name" in " ".join(table.notes)
