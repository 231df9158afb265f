"""Files of delimited text as a whole: every kind of spoilt file, the export cases, hostile files, and little memory."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.importing.reading.delimited.stream import DelimitedTable
from monitoring.importing.reading.tables import FileError, Limits
from tests.monitoring.reading import polluted
from tests.monitoring.reading.reading import read_bytes, read_text
from tests.shared_data import EXPORTS

FILES = list(polluted.files())


@pytest.mark.parametrize("case", FILES, ids=[case.kind for case in FILES])
def test_each_kind_of_file_is_read_right(case: polluted.Case) -> None:
    table, records = read_bytes(case.data)
    rows = [record.cells for record in records if not record.fault]
    assert (table.names_as_written if table.has_header else []) == case.header
    assert rows == case.rows


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("*/*.csv")), ids=lambda path: path.parent.name)
def test_every_delimited_export_has_rows_and_no_faults(path: Path) -> None:
    table = DelimitedTable(path, limits=Limits())
    records = list(table.records())
    assert table.has_header
    assert records
    assert not [record for record in records if record.fault or record.repair]
    assert {len(record.cells) for record in records} == {len(table.header)}


def test_the_person_reads_what_the_file_is() -> None:
    data = "Yazar;Yorum;Sayı\nIşıl;Çok ağır, şubede kaldı;3\nŞule;İyi değil;4\n".encode("cp1254")
    assert read_bytes(data)[0].kind == "CSV with semicolons, Windows-1254"


def test_rows_of_another_table_are_refused_and_named() -> None:
    text = "id,day,likes\n1,2024-01-01,5\n2,2024-01-02,6\n3,2024-01-03,7\n4,2024-01-04,7\n5,2024-01-05,7\n"
    records = read_text(text + "\nshop,town,owner,size\nNord,Kiel,Ann,big\nSüd,Ulm,Bob,small\n")[1]
    assert [record.line for record in records if record.fault] == [8, 9, 10]
    assert "line 8" in records[-1].fault


def test_damage_is_counted() -> None:
    table, _records = read_bytes(b"id,text\n" + "1,şey\n2,ağır\n".encode() * 9 + b"3,a\xf0\x9f\n4,b\0c\n")
    assert table.notes == ["1 damaged character was replaced.", "1 empty byte was left out."]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n \n", b"\0" * 5000, bytes(range(256)) * 40, b"a" * 300_000, b"," * 20_000 + b"\n1,2\n"],
    ids=["empty", "blank", "NULs", "binary", "one line", "columns"],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(FileError, match=r"[.!]$"):
        read_bytes(data, Limits(line_chars=200_000))


@pytest.mark.parametrize(
    "line",
    [b"x" * 300_000, b"x," * 90_000 + b"y" * 50_000, b'"' * 150_001, b'"a"",' * 30_000, b',"x' * 60_000],
)
def test_a_monstrous_line_is_one_fault(line: bytes) -> None:
    rows = b"".join(b"p%d,2025-01-01,text,%d\n" % (n, n) for n in range(3000))
    data = b"id,day,text,likes\n" + rows + line + b"\n" + rows
    records = read_bytes(data, Limits(line_chars=200_000, columns=5000))[1]
    assert [record.line for record in records if record.fault] == [3002]
    assert len(records) == 6001


class Endless(io.RawIOBase):
    """A header and very many rows, made while they are read."""

    def __init__(self, count: int) -> None:
        self.blocks = self.made(count)
        self.rest = b""

    @staticmethod
    def made(count: int) -> Iterator[bytes]:
        yield b"id,created_at,author,text,likes\n" + b'0,2025-01-01T10:00:00Z,@a,"never closed,1\n'
        for first in range(0, count, 1000):
            yield b"".join(
                b"%d,2025-01-01T10:00:00Z,@u,some text,5\n" % n for n in range(first, first + 1000)
            )

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (block := next(self.blocks, b"")):
            self.rest += block
        block, self.rest = self.rest[:size], self.rest[size:]
        return block


def test_memory_stays_flat_behind_a_quote_that_is_never_closed() -> None:
    table = DelimitedTable(lambda: Endless(200_000), limits=Limits())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(not record.fault for record in table.records()) == 200_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024


def test_progress_goes_from_nothing_to_all() -> None:
    table, _records = read_text("a,b\n" + "1,x\n" * 10)
    assert table.progress == 1.0
