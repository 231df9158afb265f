"""The documents of a JSON file: one, or one in each line; always as UTF-8."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.delimited import encoding
from monitoring.importing.reading.objects.brackets import ROOT, BrokenOff, Element, Paths, Survey, Walk
from monitoring.importing.reading.tables import Limits

PIECE = 256 * 1024
LOOKED_AT = 2000  # documents, of which those in lines are all alike
MARK = "\ufeff"


class Documents:
    """The text of a JSON file. `done` is how many of `size` bytes were read by the latest reader."""

    def __init__(self, source: packed.Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        head = source.head()
        self._encoding = encoding.detect(head)
        self.beginning = head.decode(self._encoding.codec, "replace").lstrip(MARK)
        self.one_per_line = _is_lines(self.beginning)
        self.done, self.size = 0, max(source.size, 1)

    def _open(self) -> BinaryIO:
        stream = self._source.open()
        if self._encoding.codec == "utf-8":
            return stream
        return codecs.EncodedFile(stream, "utf-8", self._encoding.codec, "replace")

    def start(self, count: int) -> bytes:
        """The first bytes."""
        with self._open() as stream:
            return stream.read(count)

    def _walks(self, stream: BinaryIO, paths: Paths) -> Iterator[tuple[int, Walk]]:
        """A walk over each document, and the line in which it begins. A damaged line ends only its own walk."""
        if not self.one_per_line:
            yield 1, Walk(self._counted(stream), self._limits, paths)
            return
        for number, line in self._lines(stream):
            yield number, Walk(_once(line), self._limits, paths)

    def _counted(self, stream: BinaryIO) -> Callable[[], bytes]:
        def read() -> bytes:
            data = stream.read(PIECE)
            self.done += len(data)
            return data

        return read

    def _lines(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """Lines that hold anything, with their numbers; of one that is too long the first part."""
        number = 0
        while line := stream.readline(self._limits.line_chars + 1):
            number += 1
            whole = line
            while whole and not whole.endswith(b"\n") and len(whole) > self._limits.line_chars:
                whole = stream.readline(self._limits.line_chars + 1)
            self.done += len(line)
            if line.strip():
                yield number, line

    def survey(self) -> Survey:
        """What stands where in all documents. Raises FileError for brackets in brackets without end."""
        found, paths = Survey(), Paths()
        with self._open() as stream:
            for _number, walk in islice(self._walks(stream, paths), LOOKED_AT):
                try:
                    walk.survey(found)
                except BrokenOff:
                    found.broken = True
        return found

    def elements(self, wanted: str, most: int | None = None) -> Iterator[Element]:
        """The records in the containers of one path. What breaks off is one element with a fault.

        `most`: how many there are, where that is known; then the file is not read on behind them.
        """
        self.done = 0
        with self._open() as stream:
            if wanted == ROOT and self.one_per_line:
                yield from (self._line(place, line) for place, line in self._lines(stream))
            else:
                yield from islice(self._inner_elements(stream, wanted), most)
        self.done = self.size

    def _inner_elements(self, stream: BinaryIO, wanted: str) -> Iterator[Element]:
        number = 0
        for _line, walk in self._walks(stream, Paths()):
            try:
                for element in walk.elements(wanted, number + 1):
                    number = element.line
                    yield element
            except BrokenOff:
                number += 1
                yield Element(
                    number, fault=_("The file is damaged or breaks off here; nothing behind it is read.")
                )

    def _line(self, number: int, line: bytes) -> Element:
        if len(line) > self._limits.line_chars:
            return Element(
                number,
                fault=_("This line has more than %(count)s characters.") % {"count": self._limits.line_chars},
            )
        return Element(number, line)


def _once(line: bytes) -> Callable[[], bytes]:
    rest = [line]
    return lambda: rest.pop() if rest else b""


def _is_lines(beginning: str) -> bool:
    """True where lines are whole documents: the first one, or most of them if the first one is damaged."""
    lines = [line for line in beginning.splitlines()[:LOOKED_AT] if line.strip()]
    if len(lines) < 2 or not lines[1].lstrip().startswith(("{", "[")):
        return False
    if not lines[0].lstrip().startswith("{"):
        return _is_document(lines[0])
    return _is_document(lines[0]) or sum(map(_is_document, lines)) * 2 > len(lines)


def _is_document(line: str) -> bool:
    try:
        return isinstance(json.loads(line.rstrip(" ,")), dict | list)
    except (ValueError, RecursionError):
        return False
