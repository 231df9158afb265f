"""Atom, RSS and RDF feeds that were saved as files, read entry by entry."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import feedparser  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.delimited import encoding
from monitoring.importing.reading.tables import FileError, Limits, Record, Table

BATCH = 50  # entries that feedparser gets at once: it keeps all that it reads
PIECE = 256 * 1024
MAX_ENTRY_BYTES = 1_000_000
MAX_ENTRY_TAGS = 20_000  # feedparser takes a second for more
LONGEST_NAME = 50  # of an element
HEADER = ("id", "title", "text", "url", "author", "published", "updated", "source", "tags")

ROOT = re.compile(rb"<(?:\w+:)?(rss|feed|RDF)[\s>]", re.I)
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
ENTRY_START = re.compile(rb"<((?:\w{1,30}:)?(?:entry|item))[\s>]", re.I)
DECLARED_WIDE = re.compile(rb"""encoding\s*=\s*["'](?:utf-?16|utf-?32|ucs)[^"']*["']""", re.I)
TAG = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<(/?)([\w:.-]+)[^<>]*?(/?)>", re.S
)
# What feedparser lets through from its loose parser for broken XML
FEEDPARSER_FAILS = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
NOT_STORED = re.compile("[\x00\ud800-\udfff]")


def is_feed(head: bytes) -> bool:
    """True for the beginning of a feed, in any encoding."""
    return bool(ROOT.search(_as_utf8(head)[:8192]))


def _as_utf8(head: bytes) -> bytes:
    found = encoding.detect(head)
    if not found.codec.startswith(("utf-16", "utf-32")):
        return head[found.mark_bytes :]
    return DECLARED_WIDE.sub(
        b'encoding="utf-8"', head[found.mark_bytes :].decode(found.codec, "replace").encode()
    )


class FeedTable(Table):
    """The entries of a feed. Texts stay the HTML that they are; addresses stay as they are."""

    header = HEADER

    def __init__(self, source: packed.Source, limits: Limits) -> None:
        self._source, self._limits, self._done, self._broken = source, limits, 0, False
        self._codec = encoding.detect(source.head()).codec
        self.name = source.name
        self._head = self._read_head()
        feed = _parsed(self._head, b"", self._tail)
        self.kind = _("Feed (%(version)s)") % {"version": feed.get("version") or "RSS"}
        about = (_clean(feed.feed.get(name)) for name in ("title", "subtitle", "language"))
        self.preamble = [text for text in about if text]

    def _read_head(self) -> bytes:
        head = _as_utf8(self._source.head())
        if DOCTYPE.search(head):
            raise FileError(
                _(
                    "This feed declares a document type (DTD), which may be unsafe. Save it again from the feed reader."
                )
            )
        found = ENTRY_START.search(head)
        return head[: found.start()] if found else head

    @property
    def _tail(self) -> bytes:
        """Ends of the elements that are open where the first entry begins."""
        still_open: list[bytes] = []
        for closing, name, alone in TAG.findall(self._head):
            if name and not closing and not alone:
                still_open.append(name)
            elif closing and name in still_open:
                del still_open[len(still_open) - 1 - still_open[::-1].index(name) :]
        return b"".join(b"</%s>" % name for name in reversed(still_open))

    def records(self) -> Iterator[Record]:
        entries, number, tail = self._entries(), 0, self._tail
        while batch := list(islice(entries, BATCH)):
            for entry in self._read(batch, tail):
                number += 1
                yield Record(number, _cells(entry)) if entry else Record(number, [], fault=_damaged())
        if self._broken:
            yield Record(number + 1, [], fault=_("The file breaks off here, in the middle of an entry."))

    def _read(self, batch: list[bytes], tail: bytes) -> list[dict[str, Any] | None]:
        """The entries as feedparser reads them; a damaged one is read alone, so that it spoils no other."""
        small = [
            entry for entry in batch if len(entry) <= MAX_ENTRY_BYTES and entry.count(b"<") <= MAX_ENTRY_TAGS
        ]
        if small == batch and sum(map(len, batch)) <= 4 * MAX_ENTRY_BYTES:
            feed = _parsed(self._head, b"".join(batch), tail)
            if len(feed.entries) == len(batch) and (len(batch) == 1 or not feed.bozo):
                return list(feed.entries)
        if len(batch) == 1:
            return [None]
        return [self._read([entry], tail)[0] for entry in batch]

    def _entries(self) -> Iterator[bytes]:
        """The bytes of each entry."""
        self._done, rest = 0, b""
        with self._open() as stream:
            while len(rest) <= self._limits.line_chars and (data := stream.read(PIECE)):
                self._done += len(data)
                entries, rest = _whole_entries(rest + data)
                yield from entries
        self._broken = bool(ENTRY_START.match(rest))

    def _open(self) -> BinaryIO:
        stream = self._source.open()
        if self._codec.startswith(("utf-16", "utf-32")):
            return codecs.EncodedFile(stream, "utf-8", self._codec, "replace")
        return stream

    @property
    def progress(self) -> float:
        return min(self._done / max(self._source.size, 1), 1.0)


def _whole_entries(text: bytes) -> tuple[list[bytes], bytes]:
    """The entries that end in a text, and what is left from the beginning of one that does not."""
    entries: list[bytes] = []
    place = 0
    while start := ENTRY_START.search(text, place):
        end = re.compile(rb"</%s\s*>" % re.escape(start[1]), re.I).search(text, start.end())
        if not end:
            return entries, text[start.start() :]
        entries.append(text[start.start() : end.end()])
        place = end.end()
    cut = text.rfind(b"<", place)  # a start may be cut in two
    return entries, text[cut:] if cut >= 0 and len(text) - cut < LONGEST_NAME else b""


def _parsed(head: bytes, entries: bytes, tail: bytes) -> feedparser.FeedParserDict:
    """A feed of a few entries. Nothing is fetched: feedparser gets bytes, never an address."""
    text = io.BytesIO(head + entries + tail)
    try:
        return feedparser.parse(text, sanitize_html=False, resolve_relative_uris=False)
    except FEEDPARSER_FAILS:
        return feedparser.FeedParserDict(feed=feedparser.FeedParserDict(), entries=[], bozo=True)


def _damaged() -> str:
    return _("This entry is damaged and could not be read.")


def _cells(entry: dict[str, Any]) -> list[str]:
    """An entry in the order of HEADER; the text is the longer one of content and summary."""
    contents = [each.get("value") or "" for each in entry.get("content") or []]
    text = max([*contents, entry.get("summary") or ""], key=len)
    source = entry.get("source") or {}
    tags = ", ".join(filter(None, (tag.get("term") for tag in entry.get("tags") or [])))
    values = (
        *(entry.get("id"), entry.get("title"), text, entry.get("link"), entry.get("author")),
        *(
            entry.get("published"),
            entry.get("updated") if "updated" in entry else "",
            source.get("title"),
            tags,
        ),
    )
    return [_clean(value) for value in values]


def _clean(value: Any) -> str:
    return NOT_STORED.sub("", value).strip() if isinstance(value, str) else ""
