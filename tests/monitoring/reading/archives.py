"""Small archives and workbooks, written by hand: as small as a case needs, and as wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import Limits, Record, Table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(
    *sheets: str,
    styles: Sequence[str] = (),
    strings: str = "",
    names: Sequence[str] = (),
    states: Sequence[str] = (),
    properties: str = "",
    main: str = MAIN,
) -> bytes:
    """An XLSX file of sheets that are given as the XML of their rows; `styles` are formats of numbers, s="1" on."""
    tabs = "".join(
        f'<sheet name="{name or f"Sheet{number}"}" sheetId="{number}" state="{state or "visible"}" r:id="rId{number}"/>'
        for number, (name, state) in enumerate(_filled(len(sheets), names, states), start=1)
    )
    kinds = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    kinds += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds, start=1)
    )
    formats = "".join(
        f'<numFmt numFmtId="{164 + number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in enumerate(styles)
    )
    cell_styles = "".join(f'<xf numFmtId="{164 + number}"/>' for number in range(len(styles)))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{RELATIONS}">{properties}'
        f"<sheets>{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": f"<styleSheet><numFmts>{formats}</numFmts><cellXfs><xf/>{cell_styles}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
    }
    for number, rows in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return zipped(parts)


def _filled(count: int, *lists: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*([*each, *[""] * count][:count] for each in lists), strict=True))


def row(number: int, *cells: str) -> str:
    """A row of a sheet: numbers, and texts as inline strings; `<c` begins a cell as it is to be."""
    written = (_cell(f"{chr(65 + place)}{number}", cell) for place, cell in enumerate(cells) if cell)
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: str) -> str:
    if cell.startswith("<c"):
        return cell.replace("<c", f'<c r="{place}"', 1)
    if cell.replace(".", "").isdigit():
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'


def opened(folder: Path, content: bytes | str, limits: Limits | None = None) -> list[Table]:
    """The tables of a file with this content."""
    path = folder / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_tables(path, name="file", limits=limits or Limits())


def cells_of(table: Table) -> list[list[str]]:
    """All rows; none may have a fault."""
    records = list(table.records())
    assert not [record for record in records if record.fault]
    return [record.cells for record in records]


def columns_of(table: Table) -> list[dict[str, str]]:
    """All rows, with the names of their filled cells."""
    return [
        {name: cell for name, cell in zip(table.header, cells, strict=True) if cell}
        for cells in cells_of(table)
    ]


def faults_of(table: Table) -> list[Record]:
    return [record for record in table.records() if record.fault]
