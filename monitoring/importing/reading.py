"""From bytes to records: bounded, streaming, and able to start again in the middle.

What is wrong with the file as a whole raises FileFault, with a sentence for the person who chose it. What is wrong
with one row is that row's fault alone; reading goes on behind it.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from django.utils.translation import gettext as _

MAX_LINE_BYTES = 256 * 1024
# A quote that is never closed would swallow the rest of the file; no post has this many lines.
MAX_LINES_PER_RECORD = 200
MAX_CELL_CHARS = 128 * 1024
DELIMITERS = (",", ";", "\t", "|")
GZIP_MAGIC = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


class FileFault(Exception):
    """The file cannot be imported; the message says what to do. Nothing of it was stored."""


@dataclass(frozen=True)
class Record:
    line: int  # number of its first line in the file
    cells: list[str]
    fault: str = ""  # why it could not be read


@dataclass(frozen=True)
class _Line:
    size: int
    text: str | None  # None: longer than a line may be


class _Runaway(Exception):
    """A record that takes more lines than a record may."""


class _TooLong(Exception):
    """A line that is longer than a line may be."""


class _Feed:
    """Hands lines to the csv module and remembers those of the record being read, so that they can be given back."""

    def __init__(self, stream: BinaryIO, offset: int, line: int, max_bytes: int) -> None:
        self._stream = stream
        self._waiting: deque[_Line] = deque()
        self._read_bytes = offset
        self._max_bytes = max_bytes
        self.taken: list[_Line] = []
        self.offset, self.line = offset, line  # behind the last finished record

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES_PER_RECORD:
            raise _Runaway
        line = self._waiting.popleft() if self._waiting else self._read()
        if not line.size:
            raise StopIteration
        self.taken.append(line)
        if line.text is None:
            raise _TooLong if len(self.taken) == 1 else _Runaway
        return line.text

    def finish(self, lines: int | None = None) -> None:
        """The first `lines` of those taken (default: all) are dealt with; the others will be read again."""
        done = len(self.taken) if lines is None else lines
        self._waiting.extendleft(reversed(self.taken[done:]))
        self.offset += sum(line.size for line in self.taken[:done])
        self.line += done
        self.taken = []

    def _read(self) -> _Line:
        try:
            raw = self._stream.readline(MAX_LINE_BYTES)
            size = len(raw)
            too_long = size == MAX_LINE_BYTES and not raw.endswith(b"\n")
            rest = raw
            while too_long and rest and not rest.endswith(b"\n"):
                rest = self._stream.readline(MAX_LINE_BYTES)
                size += len(rest)
                self._within_bounds(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileFault(
                _("The packed file is damaged or incomplete. Export it again, or upload it unpacked.")
            ) from error
        self._read_bytes += size
        self._within_bounds()
        if too_long:
            return _Line(size, None)
        try:
            return _Line(size, raw.decode("utf-8-sig" if self._read_bytes == size else "utf-8"))
        except UnicodeDecodeError as error:
            raise FileFault(
                _(
                    "Line %(line)d is not UTF-8 text. Save the file with the encoding UTF-8 (in Excel: “CSV UTF-8”) "
                    "and try again."
                )
                % {"line": self.line + len(self.taken) + 1}
            ) from error

    def _within_bounds(self, more: int = 0) -> None:
        if self._read_bytes + more > self._max_bytes:
            raise FileFault(
                _("Unpacked, the file is larger than %(mb)d MB. Split it and import the parts.")
                % {"mb": self._max_bytes // (1024 * 1024)}
            )


class MentionFile:
    """A CSV file, packed with gzip or not, opened for reading from its start or from a known place behind a record."""

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        try:
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise FileFault(_("The file cannot be read: %(why)s.") % {"why": error.strerror}) from error
        is_packed = self._raw.read(2) == GZIP_MAGIC
        self._raw.seek(0)
        self._stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw) if is_packed else self._raw)
        self._check_kind()
        self._feed = _Feed(self._stream, 0, 0, max_bytes)
        self.header, self.delimiter = self._read_header()

    def __enter__(self) -> MentionFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def offset(self) -> int:
        """Unpacked bytes up to the end of the last record that was read."""
        return self._feed.offset

    @property
    def line(self) -> int:
        return self._feed.line

    @property
    def bytes_done(self) -> int:
        """How far the file as it lies there has been read."""
        return self._raw.tell()

    def go_to(self, offset: int, line: int) -> None:
        """Carry on behind the record that ended there. A packed file is unpacked up to it once more."""
        self._stream.seek(offset)
        self._feed = _Feed(self._stream, offset, line, self.max_bytes)

    def records(self) -> Iterator[Record]:
        """The rows behind the header. Blank lines are none."""
        parser = csv.reader(self._feed, delimiter=self.delimiter, strict=True)
        while True:
            first = self._feed.line + 1
            try:
                cells = next(parser)
            except StopIteration:
                return
            except _TooLong:
                self._feed.finish()
                yield Record(first, [], _("a line of more than %(kb)d kB") % {"kb": MAX_LINE_BYTES // 1024})
            except (_Runaway, csv.Error) as error:
                yield self._give_up(first, error)
            else:
                self._feed.finish()
                if cells:
                    yield Record(first, cells)

    def _give_up(self, first: int, error: Exception) -> Record:
        """Only the record's first line is lost; the ones that a stray quote swallowed are read again."""
        text = (self._feed.taken[0].text or "")[:500] if self._feed.taken else ""
        self._feed.finish(1)
        if "field larger" in str(error):
            reason = _("a cell of more than %(kb)d kB") % {"kb": MAX_CELL_CHARS // 1024}
        elif isinstance(error, _Runaway) or "end of data" in str(error):
            reason = _("a quote is opened and never closed")
        else:
            reason = _("quotes inside a cell must be doubled")
        return Record(first, [text], reason)

    def _read_header(self) -> tuple[list[str], str]:
        """The names in the first line, split at the sign that yields most columns we know."""
        from monitoring.importing.columns import recognised

        try:
            line = next(self._feed)
        except (StopIteration, _TooLong, _Runaway) as error:
            raise FileFault(
                _("The first line does not hold column names. Export the file as CSV.")
            ) from error
        self._feed.finish()
        split = []
        for delimiter in DELIMITERS:
            try:
                names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
            except csv.Error:
                continue
            split.append((recognised(names), len(names), names, delimiter))
        if not split:
            raise FileFault(_("The first line does not hold column names. Export the file as CSV."))
        _known, _width, names, delimiter = max(split, key=lambda found: found[:2])
        return names, delimiter

    def _check_kind(self) -> None:
        """Things that are called .csv and are none."""
        try:
            head = self._stream.peek(4096)[:4096]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileFault(
                _("The packed file is damaged or incomplete. Export it again, or upload it unpacked.")
            ) from error
        text = head.removeprefix(BOM).lstrip().lower()
        if not text:
            raise FileFault(_("The file is empty. Export it again; the first line must name the columns."))
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
            raise FileFault(
                _(
                    "This is not UTF-8 text: probably UTF-16 (“Unicode text”) or not a text file at all. "
                    "Save it as “CSV UTF-8” and try again."
                )
            )
        if head.startswith(b"PK"):
            raise FileFault(
                _("This is a spreadsheet or a ZIP archive. Save the sheet as “CSV UTF-8” and try again.")
            )
        if text.startswith(b"%pdf"):
            raise FileFault(_("This is a PDF. Export the data as CSV and try again."))
        if text.startswith(b"<"):
            raise FileFault(
                _(
                    "This is a web page, not a CSV file: perhaps the download asked for a login. "
                    "Open it, sign in, download again."
                )
            )
        if text.startswith((b"{", b"[")):
            raise FileFault(_("This is JSON. Export the data as CSV and try again."))
