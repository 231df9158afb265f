"""A CSV file as records: streaming, and able to start again in the middle.

What is wrong with the file as a whole raises FileFault. What is wrong with one row is that row's fault alone; reading
goes on behind it.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from django.utils.translation import gettext as _

from monitoring.importing import columns, file_kind
from monitoring.importing.faults import FileFault
from monitoring.importing.lines import (
    MAX_LINE_BYTES,
    UNPACKING_ERRORS,
    Lines,
    LineTooLong,
    TooManyLines,
    damaged,
)
from monitoring.importing.records import Record

MAX_CELL_CHARS = 128 * 1024  # the csv module's own bound
DELIMITERS = (",", ";", "\t", "|")


class CsvFile:
    """A CSV file, packed with gzip or not, opened for reading from its start or from a known place behind a record.

    `header` holds the names in its first line. `max_bytes` bounds what is read of it, unpacked.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        try:
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise FileFault(_("The file cannot be read: %(why)s.") % {"why": error.strerror}) from error
        is_packed = self._raw.read(2) == file_kind.GZIP_MAGIC
        self._raw.seek(0)
        self._stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw) if is_packed else self._raw)
        file_kind.require_text(self._head())
        self._lines = Lines(self._stream, max_bytes=max_bytes)
        self.header, self.delimiter = self._read_header()

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def offset(self) -> int:
        """Unpacked bytes up to the end of the last record that was read."""
        return self._lines.offset

    @property
    def line(self) -> int:
        """Lines up to the end of the last record that was read."""
        return self._lines.line

    @property
    def bytes_done(self) -> int:
        """How far the file as it lies there has been read."""
        return self._raw.tell()

    def go_to(self, offset: int, line: int) -> None:
        """Carry on behind the record that ended there. A packed file is unpacked up to it once more."""
        self._stream.seek(offset)
        self._lines = Lines(self._stream, max_bytes=self._max_bytes, offset=offset, line=line)

    def records(self) -> Iterator[Record]:
        """The rows behind the header. Blank lines are none."""
        parser = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
        while True:
            first = self._lines.line + 1
            try:
                cells = next(parser)
            except StopIteration:
                return
            except LineTooLong:
                self._lines.finish()
                yield Record(first, [], _("a line of more than %(kb)d kB") % {"kb": MAX_LINE_BYTES // 1024})
            except (TooManyLines, csv.Error) as error:
                yield self._give_up(first, error)
            else:
                self._lines.finish()
                if cells:
                    yield Record(first, cells)

    def _give_up(self, first: int, error: Exception) -> Record:
        """Only the record's first line is lost; the ones that a stray quote swallowed are read again."""
        text = self._lines.first_taken[:500]
        self._lines.finish(1)
        if "field larger" in str(error):
            reason = _("a cell of more than %(kb)d kB") % {"kb": MAX_CELL_CHARS // 1024}
        elif isinstance(error, TooManyLines) or "end of data" in str(error):
            reason = _("a quote is opened and never closed")
        else:
            reason = _("quotes inside a cell must be doubled")
        return Record(first, [text], reason)

    def _head(self) -> bytes:
        try:
            return self._stream.peek(file_kind.HEAD_BYTES)[: file_kind.HEAD_BYTES]
        except UNPACKING_ERRORS as error:
            raise damaged() from error

    def _read_header(self) -> tuple[list[str], str]:
        """The names in the first line, and the delimiter that yields most columns we know."""
        try:
            line = next(self._lines)
        except (StopIteration, LineTooLong, TooManyLines) as error:
            raise _no_header() from error
        self._lines.finish()
        split = []
        for delimiter in DELIMITERS:
            try:
                names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
            except csv.Error:
                continue
            split.append((columns.count_known(names), len(names), names, delimiter))
        if not split:
            raise _no_header()
        _known, _width, names, delimiter = max(split, key=lambda found: found[:2])
        return names, delimiter


def _no_header() -> FileFault:
    return FileFault(_("The first line does not hold column names. Export the file as CSV."))
