"""Tables of web pages: many tools write one and call it .xls."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.delimited import encoding
from monitoring.importing.reading.grid import GridTable, Row
from monitoring.importing.reading.tables import FileError, Limits

PIECE = 64 * 1024
MAX_SPAN = 100
LONGEST_TAG = 512 * 1024  # characters; pictures may stand in tags

PAGE = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+|(?><!--.*?-->)\s*+)*+(<!doctype\s+html|<(html|head|body|table|meta|style)\b)",
    re.I | re.S,
)
CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w-]+)""", re.I)


def is_page(text: str) -> bool:
    """True for the beginning of a web page, or of a table without a page around it."""
    return bool(PAGE.match(text))


def open_page(source: packed.Source, limits: Limits) -> GridTable:
    """The table of a page. Raises FileError for pages without one."""
    table = PageTable(source, limits)
    if not table.look() or len(table.header) < 2:
        raise FileError(
            _(
                "This seems to be a web page without a table, perhaps the page on which one has to log in. "
                "Log in to the tool and export the posts again."
            )
        )
    return table


class PageTable(GridTable):
    """All rows of a page's tables. A table inside of a cell belongs to the text of the cell."""

    def __init__(self, source: packed.Source, limits: Limits) -> None:
        super().__init__(name=source.name, kind=_("Table of a web page (HTML)"), limits=limits)
        self._source, self._done = source, 0
        self._codec = _codec(source.head())

    def rows(self) -> Iterator[Row]:
        reader, number = Rows(self._limits), 0
        decoder = codecs.getincrementaldecoder(self._codec)("replace")
        self._done = 0
        with self._source.open() as stream:
            while data := stream.read(PIECE):
                self._done += len(data)
                self._feed(reader, decoder.decode(data))
                for cells in reader.take():
                    number += 1
                    yield number, cells, ""

    def _feed(self, reader: Rows, text: str) -> None:
        with suppress(AssertionError):  # by which the parser says that it cannot make sense of "<![<"
            reader.feed(text)
            if len(reader.rawdata) <= LONGEST_TAG:
                return
        raise FileError(_("This web page is damaged: one of its tags does not end."))

    @property
    def progress(self) -> float:
        return min(self._done / max(self._source.size, 1), 1.0)


def _codec(head: bytes) -> str:
    """As a mark says, or the page itself, if Python knows it; else as it looks."""
    stated = CHARSET.search(head)
    found = encoding.detect(head)
    if stated and not found.mark_bytes and not found.codec.startswith("utf"):
        with suppress(LookupError):
            return codecs.lookup(stated[1].decode()).name
    return found.codec


class Rows(HTMLParser):
    """Collects the rows of tables as texts of their cells."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._limits, self._ready = limits, list[list[str]]()
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = self._length = self._inner = 0

    def take(self) -> list[list[str]]:
        """The rows that are complete, once."""
        ready, self._ready = self._ready, []
        return ready

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._inner += self._cell is not None
        elif self._inner:
            return
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._row = [] if self._row is None else self._row
            self._cell, self._length = [], 0
            span = dict(attrs).get("colspan") or ""
            self._span = min(int(span), MAX_SPAN) if span.isdecimal() and len(span) < 5 else 1
        elif tag in ("br", "p", "div"):
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._inner:
            self._inner -= 1
        elif self._inner:
            return
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and self._length <= self._limits.cell_chars:
            self._cell.append(data)
            self._length += len(data)

    def _end_cell(self) -> None:
        if self._row is not None and self._cell is not None and len(self._row) <= self._limits.columns:
            lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
            self._row += ["\n".join(lines).strip().replace("\x00", "")] + [""] * (self._span - 1)
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self._ready.append(self._row)
        self._row = None
