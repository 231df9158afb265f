"""A file of delimited text as a table: looked at once to see what it is, then read row by row in little memory.

Rows that are as they should be are handed on as the csv module reads them. Any other row is looked at: see `reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.importing.reading.delimited import dialect as dialects
from monitoring.importing.reading.delimited import encoding as encodings
from monitoring.importing.reading.delimited import header as headers
from monitoring.importing.reading.delimited.dialect import Dialect
from monitoring.importing.reading.delimited.lines import UNPACKING_ERRORS, Lines, LongLine
from monitoring.importing.reading.delimited.reader import Reader
from monitoring.importing.reading.tables import FileError, Limits, Record, Table

HEAD_BYTES = 256 * 1024
SEARCHED_BYTES = 64 * 1024 * 1024  # for a character beyond ASCII, which tells the encoding
LEAST_LINES = 3  # of the sample, where they are long


class DelimitedTable(Table):
    """One file of delimited text. Raises FileError where it is none, or none that can be read.

    `source` is a path, or opens the bytes afresh each time; `size` is how many there are, where that is known.
    """

    def __init__(
        self,
        source: Path | Callable[[], BinaryIO],
        *,
        limits: Limits,
        name: str = "",
        size: int | None = None,
    ) -> None:
        open_bytes = _opener(source)
        self.name = name
        self._size = source.stat().st_size if isinstance(source, Path) else size
        self._lines = Lines(open_bytes, encodings.detect(*_telling_bytes(open_bytes)), limits)
        sample = self._sample()
        delimiter = dialects.named("".join(sample[:1]))
        self._skipped = 1 if delimiter else 0
        sample = sample[self._skipped :]
        self.dialect = dialects.find("".join(sample), delimiter)
        self._refuse_too_wide(sample, limits)
        self._layout = self._laid_out(sample)
        self._was_read = False
        self._describe(sample)

    def _sample(self) -> list[str]:
        """The first lines; raises FileError where there is no text in them."""
        sample: list[str] = []
        length = 0
        for text, lines in self._lines.blocks():
            if any(isinstance(line, LongLine) for line in lines) and not sample:
                raise _one_long_line(self._lines.limits)
            sample += lines
            length += len(text)
            if length >= dialects.SAMPLE_CHARS and len(sample) >= LEAST_LINES:
                break
        _require_text(sample)
        return sample

    def _refuse_too_wide(self, sample: list[str], limits: Limits) -> None:
        widest = max(sample[:LEAST_LINES], key=len, default="")
        if (
            self.dialect.delimiter
            and self.dialect.prepare(widest).count(self.dialect.delimiter) >= limits.columns
        ):
            raise FileError(
                _(
                    "The file has more than %(count)d columns, which no export of posts has. Export fewer columns."
                )
                % {"count": limits.columns}
            )

    def _laid_out(self, sample: list[str]) -> headers.Layout:
        lines = dialects.lines_of(self.dialect.prepare("".join(sample))[: dialects.SAMPLE_CHARS])
        runs = list(dialects.runs(lines, self.dialect))
        if len(runs) > headers.MOST_ROWS_ABOVE:
            runs.pop()  # it may be cut
        return headers.find(runs, lines, self.dialect)

    def _describe(self, sample: list[str]) -> None:
        layout = self._layout
        self.has_header = bool(layout.header)
        self.header = [
            name or _("Column %(number)d") % {"number": number} for number, name in enumerate(layout.names, 1)
        ]
        self.names_as_written = layout.names_as_written
        above = sample[layout.above[0] : layout.above[1]]
        self.preamble = [line.strip() for line in above if line.strip()]
        self.kind = f"{_shape(self.dialect)}, {self._lines.encoding.name}"

    @property
    def notes(self) -> list[str]:  # type: ignore[override]
        """Of what has been read so far: at first the beginning, after `records()` the whole file."""
        damaged, nuls, described = self._lines.damaged, self._lines.nuls, self._layout.descriptions
        notes = [
            ngettext(
                "%(count)d damaged character was replaced.",
                "%(count)d damaged characters were replaced.",
                damaged,
            )
            if damaged
            else "",
            ngettext("%(count)d empty byte was left out.", "%(count)d empty bytes were left out.", nuls)
            if nuls
            else "",
            ngettext(
                "%(count)d row below the header describes the columns and is no post.",
                "%(count)d rows below the header describe the columns and are no posts.",
                described,
            )
            if described
            else "",
        ]
        notes = [
            text % {"count": count}
            for text, count in zip(notes, (damaged, nuls, described), strict=True)
            if text
        ]
        if self._layout.is_doubtful:
            notes.append(_("The header is broken: look whether each name belongs to its column."))
        if self._layout.width and not self.has_header:
            notes.append(_("The file does not name its columns."))
        return notes

    def records(self) -> Iterator[Record]:
        return Reader(self._lines, self.dialect, self._layout, self._skipped).records()

    @property
    def progress(self) -> float:
        return min(1.0, self._lines.bytes_read / self._size) if self._size else 0.0


def _opener(source: Path | Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    if not isinstance(source, Path):
        return source
    path = source
    return lambda: path.open("rb")


def _telling_bytes(open_bytes: Callable[[], BinaryIO]) -> tuple[bytes, bytes]:
    """The file's first bytes, and the first part that is not ASCII where they are."""
    try:
        with open_bytes() as stream:
            head = stream.read(HEAD_BYTES)
            searched = part = head
            done = len(head)
            while part.isascii() and done < SEARCHED_BYTES and (searched := stream.read(HEAD_BYTES)):
                part = searched
                done += len(part)
            return head, part
    except UNPACKING_ERRORS as error:
        raise FileError(_("The packed file is damaged or cut off. Download it again.")) from error
    except OSError as error:
        raise FileError(_("The file cannot be read: %(why)s.") % {"why": error.strerror or error}) from error


def _require_text(sample: list[str]) -> None:
    text = "".join(sample[:200])[:100_000]
    if not text.strip():
        raise FileError(_("The file is empty. Export it again."))
    signs = sum(character < " " and character not in "\t\n\x01\x1f" for character in text)
    if signs * 50 > len(text):
        raise FileError(_("This is not a text file. Export the posts as CSV or XLSX and try again."))


def _one_long_line(limits: Limits) -> FileError:
    return FileError(
        _("The first line of the file has more than %(count)d million characters: this is no table of posts.")
        % {"count": limits.line_chars // 1_000_000}
    )


def _shape(dialect: Dialect) -> str:
    names = {
        ",": _("CSV"),
        ";": _("CSV with semicolons"),
        "\t": _("text with tabs"),
        "|": _("CSV with vertical bars"),
        " ": _("text with spaces between the cells"),
        "": _("text in one column"),
    }
    return names.get(dialect.delimiter) or _("CSV with “%(separator)s”") % {
        "separator": dialect.written or dialect.delimiter
    }
