"""A file is opened by what is in it; what is no table is said in one sentence; nothing else ever happens."""

from __future__ import annotations

import io
import json
import random
import time
import zipfile
from itertools import islice
from pathlib import Path

import pytest

from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import FileError, Limits
from tests.monitoring.reading.archives import cells_of, opened, row, workbook, zipped
from tests.monitoring.reading.test_feeds import ATOM, ATOM_ENTRY, RSS, RSS_ENTRY, feed
from tests.monitoring.reading.test_objects import POSTS
from tests.shared_data import EXPORTS

PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1254"></head>
<body><h1>Rapor</h1>
<table><tr><th>id</th><th>Tarih</th><th>Yorum</th></tr>
<tr><td>1</td><td>2025-01-01</td><td>Kapak <b>yine</b><br>akıtıyor &amp; ses yok</td></tr>
<tr><td>2<td>2025-01-02<td>Cevap   yok</table></body></html>"""
MAKERS = {
    "JSON": json.dumps({"data": POSTS * 3}).encode(),
    "JSON lines": "\n".join(map(json.dumps, POSTS * 3)).encode(),
    "script": f"window.YTD.tweets.part0 = {json.dumps(POSTS, indent=1)}".encode(),
    "columns": json.dumps({name: [post[name] for post in POSTS] for name in POSTS[0]}).encode(),
    "lists": json.dumps(
        {"columns": list(POSTS[0]), "data": [list(post.values()) for post in POSTS]}
    ).encode(),
    "Atom": feed(ATOM, ATOM_ENTRY).encode(),
    "RSS": feed(RSS, RSS_ENTRY).encode(),
    "page": PAGE.encode("cp1254"),
    "workbook": workbook(
        row(1, "id", "date", "text") + row(2, "1", '<c s="1"><v>45719.5</v></c>', "words"), styles=["d/m/yy"]
    ),
    "ZIP": zipped({"a.json": json.dumps(POSTS), "b.csv": "id,text\n1,some words\n"}),
}


@pytest.mark.parametrize(
    ("content", "seems"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\x00" * 5000, "zeros"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0....", "picture"),
        (b"\x00\x00\x00\x20ftypmp42....", "video"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"SQLite format 3\x00....", "SQLite"),
        (b"PAR1....", "Parquet"),
        (b"Rar!\x1a\x07....", "archive"),
        (b"MZ\x90\x00....", "program"),
        (b"{\\rtf1 hello}", "RTF"),
        (random.Random(1).randbytes(5000), "neither text nor"),
        ("<!DOCTYPE html><html><body><form>Log in</form></body></html>", "log in"),
        ("<html><body><table><tr><td>Log in</td></tr></table></body></html>", "log in"),
        ("<table><tr><td>id</td><td>text</td></tr><![<", "damaged"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "Excel 2003",
        ),
        ('<?xml version="1.0"?><posts><post>x</post></posts>', "XML"),
        ("(function(){return 1})()", "program"),
    ],
)
def test_what_is_no_table_is_said(tmp_path: Path, content: bytes | str, seems: str) -> None:
    with pytest.raises(FileError, match=seems):
        opened(tmp_path, content)


def test_a_web_page_that_is_a_table(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, PAGE.encode("cp1254"))
    assert list(table.header) == ["id", "Tarih", "Yorum"]
    assert cells_of(table) == [
        ["1", "2025-01-01", "Kapak yine\nakıtıyor & ses yok"],
        ["2", "2025-01-02", "Cevap yok"],
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_text_of_two_bytes_is_text(tmp_path: Path, encoding: str) -> None:
    text = "id\tДата\tТекст\n" + "1\t2025-01-01\tКрышка опять протекает, никто не отвечает\n" * 20
    (table,) = opened(tmp_path, text.encode(encoding))
    assert len(cells_of(table)) == 20


def test_text_that_only_begins_like_another_format(tmp_path: Path) -> None:
    for first in ("[deleted]", "{name}", "<3 Ostria"):
        text = "author,date,text\n" if first == "<3 Ostria" else ""
        text += f"{first},2025-01-01,some words here\n" * 3
        assert len(cells_of(opened(tmp_path, text)[0])) >= 2


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the cases are not part of the repository")
def test_every_case_is_opened() -> None:
    files = [path for path in sorted(EXPORTS.glob("*/*")) if path.name != "expected.json"]
    for path in files:
        table = open_tables(path, name=path.name, limits=Limits())[0]
        records = list(table.records())
        assert len(records) >= 3, path
        assert not [record for record in records if record.fault], path
        assert {len(record.cells) for record in records} == {len(table.header)}, path


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A file that is cut, doubled, shuffled, or has other bytes in some places."""
    place, other = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    kind = chance.randrange(7)
    if kind == 0:
        return content[:other]
    if kind == 1:
        return content[:place] + content[other:]
    if kind == 2:
        return content[:other] + content[place:]
    if kind == 3:
        pieces = [content[start : start + 40] for start in range(0, len(content), 40)]
        chance.shuffle(pieces)
        return b"".join(pieces)
    if kind == 4:
        return (
            content[:place]
            + chance.choice([b"\x00", b"\xff\xfe", b"<", b'"', b"[[[", b"}", b"\\", b"&x;"]) * 9
            + content[place:]
        )
    changed = bytearray(content)
    for _ in range(chance.choice([1, 3, 30])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def with_mutated_part(content: bytes, chance: random.Random) -> bytes:
    """A workbook or an archive in which one part is mutated, packed as it should be."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    return zipped(parts | {name: mutated(parts[name], chance)})


@pytest.mark.parametrize("kind", [*MAKERS, "parts of a workbook", "parts of a ZIP"])
def test_mutations_end_in_rows_or_in_one_sentence(tmp_path: Path, kind: str) -> None:
    chance, refused = random.Random(kind), 0
    mutate = with_mutated_part if kind.startswith("parts of") else mutated
    for _ in range(60):
        content = mutate(MAKERS[kind.removeprefix("parts of a ")], chance)
        begin = time.perf_counter()
        try:
            for table in opened(tmp_path, content):
                for record in islice(table.records(), 1000):
                    assert record.fault or len(record.cells) == len(table.header)
                    assert not any(
                        "\x00" in cell or cell != cell.encode(errors="replace").decode()
                        for cell in record.cells
                    )
        except FileError:
            refused += 1
        assert time.perf_counter() - begin < 5
    assert refused < 60
