"""Files as they really come: every one is read, or refused with a sentence that says what to do."""

from __future__ import annotations

import csv
import gzip
import io
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.importing import columns
from monitoring.importing.reading import MAX_LINE_BYTES, FileFault, MentionFile
from monitoring.importing.rejects import safe_cell
from monitoring.importing.rows import RowFault, RowParser
from tests.monitoring.conftest import COLUMNS, as_csv, row

NOW = datetime(2026, 4, 1, tzinfo=UTC)
LIMIT = 5 * 1024 * 1024
HEAD = ",".join(COLUMNS).encode() + b"\n"


def read(path: Path, data: bytes, max_bytes: int = LIMIT):
    """(header, records) of a file with these bytes."""
    path.write_bytes(data)
    with MentionFile(path, max_bytes=max_bytes) as file:
        columns.find(file.header)
        return file, list(file.records())


def refusal(path: Path, data: bytes, max_bytes: int = LIMIT) -> str:
    with pytest.raises(FileFault) as fault:
        read(path, data, max_bytes)
    return str(fault.value)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mentions.csv"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf  \n", "is empty"),
        (as_csv([row()]).decode().encode("utf-16"), "UTF-16"),
        (as_csv([row()]).decode().encode("utf-16-be"), "UTF-16"),
        (as_csv([row(text="Grüße aus Łódź")]).decode().encode("iso-8859-2", "replace"), "not UTF-8"),
        (as_csv([row(text="Çok kötü")]).decode().encode("cp1254"), "Line 2 is not UTF-8"),
        (b"<!doctype html><html><body>Please sign in</body></html>", "web page"),
        (b"\n  <html>", "web page"),
        (b"PK\x03\x04 and the rest of a workbook", "spreadsheet"),
        (b"%PDF-1.7 ...", "PDF"),
        (b'[{"id": 1}]', "JSON"),
        (b"one,two,three\n1,2,3\n", "Missing columns: id, created_at, text"),
        (b"id,text\n1,hello\n", "Missing columns: created_at"),
        (b"x" * (MAX_LINE_BYTES + 10), "does not hold column names"),
        (b"\x1f\x8b\x08\x00rubbish", "damaged"),
        (gzip.compress(as_csv([row(n) for n in range(5000)]))[:-400], "damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_what_to_do(path, data, says):
    assert says in refusal(path, data)


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(path):
    bomb = gzip.compress(HEAD + b"0" * (50 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert "larger than 5 MB" in refusal(path, bomb)


def test_many_rows_beyond_the_bound_are_refused(path):
    assert "Split it" in refusal(path, as_csv([row(n) for n in range(2000)]), max_bytes=50_000)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_by_the_names_they_separate(path, delimiter):
    file, records = read(path, as_csv([row(text="a, b; c")], delimiter=delimiter))
    assert file.delimiter == delimiter
    assert records[0].cells[5] == "a, b; c"


def test_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(path):
    file, records = read(path, b"\xef\xbb\xbf" + as_csv([row()]))
    assert file.header == COLUMNS
    assert records[0].cells[-1] == "neutral"


def test_packed_and_plain_read_the_same(path):
    data = as_csv([row(n, text="line\nbreak") for n in range(300)])
    assert read(path, gzip.compress(data))[1] == read(path, data)[1]


def test_names_of_other_tools_are_understood():
    found = columns.find(["Tweet_ID", "Tweet Created", "Airline Sentiment", "Text", "Airline", "Name"])
    assert found == {"id": 0, "created_at": 1, "sentiment": 2, "text": 3, "brand": 4, "author": 5}


def test_a_megabyte_in_one_cell_costs_that_row_only(path):
    _file, records = read(path, as_csv([row(1), row(2, text="x" * 1024 * 1024), row(3)]))
    assert [record.fault != "" for record in records] == [False, True, False]
    assert [record.line for record in records] == [2, 3, 4]


def test_a_cell_too_large_for_the_csv_module_costs_that_row_only(path):
    _file, records = read(path, as_csv([row(1), row(2, text="y " * 70_000), row(3)]))
    assert [record.fault for record in records] == ["", "a cell of more than 128 kB", ""]


def test_a_quote_that_is_never_closed_costs_its_line_and_not_the_rest(path):
    lines = as_csv([row(n) for n in range(1, 501)]).split(b"\r\n")
    lines[10] = lines[10].replace(b"Post", b'"Post')  # a quote at the start of a cell
    _file, records = read(path, b"\n".join(lines))
    faulty = [record.line for record in records if record.fault]
    assert faulty == [11]
    assert len(records) == 500


def test_a_file_cut_off_in_the_middle_of_a_quoted_cell_stores_nothing_half(path):
    data = as_csv([row(1), row(2, text="first line\nsecond line")])
    _file, records = read(path, data[: data.index(b"second")])
    assert [bool(record.fault) for record in records[1:]] != [False]
    assert all(record.fault or len(record.cells) < len(COLUMNS) for record in records[1:])


def test_reading_goes_on_behind_any_record(path):
    data = as_csv([row(n, text=f"one\ntwo {n} ğüş") for n in range(40)])
    for content in (data, gzip.compress(data)):
        path.write_bytes(content)
        with MentionFile(path, max_bytes=LIMIT) as file:
            everything = [(record, file.offset, file.line) for record in file.records()]
        for stop in (0, 7, 38):
            _record, offset, line = everything[stop]
            with MentionFile(path, max_bytes=LIMIT) as file:
                file.go_to(offset, line)
                assert list(file.records()) == [r for r, _o, _l in everything[stop + 1 :]]


# Rows ----------------------------------------------------------------------------------------------------------------


def parse(**cells: str):
    from monitoring.importing.reading import Record

    names = sorted({*row(), *cells})
    filled = {**row(), **cells}
    parser = RowParser(
        columns.find(names), len(names), brands={"kestrel air": 1}, default_brand=None, now=NOW
    )
    return parser.parse(Record(2, [filled.get(name, "") for name in names]))


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"created_at": "2026-04-02T00:00:00Z"}, "future"),
        ({"created_at": "9999-12-31T23:59:59-12:00"}, "not understood"),
        ({"created_at": "03/04/2026"}, "not understood"),
        ({"created_at": "1970-01-01T00:00:00Z"}, "too long ago"),
        ({"created_at": ""}, "no date"),
        ({"id": ""}, "no id"),
        ({"id": "7" * 201}, "id is longer"),
        ({"text": "   "}, "no text"),
        ({"text": "x" * 20_001}, "longer than 20000"),
        ({"text": "a\0b"}, "NUL"),
        ({"sentiment": "angry"}, "use negative"),
        ({"brand": "Nobody"}, "“Nobody” is not known"),
        ({"brand": ""}, "no brand named"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"author": "x" * 201}, "author is longer"),
        ({"likes": "-3"}, "not a whole number"),
        ({"likes": "many"}, "not a whole number"),
        ({"likes": "9" * 30}, "not a whole number"),
        ({"author_followers": "١٢"}, "not a whole number"),
        ({"is_brand_own": "perhaps"}, "use 1 or 0"),
    ],
)
def test_a_row_that_cannot_be_stored_says_why(cells, says):
    with pytest.raises(RowFault, match=says):
        parse(**cells)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00:00 -0800", datetime(2026, 3, 1, 18, tzinfo=UTC)),
        ("2026-03-01T10:00:00+03:00", datetime(2026, 3, 1, 7, tzinfo=UTC)),
        ("Sun Mar 01 10:00:00 +0000 2026", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_times_become_instants(written, means):
    assert parse(created_at=written).posted_at == means


def test_empty_means_unknown_and_never_zero():
    parsed = parse(sentiment="", likes="", retweets="0", author_followers="12.0")
    assert (parsed.sentiment, parsed.likes, parsed.retweets, parsed.author_followers) == ("", None, 0, 12)


def test_a_post_without_number_is_known_by_its_address():
    assert parse(id="", url="https://example.com/1").external_id == "https://example.com/1"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1"])
def test_no_cell_of_the_rejects_is_a_formula(cell):
    assert safe_cell(cell).startswith("'")


# Anything ------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.booleans(), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(tmp_path_factory, data, headed, packed):
    path = tmp_path_factory.mktemp("any") / "file.csv"
    data = (HEAD if headed else b"") + data
    path.write_bytes(gzip.compress(data) if packed else data)
    try:
        with MentionFile(path, max_bytes=LIMIT) as file:
            parser = RowParser(
                columns.find(file.header), len(file.header), brands={}, default_brand=1, now=NOW
            )
            for record in file.records():
                with suppress(RowFault):
                    parser.parse(record)
    except FileFault:
        pass


CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=7, max_size=7), max_size=12))
def test_what_a_spreadsheet_writes_is_what_we_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("round") / "file.csv"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    path.write_bytes(text.getvalue().encode())
    with MentionFile(path, max_bytes=LIMIT) as file:
        assert [record.cells for record in file.records()] == rows
