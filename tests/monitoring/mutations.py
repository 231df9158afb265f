"""Ways in which an export is damaged, re-saved or put together by hand before it reaches us, each by a seed."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Literal

from monitoring.importing.preview import limits
from monitoring.importing.reading.delimited.stream import DelimitedTable
from monitoring.importing.reading.opening import open_tables

Quoting = Literal[0, 1]
COPY = "№"  # before the number of a copy of a post
SEPARATORS = (",", ";", "\t", "|", "~", "\x1f")
ENCODINGS = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"),
    *("cp1252", "cp1254", "cp1251", "gb18030", "big5"),
)
NONSENSE = (
    *("", "x", "Unnamed: 3", "col_7", "Column 2", "a;b", '"', "1", "2025-03-01"),
    *("Text", "date", "sentiment", "id"),
)
HUGE_NUMBERS = ("9" * 25, "9" * 400, "1e309", "-9223372036854775809", "1E+99", "٩" * 30, "9" * 5000)
SCALE_CELLS = ("1", "5", "-1", "0.7", "★★", "P", "n", "LABEL_2", "mixed", "🙂", "100", "??")


@dataclass
class Case:
    """A file. `rows` are its cells below the header, as far as they are whole."""

    data: bytes
    header: list[str]
    rows: list[list[str]]
    codec: str = ""  # of delimited text

    @classmethod
    def of(cls, path: Path) -> Case:
        table = open_tables(path, name=path.name, limits=limits())[0]
        rows = [record.cells for record in table.records() if not record.fault]
        codec = table._lines.encoding.codec if isinstance(table, DelimitedTable) else ""
        return cls(path.read_bytes(), list(table.header), rows, codec)

    def text(self) -> str:
        return self.data.decode(self.codec or "utf-8", "replace")

    def encoded(self, text: str) -> bytes:
        return text.encode(self.codec or "utf-8", "replace")

    def written(
        self, separator: str = ",", *, header: bool = True, quoting: Quoting = csv.QUOTE_MINIMAL
    ) -> bytes:
        made = io.StringIO(newline="")
        writer = csv.writer(made, delimiter=separator, quoting=quoting)
        writer.writerows([self.header, *self.rows] if header else self.rows)
        return made.getvalue().encode("utf-8", "surrogatepass")

    def longer(self, texts: Collection[str]) -> Case:
        """The same posts several times, each time with a number behind the text, as CSV. `texts` are those stored."""
        columns = range(len(self.header))
        of_text = max(columns, key=lambda column: sum(row[column].strip() in texts for row in self.rows))
        rows = [
            [f"{cell} {COPY}{number}" if column == of_text else cell for column, cell in enumerate(row)]
            for number in range(8)
            for row in self.rows
            if row[of_text].strip() in texts
        ]
        made = Case(b"", self.header, rows, "utf-8")
        made.data = made.written()
        return made if rows else self

    def column(self, *words: str) -> int | None:
        """The first column whose name has one of these words in it."""
        names = [name.casefold() for name in self.header]
        return next((n for n, name in enumerate(names) if any(word in name for word in words)), None)


Mutation = Callable[[Case, Random], bytes]


def _place(data: bytes, random: Random) -> int:
    return random.randrange(1, max(2, len(data)))


# Of bytes


def cut(case: Case, random: Random) -> bytes:
    return case.data[: _place(case.data, random)]


def beginning_lost(case: Case, random: Random) -> bytes:
    return case.data[_place(case.data, random) // 4 :]


def nul_bytes(case: Case, random: Random) -> bytes:
    data = bytearray(case.data)
    for _ in range(random.choice((1, 3, 50))):
        data.insert(_place(data, random), 0)
    return bytes(data)


def bytes_changed(case: Case, random: Random) -> bytes:
    data = bytearray(case.data)
    for _ in range(random.choice((1, 2, 5, 20))):
        data[_place(data, random) - 1] = random.randrange(256)
    return bytes(data)


def piece_lost(case: Case, random: Random) -> bytes:
    place = _place(case.data, random)
    return case.data[:place] + case.data[place + random.choice((1, 7, 40, 300)) :]


def twice(case: Case, random: Random) -> bytes:
    return case.data + random.choice((b"", b"\n", b"\n\n")) + case.data


def packed(case: Case, random: Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("export.csv", case.data)
        if random.random() < 0.5:
            archive.writestr("readme.txt", "Thank you for using our export.\n")
    return random.choice(
        (made.getvalue(), gzip.compress(case.data, mtime=0), gzip.compress(made.getvalue(), mtime=0))
    )


def packed_and_cut(case: Case, random: Random) -> bytes:
    data = packed(case, random)
    return data[: _place(data, random)]


# Of text


def encoded_anew(case: Case, random: Random) -> bytes:
    return case.text().lstrip("\ufeff").encode(random.choice(ENCODINGS), "replace")


def quotes_broken(case: Case, random: Random) -> bytes:
    text = case.text()
    places = [place for place, sign in enumerate(text) if sign == '"']
    for _ in range(random.choice((1, 1, 3))):
        if places and random.random() < 0.5:
            place = random.choice(places)
            text = text[:place] + text[place + 1 :]
        else:
            place = random.randrange(len(text) + 1)
            text = text[:place] + '"' + text[place:]
    return case.encoded(text)


def lines_joined(case: Case, random: Random) -> bytes:
    lines = case.text().splitlines(keepends=True)
    for _ in range(random.choice((1, 2))):
        place = random.randrange(len(lines))
        lines[place] = lines[place].rstrip("\r\n") + random.choice(("", " "))
    return case.encoded("".join(lines))


def line_broken(case: Case, random: Random) -> bytes:
    text = case.text()
    place = random.randrange(len(text) + 1)
    return case.encoded(text[:place] + random.choice(("\n", "\r\n", "\r", "\u2028")) + text[place:])


def other_line_ends(case: Case, random: Random) -> bytes:
    end = random.choice(("\r", "\r\n", "\n\n", "\r\r\n", "\n\r"))
    return case.encoded(case.text().replace("\r\n", "\n").replace("\n", end))


# Of rows and columns


def rows_shuffled(case: Case, random: Random) -> bytes:
    random.shuffle(case.rows)
    return case.written()


def rows_doubled(case: Case, random: Random) -> bytes:
    case.rows += random.choices(case.rows, k=random.choice((1, len(case.rows))))
    return case.written()


def separator_changed(case: Case, random: Random) -> bytes:
    return case.written(random.choice(SEPARATORS), quoting=random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))


def columns_reordered(case: Case, random: Random) -> bytes:
    order = random.sample(range(len(case.header)), len(case.header))
    case.header = [case.header[place] for place in order]
    case.rows = [[row[place] for place in order] for row in case.rows]
    return case.written()


def column_doubled(case: Case, random: Random) -> bytes:
    column, place = random.randrange(len(case.header)), random.randrange(len(case.header) + 1)
    for row in (case.header, *case.rows):
        row.insert(place, row[column])
    return case.written()


def column_renamed(case: Case, random: Random) -> bytes:
    for _ in range(random.choice((1, 2, len(case.header)))):
        case.header[random.randrange(len(case.header))] = random.choice(NONSENSE)
    return case.written()


def column_dropped(case: Case, random: Random) -> bytes:
    column = random.randrange(len(case.header))
    for row in (case.header, *case.rows):
        del row[column]
    return case.written()


def columns_empty(case: Case, random: Random) -> bytes:
    for _ in range(random.choice((1, 3, 60))):
        place = random.randrange(len(case.header) + 1)
        case.header.insert(place, random.choice(("", "extra", "x")))
        for row in case.rows:
            row.insert(place, "")
    return case.written()


def header_removed(case: Case, random: Random) -> bytes:
    return case.written(header=False)


def header_again(case: Case, random: Random) -> bytes:
    case.rows.insert(random.randrange(len(case.rows) + 1), list(case.header))
    return case.written()


def other_table_below(case: Case, random: Random) -> bytes:
    order = random.sample(range(len(case.header)), len(case.header))
    other = Case(
        b"", [case.header[place] for place in order], [[row[place] for place in order] for row in case.rows]
    )
    return case.written() + random.choice((b"", b"\r\n")) + other.written()


def cells_huge(case: Case, random: Random) -> bytes:
    for _ in range(random.choice((1, 3))):
        row = random.choice(case.rows)
        row[random.randrange(len(row))] = random.choice(("long " * 30_000, "x" * 140_000, "ü,\n" * 3_000))
    return case.written()


def numbers_huge(case: Case, random: Random) -> bytes:
    for row in random.choices(case.rows, k=3):
        row[random.randrange(len(row))] = random.choice(HUGE_NUMBERS)
    return case.written()


def cells_moved(case: Case, random: Random) -> bytes:
    """Some rows lack a cell, or have one more, as after editing by hand."""
    for row in random.choices(case.rows, k=random.choice((1, 2))):
        place = random.randrange(len(row))
        if random.random() < 0.5:
            del row[place]
        else:
            row.insert(place, random.choice(("", "x", "7")))
    return case.written()


def dates_in_another_shape(case: Case, random: Random) -> bytes:
    column = next((n for n, cell in enumerate(case.rows[0]) if _iso(cell)), None) if case.rows else None
    if column is None:
        return case.written()
    shape = random.choice(SHAPES)
    for row in random.sample(case.rows, max(1, len(case.rows) // random.choice((1, 2, 4)))):
        if at := _iso(row[column]):
            row[column] = shape(at)
    return case.written()


def _iso(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell.strip()) if len(cell.strip()) > 15 else None
    except ValueError:
        return None


def _zoned(at: datetime) -> str:
    return at.strftime(" %z") if at.tzinfo else ""


SHAPES: tuple[Callable[[datetime], str], ...] = (
    lambda at: at.strftime("%d %B %Y %H:%M:%S") + _zoned(at),
    lambda at: at.strftime("%b %d, %Y %I:%M:%S %p") + _zoned(at),
    lambda at: at.strftime("%Y/%m/%d %H:%M:%S") + _zoned(at),
    lambda at: at.strftime("%d/%m/%Y %H:%M:%S") + _zoned(at),
    lambda at: at.strftime("%m/%d/%Y %H:%M:%S") + _zoned(at),
    lambda at: at.strftime("%d.%m.%Y %H:%M:%S") + _zoned(at),
    lambda at: at.strftime("%m/%d/%y %I:%M %p"),
    lambda at: at.strftime("%Y%m%d%H%M%S"),
    lambda at: at.strftime("%b %Y"),
    lambda at: at.strftime("%Y-%m"),
    lambda at: str(int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())),
    lambda at: f"{(at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp():.2E}",
    lambda at: str((at.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400),  # noqa: DTZ001
    lambda at: at.strftime(f"令和{at.year - 2018}年%m月%d日 %H:%M:%S"),
    lambda at: at.strftime(f"民國{at.year - 1911}年%m月%d日 %H:%M:%S"),
    lambda at: at.strftime(f"{at.year - 1911}/%m/%d %H:%M:%S"),
    lambda at: at.strftime(f"{at.year + 543}-%m-%d %H:%M:%S"),
    lambda at: at.strftime("%H:%M"),
)


def sentiment_mixed(case: Case, random: Random) -> bytes:
    column = case.column(
        "sentiment", "tone", "stimm", "duygu", "rating", "score", "tendenz", "label", "sentymen"
    )
    if column is not None:
        for row in random.sample(case.rows, max(1, len(case.rows) // random.choice((1, 2, 4)))):
            row[column] = random.choice(SCALE_CELLS)
    return case.written()


OF_BYTES: tuple[Mutation, ...] = (
    cut,
    beginning_lost,
    nul_bytes,
    bytes_changed,
    piece_lost,
    twice,
    packed,
    packed_and_cut,
)
OF_TEXT: tuple[Mutation, ...] = (encoded_anew, quotes_broken, lines_joined, line_broken, other_line_ends)
OF_ROWS: tuple[Mutation, ...] = (
    rows_shuffled,
    rows_doubled,
    separator_changed,
    columns_reordered,
    column_doubled,
    column_renamed,
    column_dropped,
    columns_empty,
    header_removed,
    header_again,
    other_table_below,
    cells_huge,
    numbers_huge,
    cells_moved,
    dates_in_another_shape,
    sentiment_mixed,
)


def mutated(case: Case, random: Random) -> tuple[str, bytes]:
    """What was done, and the file."""
    mutation = random.choice((*OF_BYTES, *(OF_TEXT * 2 if case.codec else ()), *OF_ROWS, *OF_ROWS))
    return mutation.__name__, mutation(case, random)
