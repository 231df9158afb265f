"""XLSX workbooks: what a sheet shows, as text."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from monitoring.importing.reading.tables import FileError, Limits
from monitoring.importing.reading.workbook import strings
from monitoring.importing.reading.workbook.formats import Shown, date_text, number_text, shown_by
from tests.monitoring.reading.archives import cells_of, faults_of, opened, row, workbook, zipped

HEADER = ("id", "date", "text")
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", Shown.NUMBER),
        ("0.00%", Shown.NUMBER),
        ('#,##0.00 "days"', Shown.NUMBER),
        ("[Red]-#,##0", Shown.NUMBER),
        ("0.00E+00", Shown.NUMBER),
        ("@", Shown.NUMBER),
        ("dd.mm.yyyy hh:mm", Shown.MOMENT),
        ("[$-409]m/d/yy h:mm AM/PM;@", Shown.MOMENT),
        ("[$-41F]d mmmm yyyy;@", Shown.DATE),
        ('yyyy"年"m"月"d"日"', Shown.DATE),
        ("mmm-yy", Shown.DATE),
        ("hh:mm:ss", Shown.TIME),
        ("mm:ss.0", Shown.TIME),
        ("[h]:mm:ss", Shown.DURATION),
        ("[mm]:ss", Shown.DURATION),
    ],
)
def test_a_format_says_whether_a_number_is_a_date(code: str, shown: Shown) -> None:
    assert shown_by(code) is shown


@pytest.mark.parametrize(
    ("serial", "shown", "text"),
    [
        ("45719.34375", Shown.MOMENT, "2025-03-03T08:15:00"),
        ("45721.99998842592", Shown.MOMENT, "2025-03-05T23:59:59"),
        ("45719", Shown.DATE, "2025-03-03"),
        ("45719", Shown.MOMENT, "2025-03-03T00:00:00"),
        ("45719.5", Shown.DATE, "2025-03-03T12:00:00"),
        ("0.34375", Shown.TIME, "08:15:00"),
        ("1.09375", Shown.DURATION, "26:15:00"),
        ("0.34375", Shown.DATE, "08:15:00"),
        ("45719.3437501157", Shown.MOMENT, "2025-03-03T08:15:00.010"),
        ("1", Shown.DATE, "1900-01-01"),
        ("59", Shown.DATE, "1900-02-28"),
        ("60", Shown.DATE, "1900-02-29"),
        ("61", Shown.DATE, "1900-03-01"),
        ("0", Shown.DATE, "0"),
        ("-3", Shown.DATE, "-3"),
        ("99999999", Shown.DATE, "99999999"),
        ("nan", Shown.DATE, "nan"),
    ],
)
def test_a_serial_date_is_read(serial: str, shown: Shown, text: str) -> None:
    assert date_text(serial, shown, first_1904=False) == text


def test_old_macs_count_from_1904() -> None:
    assert date_text("44257.25", Shown.MOMENT, first_1904=True) == "2025-03-03T06:00:00"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("29", "29"),
        ("29.0", "29"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"),
        ("1898200000000000001", "1898200000000000001"),
        ("1.8982000000000001E+18", "1898200000000000000"),
        ("1.5E-7", "0.00000015"),
        ("1E+300", "1e+300"),
        ("x", "x"),
    ],
)
def test_a_number_is_digits(stored: str, text: str) -> None:
    assert number_text(stored) == text


def test_kinds_of_cells(tmp_path: Path) -> None:
    texts = (
        '<si><t xml:space="preserve"> kept </t></si>'
        "<si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>"
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><t>two_x000D_\nlines &amp; more</t></si>"
    )
    shared = [f'<c t="s"><v>{number}</v></c>' for number in range(4)]
    cells = [
        *shared,
        '<c t="b"><v>1</v></c>',
        '<c t="e"><v>#N/A</v></c>',
        '<c t="str"><f>A1&amp;"x"</f><v>kept value</v></c>',
        "<c><f>1+1</f></c>",
        '<c s="1"><v>0.25</v></c>',
        '<c t="d"><v>2025-03-03T08:15:00.000</v></c>',
        '<c t="s"><v>99</v></c>',
    ]
    rows = row(1, *"abcdefghijk") + row(2, *cells)
    (table,) = opened(tmp_path, workbook(rows, strings=texts, styles=["0%"]))
    (cells,) = cells_of(table)
    assert len(table.notes) == 1  # of the formula without a value
    assert cells[:5] == [" kept ", "rich text", "東京", "two\r\nlines & more", "true"]
    assert cells[5:] == ["", "kept value", "", "0.25", "2025-03-03T08:15:00", ""]


def test_strings_beyond_what_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "KEPT_STRINGS", 4)
    words = ["id", "date", "text", "1", "2025-01-01", "", "Kapak akıtıyor 🙄", "2", "2025-01-02", "again"]
    cells = [f'<c t="s"><v>{number}</v></c>' for number in (0, 1, 2, 3, 4, 6, 7, 8, 9)]
    rows = row(1, *cells[:3]) + row(2, *cells[3:6]) + row(3, *cells[6:])
    (table,) = opened(tmp_path, workbook(rows, strings="".join(f"<si><t>{word}</t></si>" for word in words)))
    assert cells_of(table) == [["1", "2025-01-01", "Kapak akıtıyor 🙄"], ["2", "2025-01-02", "again"]]


def test_the_table_may_stand_lower_and_further_right(tmp_path: Path) -> None:
    rows = row(3, "", "Report of March") + row(6, "", "", *HEADER)
    rows += "".join(
        row(number, "", "", str(number), '<c s="1"><v>45719.5</v></c>', f"late again {number}")
        for number in (7, 9)
    )
    (table,) = opened(tmp_path, workbook(rows, styles=["dd.mm.yyyy hh:mm"]))
    assert list(table.header)[-3:] == list(HEADER)
    assert list(table.preamble) == ["Report of March"]
    assert [(record.line, record.cells[-3:]) for record in table.records()] == [
        (7, ["7", "2025-03-03T12:00:00", "late again 7"]),
        (9, ["9", "2025-03-03T12:00:00", "late again 9"]),
    ]
    assert table.progress == 1


def test_cells_without_places_follow_each_other(tmp_path: Path) -> None:
    rows = _without_places()
    (table,) = opened(tmp_path, workbook(rows))
    assert cells_of(table) == [["1", "2025-01-01", "some words"]]


def _without_places() -> str:
    rows = (HEADER, ("1", "2025-01-01", "some words"))
    return "".join(
        "<row>" + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in cells) + "</row>" for cells in rows
    )


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_strict_namespace_and_prefixes(tmp_path: Path, prefix: str) -> None:
    rows = (row(1, *HEADER) + row(2, "1", "2025-01-01", "some words")).replace("</", f"</{prefix}")
    rows = rows.replace("<", f"<{prefix}").replace(f"<{prefix}/", "</")
    (table,) = opened(tmp_path, workbook(rows, main=f'{STRICT}" xmlns:x="{STRICT}'))
    assert cells_of(table) == [["1", "2025-01-01", "some words"]]


def test_sheets_with_posts_come_first_and_hidden_ones_are_said(tmp_path: Path) -> None:
    posts = row(1, *HEADER) + row(2, "1", "2025-01-01", "the lid leaks again")
    totals = row(1, "Total", "8")
    found = opened(
        tmp_path, workbook(totals, posts, posts, names=["Summary", "Posts", "Old"], states=["", "", "hidden"])
    )
    assert [table.name for table in found] == ["Posts", "Old", "Summary"]
    assert [len(table.notes) for table in found] == [0, 1, 0]


def test_a_far_cell_costs_nothing(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    rows = row(1, *HEADER) + row(2, "1", "2025-01-01", "some words") + far
    (table,) = opened(tmp_path, workbook(rows))
    records = list(table.records())
    assert records[0].cells == ["1", "2025-01-01", "some words"]
    assert [record.line for record in records if record.repair] == [1048576]
    with pytest.raises(FileError):
        opened(tmp_path, workbook('<row r="1"><c r="XFE1"><v>1</v></c></row>'))


def test_a_cell_that_is_too_long_is_a_fault_of_its_row(tmp_path: Path) -> None:
    rows = row(1, *HEADER) + row(2, "1", "2025-01-01", "x" * 30) + row(3, "2", "2025-01-01", "some words")
    (table,) = opened(tmp_path, workbook(rows), Limits(cell_chars=20))
    assert [record.line for record in faults_of(table)] == [2]


@pytest.mark.parametrize(
    "content",
    [
        workbook(""),
        workbook(row(1, *HEADER)[:-9]),
        workbook(row(1, *HEADER)).replace(b"PK\x05\x06", b"PK\x05\x07"),
        zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "no xml"}),
        zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83"}),
        zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
        zipped({"Index/Document.iwa": b"\x00", "preview.jpg": b"\xff\xd8\xff"}),
    ],
    ids=["empty", "cut XML", "cut ZIP", "no XML", "xlsb", "Word", "ODS", "Numbers"],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError) as caught:
        opened(tmp_path, content)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_entities_are_refused(tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(row(1, *HEADER), strings="<si/>"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + parts[part]
    with pytest.raises(FileError, match="DTD"):
        opened(tmp_path, zipped(parts))
