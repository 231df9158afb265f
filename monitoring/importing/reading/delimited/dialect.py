"""Which characters separate and quote the cells: the reading that makes rows of one width out of typed cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitoring.importing.reading.delimited.cell_kinds import (
    ADDRESS,
    CODE,
    DATE,
    EMPTY,
    MAIL,
    NUMBER,
    TIME,
    kind,
)

SAMPLE_CHARS = 128 * 1024
SINGLE = ",;\t|~^\x01\x1f§¦:# "
SEVERAL = ("||", "|~|", "~~", "^^", "\t\t", "::", ";;", "\\t", "¦¦")
STAND_IN = "\x1f"  # for a separator of several characters, which the csv module does not know
MOST_RUN_LINES = 60  # of a record in the sample: beyond that its quote is a stray one
FEWEST_ROWS = 3
ONE_COLUMN = 0.06  # the score of a file without any separator, which a separator must beat
# A space or a colon stands in any text, a number sign before any tag: they must do better than the others.
DOUBTFUL = {" ": 0.55, ":": 0.4, "#": 0.4, "'": 0.9}
SURE = 0.8  # where nearly all rows are of one width
WORTH = {NUMBER: 1.0, DATE: 1.0, TIME: 1.0, ADDRESS: 1.0, MAIL: 1.0, CODE: 0.7, EMPTY: 0.15}
AMID_DIGITS = re.compile(r"(?<=\d):(?=\d)|:(?=//)")  # colons of times and addresses
SEP_LINE = re.compile(r"\ufeff?\"?sep=(\\t|[^\n]{1,3}?)\"?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","  # "" where the file is one column
    quote: str = '"'  # "" where nothing is quoted
    has_backslash: bool = False  # a quote within a cell is written \"
    skips_space: bool = False  # behind each separator
    is_wrapped: bool = False  # each line is quoted once more, as one cell
    written: str = field(
        default="", compare=False
    )  # the separator in the file, where several characters stand for one

    @property
    def csv(self) -> dict[str, Any]:
        """For csv.reader."""
        return {
            "delimiter": self.delimiter or STAND_IN,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": "\\" if self.has_backslash else None,
            "skipinitialspace": self.skips_space,
        }

    @property
    def is_plain(self) -> bool:
        """Whether the csv module can read the text as it is."""
        return not self.written and not self.is_wrapped

    def prepare(self, text: str) -> str:
        """For the csv module."""
        if self.is_wrapped:
            text = "".join(map(_unwrapped, lines_of(text)))
        return text.replace(self.written, self.delimiter) if self.written else text


@dataclass(frozen=True)
class Run:
    """A record of the sample: its lines from `start` (0 is the first) to before `end`."""

    start: int
    end: int
    cells: list[str]


def lines_of(text: str) -> list[str]:
    """With their line ends; only a line feed ends a line."""
    return io.StringIO(text, newline="\n").readlines()


def named(text: str) -> str:
    """The separator that a first line such as "sep=;" names, or none."""
    found = SEP_LINE.match(text)
    return {"\\t": "\t"}.get(found[1], found[1]) if found else ""


def find(text: str, delimiter: str = "") -> Dialect:
    """The dialect of the file that begins so; `delimiter` where it is known."""
    text = text[:SAMPLE_CHARS]
    if _is_wrapped(text):
        return replace(find("".join(map(_unwrapped, lines_of(text))), delimiter), is_wrapped=True)
    scores = {each: score(text, each) for each in _possible(text, delimiter)}
    best = max(scores, key=lambda dialect: scores[dialect])
    if delimiter or (scores[best] >= ONE_COLUMN and best.delimiter != " "):
        return best
    regular = [each for each in scores if each.delimiter in {*",;\t|"} and _is_regular(text, each)]
    if regular:  # texts hold blanks, and hardly anything that looks like data
        return max(regular, key=lambda dialect: scores[dialect])
    return best if scores[best] >= ONE_COLUMN else Dialect("", '"')


def _is_regular(text: str, dialect: Dialect) -> bool:
    """Whether all rows below the first few have one width, of three cells or more."""
    widths = [len(run.cells) for run in runs(lines_of(dialect.prepare(text)), dialect) if any(run.cells)]
    body = widths[min(3, len(widths) // 2) :]
    return len(body) >= FEWEST_ROWS and len(set(body)) == 1 and body[0] > 2


def _is_wrapped(text: str) -> bool:
    """Nearly each line is one quoted cell, which holds quotes that are doubled or the same number of separators."""
    lines = lines_of(text)[:-1][:MOST_RUN_LINES] or [text]
    if sum(map(_is_one_cell, lines)) < 0.9 * len(lines):
        return False
    inner = [_unwrapped(line) for line in lines]
    counts = {each: {line.count(each) for line in inner} for each in ",;\t|"}
    has_quotes = any('"' in line for line in inner)
    return has_quotes or any(len(found) == 1 and found != {0} for found in counts.values())


def _is_one_cell(line: str) -> bool:
    bare = line.strip()
    return len(bare) > 1 and bare[0] == bare[-1] == '"' and '"' not in bare[1:-1].replace('""', "")


def _unwrapped(line: str) -> str:
    bare = line.strip()
    return bare[1:-1].replace('""', '"') + "\n" if _is_one_cell(line) else line


def _possible(text: str, delimiter: str) -> Iterator[Dialect]:
    quotes = [quote for quote in ('"', "'") if quote in text] or ['"']
    several = [each for each in SEVERAL if text.count(each) * 2 > text.count("\n")]
    for separator in [delimiter] if delimiter else [*SINGLE, *several]:
        if separator not in text or any(
            text.count(each) * len(each) == text.count(separator) for each in several if each[0] == separator
        ):
            continue
        if separator == ":" and len(AMID_DIGITS.findall(text)) * 2 > text.count(":"):
            continue
        single, written = (separator, "") if len(separator) == 1 else (STAND_IN, separator)
        has_space = text.count(separator + " ") * 2 > text.count(separator)
        for quote in [*quotes, ""]:
            plain = Dialect(single, quote, written=written)
            yield plain
            if has_space and not written:
                yield replace(plain, skips_space=True)
            if quote and _is_backslashed(text, quote, separator):
                yield replace(plain, has_backslash=True)
    yield Dialect(delimiter[:1], quotes[0])


def _is_backslashed(text: str, quote: str, separator: str) -> bool:
    """A backslash before the end of a cell may be the cell's last character, as in a path."""
    return bool(re.search(rf"\\{quote}(?!{re.escape(separator)}|\n|$)", text))


