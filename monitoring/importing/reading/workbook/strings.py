"""The strings of a workbook, which its cells refer to by number."""

from __future__ import annotations

import os
import re
import tempfile
from array import array

from django.utils.translation import gettext as _

from monitoring.importing.reading.tables import FileError, Limits
from monitoring.importing.reading.workbook.parts import ItemBound, Names, Package, guarded_parser, pieces

KEPT_STRINGS = 100_000
KEPT_CHARS = 8_000_000  # in memory; the rest waits in a temporary file
MAX_BYTES = 1024**3  # of XML
MAX_STRINGS = 8_000_000  # as many as eight columns of texts in a full sheet

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # characters that XML cannot hold, and line ends of some tools


def unescaped(text: str) -> str:
    """Text with Excel's `_x000D_` as the characters they stand for. NUL and halves of pairs become nothing."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda match: _character(int(match[1], 16)), text)


def _character(code: int) -> str:
    return "" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


class Strings:
    """The first strings in memory (words that repeat come early), the others in a file: memory stays flat."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._kept_chars = 0
        self._ends = array("Q", [0])
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the last reader

    def add(self, text: str) -> None:
        if len(self._kept) < KEPT_STRINGS and self._kept_chars < KEPT_CHARS and len(self._ends) == 1:
            self._kept.append(text)
            self._kept_chars += len(text)
            return
        self._ends.append(self._ends[-1] + self._file.write(text.encode()))

    def __len__(self) -> int:
        return len(self._kept) + len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        """Raises IndexError for numbers that the workbook does not hold."""
        if number < 0:
            raise IndexError(number)
        if number < len(self._kept):
            return self._kept[number]
        place = number - len(self._kept)
        start, end = self._ends[place], self._ends[place + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()

    def close_writing(self) -> None:
        self._file.flush()


def read_strings(package: Package, part: str, limits: Limits) -> Strings:
    """All strings of a part, rich text joined, readings of Japanese characters (rPh) left out.

    A string beyond limits.cell_chars is cut one character above it, so that its row becomes a fault.
    """
    strings, names = Strings(), Names()
    if not part or not package.size(part):
        return strings
    collector = Collector(limits.cell_chars)
    parser = guarded_parser()

    def start(name: str, _attributes: dict[str, str]) -> None:
        collector.start(names[name])

    def end(name: str) -> None:
        if names[name] == "si":
            strings.add(collector.take())
        else:
            collector.end(names[name])

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = collector.data
    with package.open(part) as stream:
        bound = ItemBound()
        for done in pieces(stream, parser):
            bound.check(len(strings), done)
            if done > MAX_BYTES or len(strings) > MAX_STRINGS:
                raise FileError(_("This workbook holds too much text. Save the sheet with the posts as CSV."))
    strings.close_writing()
    return strings


class Collector:
    """Collects what stands in `<t>`, but not inside `<rPh>`."""

    def __init__(self, limit: int) -> None:
        self._texts: list[str] = []
        self._length, self._limit = 0, limit
        self._inside = self._reading = False

    def start(self, name: str) -> None:
        self._reading = self._reading or name == "rPh"
        self._inside = name == "t" and not self._reading

    def end(self, name: str) -> None:
        self._inside = False
        self._reading = self._reading and name != "rPh"

    def data(self, text: str) -> None:
        if self._inside and self._length <= self._limit:
            self._texts.append(text)
            self._length += len(text)

    def take(self) -> str:
        """The text since the last call."""
        text = unescaped("".join(self._texts))[: self._limit + 1]
        self._texts.clear()
        self._length, self._inside, self._reading = 0, False, False
        return text
