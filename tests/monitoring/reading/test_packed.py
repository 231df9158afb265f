"""gzip and ZIP: what is inside is read, within bounds that are measured while reading."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from monitoring.importing.reading import packed
from monitoring.importing.reading.tables import FileError, Limits
from tests.monitoring.reading.archives import cells_of, opened, row, workbook, zipped

CSV = "id,created_at,text\n1,2025-01-01T10:00:00Z,the lid leaks again\n2,2025-01-02T10:00:00Z,no answer so far\n"
ROWS = [line.split(",") for line in CSV.splitlines()[1:]]
BOOK = workbook(row(1, "id", "date", "text") + row(2, "1", "2025-01-01", "some words here"))
LINES = (
    '{"id": 1, "at": "2025-01-01T10:00:00Z", "text": "some words"}\n{"id": 2, "text": "more words here"}\n'
)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(CSV.encode()),
        gzip.compress(CSV[:50].encode()) + gzip.compress(CSV[50:].encode()),
        zipped({"posts.csv": CSV}),
        zipped(
            {
                "README.txt": "hello",
                "folder/": "",
                "folder/posts.csv": CSV,
                "__MACOSX/._posts.csv": b"\x00\x05",
            }
        ),
        zipped(
            {
                "posts.csv": CSV,
                "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 99,
                "a.pdf": b"%PDF-1.7",
                "e.csv": "",
            }
        ),
        zipped(
            {
                "posts.csv": CSV,
                "assets/app.js": "(function(){return [1]})()",
                "Your archive.html": "<html>x</html>",
            }
        ),
    ],
    ids=map(str, range(6)),  # what is packed has the time in it
)
def test_one_table_inside(tmp_path: Path, content: bytes) -> None:
    (table,) = opened(tmp_path, content)
    assert cells_of(table) == ROWS
    assert table.progress > 0.5


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, zipped({"posts.csv": CSV, "a.jpg": b"\xff\xd8\xff", "b": b"\x89PNG\r\n"}))
    assert table.name == "posts.csv"
    assert [note for note in table.notes if "a.jpg" in note]
    assert [note for note in table.notes if "b" in note]


def test_several_formats_in_one_archive(tmp_path: Path) -> None:
    files = {
        "x.csv": CSV,
        "y.xlsx": BOOK,
        "z.jsonl": LINES,
        "data/tweets.js": f"window.YTD.tweets.part0 = [{LINES.splitlines()[0]}]",
    }
    found = opened(tmp_path, zipped(files))
    assert [table.name for table in found] == ["x.csv", "y.xlsx · Sheet1", "z.jsonl", "data/tweets.js"]
    assert [len(cells_of(table)) for table in found] == [2, 1, 2, 1]


def test_a_file_that_cannot_be_read_spoils_no_other(tmp_path: Path) -> None:
    feed = '<!DOCTYPE x [<!ENTITY a "b">]><rss><channel/></rss>'
    (table,) = opened(tmp_path, zipped({"deep.json": "[{" * 99, "feed.xml": feed, "posts.csv": CSV}))
    assert [note.partition(" ")[0] for note in table.notes] == ["“deep.json”", "“feed.xml”"]


def test_settings_beside_posts_are_left_out(tmp_path: Path) -> None:
    (table,) = opened(
        tmp_path, zipped({"data/account.js": 'window.YTD.account.part0 = [{"id": 1}]', "posts.csv": CSV})
    )
    assert table.name == "posts.csv"
    assert "data/account.js" in table.notes[0]


def test_a_workbook_packed_with_gzip(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, gzip.compress(BOOK))
    assert cells_of(table) == [["1", "2025-01-01", "some words here"]]


@pytest.mark.parametrize(
    "content",
    [
        zipped({"inner.zip": zipped({"posts.csv": CSV})}),
        zipped({"posts.csv": CSV, "inner.csv.gz": gzip.compress(CSV.encode())}),
        zipped({"inner.tar": b"x" * 257 + b"ustar" + b"\x00" * 99}),
        gzip.compress(gzip.compress(CSV.encode())),
        gzip.compress(zipped({"posts.csv": CSV})),
    ],
    ids=["ZIP in ZIP", "gzip in ZIP", "tar in ZIP", "gzip in gzip", "ZIP in gzip"],
)
def test_archives_in_archives_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match="another archive"):
        opened(tmp_path, content)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_bomb_is_refused_while_it_is_read(tmp_path: Path, method: int) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", method) as archive:
        archive.writestr("posts.csv", CSV + "1,2025-01-01T10:00:00Z,again\n" * 700_000)
    with pytest.raises(FileError, match="200 times"):
        list(opened(tmp_path, bomb.getvalue())[0].records())


def test_the_size_is_bounded_whatever_the_directory_says(tmp_path: Path) -> None:
    content = zipped({"posts.csv": CSV + "1,2025-01-01T10:00:00Z,again and again\n" * 5000})
    real = len(CSV) + 39 * 5000
    lying = content.replace(struct.pack("<L", real), struct.pack("<L", 100))
    for bytes_ in (content, lying, gzip.compress(CSV.encode() * 2000)):
        with pytest.raises(FileError):
            list(opened(tmp_path, bytes_, Limits(unpacked_bytes=20_000))[0].records())


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = workbook(row(1, "id", "date", "text") + "<row><c/></row>" * 1_200_000)
    with pytest.raises(FileError, match="200 times"):
        list(opened(tmp_path, bomb)[0].records())
    one_row = workbook(
        row(1, "id", "date", "text")
        + "<row>"
        + "".join(f"<c><v>{n}</v></c>" for n in range(16_500))
        + "</row>"
    )
    with pytest.raises(FileError):
        list(opened(tmp_path, one_row)[0].records())


def test_passwords_are_said(tmp_path: Path) -> None:
    content = bytearray(zipped({"posts.csv": CSV}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    with pytest.raises(FileError, match="password"):
        opened(tmp_path, bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        zipped({"posts.csv": CSV})[:-30],
        zipped({"posts.csv": CSV}).replace(b"PK\x01\x02", b"PK\x01\x03"),
        zipped({"posts.csv": CSV})[:40] + b"\xff" * 20 + zipped({"posts.csv": CSV})[60:],
        gzip.compress(CSV.encode())[:-12],
        b"\x1f\x8b" + b"\x00" * 50,
    ],
    ids=map(str, range(5)),  # what is packed has the time in it
)
def test_damage_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match="damaged"):
        list(opened(tmp_path, content)[0].records())


def test_archives_without_posts(tmp_path: Path) -> None:
    for content in (
        zipped({}),
        zipped({"README.txt": "x"}),
        zipped({"a.jpg": b"\xff\xd8\xff"}),
        zipped({"a.csv": ""}),
    ):
        with pytest.raises(FileError):
            opened(tmp_path, content)
    with pytest.raises(FileError, match="more than 3 files"):
        opened(tmp_path, zipped({f"{n}.csv": CSV for n in range(4)}), Limits(members=3))
    with pytest.raises(FileError, match="Unpack it"):
        opened(tmp_path, bz2.compress(CSV.encode()))


def test_readers_of_one_temporary_file_have_places_of_their_own() -> None:
    source = packed.spooled(packed.Source(lambda: io.BytesIO(b"0123456789"), 10))
    with source.open() as one, source.open() as other:
        assert (one.read(3), other.read(5), one.read()) == (b"012", b"01234", b"3456789")
        assert (other.seek(-2, io.SEEK_END), other.read()) == (8, b"89")