def score(text: str, dialect: Dialect) -> float:
    """0 to about 1: share of rows with the commonest width x share of typed cells x a penalty for stray quotes."""
    rows = [run.cells for run in runs(lines_of(dialect.prepare(text)), dialect)]
    rows = [row for row in (rows[:-1] if len(rows) > 5 and not text.endswith("\n") else rows) if row]
    if not rows:
        return 0.0
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda each: (widths[each] * (each > 1), each))
    if width < 2:
        return 0.0
    alike = _share_alike(rows, width, widths)
    typed = _typed_share(row for row in rows if len(row) > 1)
    doubt = DOUBTFUL.get(dialect.delimiter, 1.0)
    if alike > 0.98 and width > 3 and len(rows) > 5:
        doubt = max(doubt, SURE)
    return alike**2 * (0.1 + typed) * _quoting(text, dialect, rows) * doubt


def _share_alike(rows: Sequence[Sequence[str]], width: int, widths: Counter[int]) -> float:
    """Narrower rows count half, where cells may be left out at their ends; wider ones a third: texts may be split."""
    wide = len(rows[0]) if len(rows[0]) > width > 1 else width
    shorter = sum(count for each, count in widths.items() if 1 < each <= wide and each != width)
    wider = sum(count for each, count in widths.items() if each > width == len(rows[0]))
    return (widths[width] + shorter / 2 + wider / 3) / len(rows)


def _typed_share(rows: Iterable[Sequence[str]]) -> float:
    worth = cells = 0.0
    for number, row in enumerate(rows):
        if number < 500:
            cells += len(row)
            worth += sum(WORTH.get(kind(cell), 0.0) for cell in row)
    return worth / max(cells, 1)


def _quoting(text: str, dialect: Dialect, rows: Sequence[Sequence[str]]) -> float:
    """1 where each quote stands where one belongs, less where quotes stand in the cells."""
    cells = max(sum(map(len, rows)), 1)
    if not dialect.quote:
        wrapped = sum(
            cell[:1] == cell[-1:] and cell[:1] in ('"', "'") and len(cell) > 1 for row in rows for cell in row
        )
        return 1 - 0.9 * min(1, 3 * wrapped / cells) if wrapped else 0.97
    text = dialect.prepare(text)
    all_quotes = text.count(dialect.quote)
    stray = len(stray_quotes(dialect).findall(text))
    factor = 1 - 0.8 * min(1.0, stray / max(all_quotes, 1))
    if dialect.quote == "'" and stray * 4 > all_quotes:
        return 0.0
    other = sum(cell[:1] == cell[-1:] == '"' and len(cell) > 1 for row in rows for cell in row)
    return factor * (1 - 0.9 * min(1, 3 * other / cells)) * DOUBTFUL.get(dialect.quote, 1.0)


def stray_quotes(dialect: Dialect) -> re.Pattern[str]:
    """Finds a quote in the midst of a cell, and an empty quoted cell with text at its end.

    Both patterns begin with the quote itself: so the search is fast.
    """
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter or STAND_IN)
    before = delimiter + (" " if dialect.skips_space else "") + (r"\\" if dialect.has_backslash else "")
    return re.compile(
        rf"{quote}(?:(?![{delimiter}{quote}\n])(?<=[^{before}{quote}\n]{quote})"
        rf"|{quote}(?![{delimiter}{quote}\n])(?<![^{delimiter}\n]{quote}{quote}))(?!\Z)"
    )


def runs(lines: Sequence[str], dialect: Dialect) -> Iterator[Run]:
    """The records of a sample. A quote that is never closed costs one line."""
    start = 0
    while start < len(lines):
        window = lines[start : start + 4 * MOST_RUN_LINES]
        whole = start
        for run in _closed(window, start, dialect, is_last=start + len(window) == len(lines)):
            yield run
            whole = run.end
        if whole == start:  # not even the first: it is taken line by line
            cells = lines[start].rstrip("\n").split(dialect.delimiter or STAND_IN)
            yield Run(start, start + 1, cells)
            whole += 1
        start = whole


def _closed(window: Sequence[str], base: int, dialect: Dialect, *, is_last: bool) -> Iterator[Run]:
    """The records up to one that has too many lines, or that the window or the file may cut."""
    reader = csv.reader(window, **dialect.csv)
    start = 0
    try:
        for cells in reader:
            end = reader.line_num
            is_cut = (
                end == len(window)
                and (not is_last or end - start > 1)
                and _is_open(window[start:end], dialect)
            )
            if is_cut or end - start > MOST_RUN_LINES:
                return
            yield Run(base + start, base + end, cells)
            start = end
    except csv.Error:  # a cell beyond the module's limit
        return


def _is_open(lines: Sequence[str], dialect: Dialect) -> bool:
    return bool(dialect.quote) and sum(line.count(dialect.quote) for line in lines) % 2 == 1
