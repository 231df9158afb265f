"""Which characters separate and quote the cells."""

from __future__ import annotations

import pytest

from monitoring.importing.reading.delimited import dialect as dialects
from tests.monitoring.reading.polluted import HEADER, Style, table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~", "^", " ", ":"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_separator_and_quote_are_found(delimiter: str, quote: str) -> None:
    rows = [[cell.replace("'", "") for cell in row] for row in [HEADER, *table()]]
    found = dialects.find(Style(delimiter, quote, line_end="\n").file(rows))
    assert (found.delimiter, found.quote) == (delimiter, quote)


def test_a_separator_of_several_characters_is_replaced_by_one() -> None:
    text = Style("||", line_end="\n").file([HEADER, *table()])
    found = dialects.find(text)
    assert found.written == "||"
    assert found.prepare(text).count(found.delimiter) == 8 * 86


@pytest.mark.parametrize(
    ("line", "named"), [("sep=;\n", ";"), ('"sep=,"\n', ","), ("SEP=\\t\n", "\t"), ("a;b\n", "")]
)
def test_a_sep_line_names_it(line: str, named: str) -> None:
    assert dialects.named(line) == named


def test_commas_in_texts_separate_nothing() -> None:
    text = "comment\n" + "well, this is bad\nno\nwhy, oh why, and when\nsee you, soon\nnothing works\n" * 5
    assert dialects.find(text).delimiter == ""


def test_decimal_commas_are_not_taken_for_separators() -> None:
    assert dialects.find("a;b;c\n" + "1,5;2,25;3,75\n4,5;6,25;8,5\n" * 5).delimiter == ";"


def test_a_backslash_escapes_quotes_only_where_some_are_escaped() -> None:
    assert dialects.find('"a","b"\n"1","say \\"no\\" now"\n').has_backslash
    assert not dialects.find('"a","b"\n"1","C:\\"\n"2","D:\\"\n').has_backslash


def test_a_quote_that_is_never_closed_does_not_hide_the_others() -> None:
    rows = Style(line_end="\n").file(table())
    assert dialects.find('1,2,3,4,5,6,"open,8,9\n' + rows).quote == '"'


def test_colons_of_times_separate_nothing() -> None:
    text = (
        "time,user,message\n"
        + "10:00,ann,well, so what\n10:05,bob,no\n10:15,cid,yes\n11:30,dan,ok, fine\n" * 3
    )
    assert dialects.find(text).delimiter == ","
