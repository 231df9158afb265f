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
from monitoring.importing.csv_file import CsvFile
from monitoring.importing.faults import FileFault, RowFault
from monitoring.importing.lines import MAX_LINE_BYTES
from monitoring.importing.rows import RowParser
from tests.monitoring.conftest import COLUMNS, as_csv, row

NOW = datetime(2026, 4, 1, tzinfo=UTC)
LIMIT = 5 * 1024 * 1024
HEAD = ",".join(COLUMNS).encode() + b"\n"


def read(path: Path, data: bytes, max_bytes: int = LIMIT):
    """(header, records) of a file with these bytes."""
    path.write_bytes(data)
    with CsvFile(path, max_bytes=max_bytes) as file:
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


def test_byte_order_mark_and_windows_line_ends_are_not_data(path):
    file, records = read(path, b"\xef\xbb\xbf" + as_csv([row()]))
    assert file.header == COLUMNS
    assert records[0].cells[-1] == "neutral"


def test_packed_and_plain_read_the_same(path):
    data = as_csv([row(n, text="line\nbreak") for n in range(300)])
    assert read(path, gzip.compress(data))[1] == read(path, data)[1]


def test_a_megabyte_in_one_cell_costs_that_row_only(path):
    _file, records = read(path, as_csv([row(1), row(2, text="x" * 1024 * 1024), row(3)]))
    assert [record.fault != "" for record in records] == [False, True, False]
    assert [record.line for record in records] == [2, 3, 4]


def test_a_cell_too_large_for_the_csv_module_costs_that_row_only(path):
    _file, records = read(path, as_csv([row(1), row(2, text="y " * 70_000), row(3)]))
    assert [record.fault for record in records] == ["", "a cell of more than 128 kB", ""]


def test_unclosed_quote_costs_its_line_and_not_the_rest(path):
    lines = as_csv([row(n) for n in range(1, 501)]).split(b"\r\n")
    lines[10] = lines[10].replace(b"Post", b'"Post')  # a quote at the start of a cell
    _file, records = read(path, b"\n".join(lines))
    faulty = [record.line for record in records if record.fault]
    assert faulty == [11]
    assert len(records) == 500


def test_file_cut_off_in_a_quoted_cell_stores_nothing_half(path):
    data = as_csv([row(1), row(2, text="first line\nsecond line")])
    _file, records = read(path, data[: data.index(b"second")])
    assert [bool(record.fault) for record in records[1:]] != [False]
    assert all(record.fault or len(record.cells) < len(COLUMNS) for record in records[1:])


def test_reading_goes_on_behind_any_record(path):
    data = as_csv([row(n, text=f"one\ntwo {n} ğüş") for n in range(40)])
    for content in (data, gzip.compress(data)):
        path.write_bytes(content)
        with CsvFile(path, max_bytes=LIMIT) as file:
            everything = [(record, file.offset, file.line) for record in file.records()]
        for stop in (0, 7, 38):
            _record, offset, line = everything[stop]
            with CsvFile(path, max_bytes=LIMIT) as file:
                file.go_to(offset, line)
                assert list(file.records()) == [r for r, _o, _l in everything[stop + 1 :]]


# Anything ------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.booleans(), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(tmp_path_factory, data, headed, packed):
    path = tmp_path_factory.mktemp("any") / "file.csv"
    data = (HEAD if headed else b"") + data
    path.write_bytes(gzip.compress(data) if packed else data)
    try:
        with CsvFile(path, max_bytes=LIMIT) as file:
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
    with CsvFile(path, max_bytes=LIMIT) as file:
        assert [record.cells for record in file.records()] == rows
