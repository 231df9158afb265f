"""From bytes to lines of text: bounded in length and in all, and able to be given back."""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from monitoring.importing.faults import FileFault

MAX_LINE_BYTES = 256 * 1024
# A quote that is never closed would swallow the rest of the file; no post has this many lines.
MAX_LINES_PER_RECORD = 200
UNPACKING_ERRORS = (EOFError, zlib.error, gzip.BadGzipFile)


class LineTooLong(Exception):
    """A line that is longer than a line may be."""


class TooManyLines(Exception):
    """A record that takes more lines than a record may."""


@dataclass(frozen=True)
class _Line:
    size: int  # bytes
    text: str | None  # None: longer than a line may be


class Lines:
    """Hands lines to the csv module and remembers those of the record being read, so that they can be given back.

    `offset` (unpacked bytes) and `line` say what lies before the first line that is not `finish`ed.
    """

    def __init__(self, stream: BinaryIO, *, max_bytes: int, offset: int = 0, line: int = 0) -> None:
        self._stream = stream
        self._waiting: deque[_Line] = deque()
        self._read_bytes = offset
        self._max_bytes = max_bytes
        self._taken: list[_Line] = []
        self.offset, self.line = offset, line

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        """Raises LineTooLong or TooManyLines for the record being read, FileFault where nothing can be read on."""
        if len(self._taken) >= MAX_LINES_PER_RECORD:
            raise TooManyLines
        line = self._waiting.popleft() if self._waiting else self._read()
        if not line.size:
            raise StopIteration
        self._taken.append(line)
        if line.text is None:
            raise LineTooLong if len(self._taken) == 1 else TooManyLines
        return line.text

    @property
    def first_taken(self) -> str:
        """The first line of the record being read; the empty string where it is too long or there is none."""
        return (self._taken[0].text or "") if self._taken else ""

    def finish(self, lines: int | None = None) -> None:
        """The first `lines` of those taken (default: all) are dealt with; the others will be read again."""
        done = len(self._taken) if lines is None else lines
        self._waiting.extendleft(reversed(self._taken[done:]))
        self.offset += sum(line.size for line in self._taken[:done])
        self.line += done
        self._taken = []

    def _read(self) -> _Line:
        try:
            raw = self._stream.readline(MAX_LINE_BYTES)
            size = len(raw)
            too_long = size == MAX_LINE_BYTES and not raw.endswith(b"\n")
            if too_long:
                size += self._skip_rest_of_line()
        except UNPACKING_ERRORS as error:
            raise damaged() from error
        self._read_bytes += size
        self._require_within_bounds()
        return _Line(size, None if too_long else self._decode(raw))

    def _skip_rest_of_line(self) -> int:
        """How many bytes a line has beyond those that it may have."""
        size, rest = 0, b" "
        while rest and not rest.endswith(b"\n"):
            rest = self._stream.readline(MAX_LINE_BYTES)
            size += len(rest)
            self._require_within_bounds(MAX_LINE_BYTES + size)
        return size

    def _decode(self, raw: bytes) -> str:
        is_first = self._read_bytes == len(raw)
        try:
            return raw.decode("utf-8-sig" if is_first else "utf-8")
        except UnicodeDecodeError as error:
            raise FileFault(
                _(
                    "Line %(line)d is not UTF-8 text. Save the file with the encoding UTF-8 (in Excel: “CSV UTF-8”) "
                    "and try again."
                )
                % {"line": self.line + len(self._taken) + 1}
            ) from error

    def _require_within_bounds(self, more: int = 0) -> None:
        if self._read_bytes + more > self._max_bytes:
            raise FileFault(
                _("Unpacked, the file is larger than %(mb)d MB. Split it and import the parts.")
                % {"mb": self._max_bytes // (1024 * 1024)}
            )


def damaged() -> FileFault:
    """What to say when unpacking raises one of UNPACKING_ERRORS."""
    return FileFault(_("The packed file is damaged or incomplete. Export it again, or upload it unpacked."))
