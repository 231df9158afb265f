"""The brackets of a JSON text, and the records between them, without reading what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from monitoring.importing.reading.tables import FileError, Limits

MAX_DEPTH = 64
MAX_PATHS = 2000  # different lists and objects that are told apart
MAX_LEAVES = 100
KEPT = 64 * 1024  # bytes before a bracket that are kept: a key, or a list of column names

GAP = rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+'
TO_BRACKET = re.compile(GAP + rb"([\[\]{}])", re.S)
COMPLETE = re.compile(GAP, re.S)
KEY_BYTES = 300  # before a bracket in which its name is looked for
LIKE_AN_ID = re.compile(r"[0-9a-f-]{8,}|.*\d{3}.*|\d+", re.S)
CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}
ROOT = "$"  # holds the documents of a file: one, or one per line


class BrokenOff(Exception):
    """The text ends inside of a bracket, or brackets do not fit: nothing behind can be trusted."""


@dataclass(slots=True)
class Element:
    """One record as it stands in the file: `raw` is JSON, `key` its name where an object holds the records."""

    line: int
    raw: bytes = b""
    key: str = ""
    fault: str = ""


@dataclass(slots=True)
class Container:
    """How many objects and lists stand in the lists (or objects) of one path."""

    is_list: bool
    objects: int = 0
    lists: int = 0
    most: int = 0  # in one of them


@dataclass
class Survey:
    """The containers of a file by their paths, and the short lists of plain values in them."""

    containers: dict[str, Container] = field(default_factory=dict)
    leaves: dict[str, bytes] = field(default_factory=dict)
    broken: bool = False


@dataclass(slots=True)
class Frame:
    """An open bracket."""

    path: str
    bracket: int
    children: int = 0


class Paths:
    """The paths of a file: "$[].messages[]". Keys that are ids are all written as `*`, and so are too many."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], str] = {}

    def below(self, path: str, key: bytes) -> str:
        """The path of what stands in an object under a key."""
        known = self._known.get((path, key))
        if known is None:
            name = key.decode("utf-8", "replace")
            if len(self._known) >= MAX_PATHS or LIKE_AN_ID.fullmatch(name):
                return f"{path}.*"
            known = self._known[path, key] = f"{path}.{name}"
        return known


class Brackets:
    """Walks over one document. `read` gives the next bytes, or none at its end."""

    def __init__(self, read: Callable[[], bytes], limits: Limits) -> None:
        self._read, self._limits = read, limits
        self._data, self._offset = b"", 0  # what is in memory, and where in the document it begins
        self._scan = 0  # up to where in `_data` all is known
        self.keep_from: int | None = None  # a place in the document

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Each bracket and its place in the document. Raises BrokenOff inside a string that does not end."""
        while True:
            while match := TO_BRACKET.match(self._data, self._scan):
                self._scan = match.end()
                yield match[1][0], self._offset + self._scan - 1
            if not self._more():
                return

    def _more(self) -> bool:
        complete = COMPLETE.match(self._data, self._scan)
        self._scan = complete.end() if complete else self._scan
        if len(self._data) - self._scan > self._limits.line_chars:
            raise BrokenOff
        data = self._read()
        if not data:
            if self._scan < len(self._data):
                raise BrokenOff
            return False
        self._forget()
        self._data += data
        return True

    def _forget(self) -> None:
        start = max(self._scan - KEPT, 0)
        if self.keep_from is not None:
            start = min(start, self.keep_from - self._offset)
        self._data, self._offset, self._scan = self._data[start:], self._offset + start, self._scan - start

    def text(self, start: int, end: int) -> bytes:
        """Bytes of the document; only what was kept."""
        return self._data[max(start - self._offset, 0) : max(end - self._offset, 0)]


class Walk:
    """One document with its open brackets."""

    def __init__(self, read: Callable[[], bytes], limits: Limits, paths: Paths) -> None:
        self._brackets, self._limits, self._paths = Brackets(read, limits), limits, paths
        self._stack = [Frame(ROOT, ord("["))]
        self._gap = 0  # behind the latest bracket

    def _open(self, bracket: int, place: int) -> Frame:
        parent = self._stack[-1]
        frame = Frame(self._path(parent, place), bracket)
        self._stack.append(frame)
        if len(self._stack) > MAX_DEPTH:
            raise FileError(
                _("This JSON file is nested deeper than %(depth)s levels, as no export is.")
                % {"depth": MAX_DEPTH}
            )
        return frame

    def _path(self, parent: Frame, place: int) -> str:
        if parent.bracket == ord("["):
            return parent.path + "[]"
        return self._paths.below(parent.path, self._key(place))

    def _key(self, place: int) -> bytes:
        """The name in front of a bracket: `"messages": [`."""
        text = self._brackets.text(max(self._gap, place - KEY_BYTES), place).rstrip()
        if not text.endswith(b":"):
            return b""
        end = text.rfind(b'"')
        return text[text.rfind(b'"', 0, max(end, 0)) + 1 : max(end, 0)]

    def _close(self, bracket: int) -> Frame:
        """The latest open bracket. What closes nothing is ignored by callers: some services guard JSON by `)]}'`."""
        frame = self._stack[-1]
        if CLOSING[frame.bracket] != bracket:
            raise BrokenOff
        return self._stack.pop()

    def _end(self) -> None:
        if len(self._stack) > 1:
            raise BrokenOff

    def survey(self, into: Survey) -> None:
        """Count what stands where. Raises BrokenOff, and FileError for brackets in brackets without end."""
        for bracket, place in self._brackets:
            if bracket in CLOSING:
                self._open(bracket, place)
            elif len(self._stack) > 1:
                self._count(self._close(bracket), place, into)
            self._gap = place + 1
        self._end()

    def _count(self, closed: Frame, place: int, into: Survey) -> None:
        parent = self._stack[-1]
        parent.children += 1
        container = into.containers.get(parent.path)
        if container is None:
            container = into.containers[parent.path] = Container(parent.bracket == ord("["))
        container.most = max(container.most, parent.children)
        if closed.bracket == ord("{"):
            container.objects += 1
            return
        container.lists += 1
        if not closed.children and len(self._stack) <= 4 and len(into.leaves) < MAX_LEAVES:
            into.leaves.setdefault(closed.path, b"[" + self._brackets.text(self._gap, place) + b"]")

    def elements(self, wanted: str, first: int = 1) -> Iterator[Element]:
        """The objects and lists directly in the containers of a path. Raises BrokenOff behind the last whole one."""
        number, start, key = first, 0, ""
        inside: list[int] = []  # the brackets that have to close before the element ends
        for bracket, place in self._brackets:
            if bracket in CLOSING:
                if inside or self._stack[-1].path == wanted:
                    inside.append(CLOSING[bracket])
                    if len(inside) == 1:
                        self._brackets.keep_from, start, key = place, place, self._key_in_object(place)
                else:
                    self._open(bracket, place)
            elif not inside:
                if len(self._stack) > 1:
                    self._close(bracket)
            elif inside.pop() != bracket:
                raise BrokenOff
            elif not inside:
                yield self._element(number, start, place, key)
                number, self._brackets.keep_from = number + 1, None
            if inside and place - start > self._limits.line_chars:
                self._brackets.keep_from = None
            self._gap = place + 1
        if inside:
            raise BrokenOff
        self._end()

    def _key_in_object(self, place: int) -> str:
        return self._key(place).decode("utf-8", "replace") if self._stack[-1].bracket == ord("{") else ""

    def _element(self, number: int, start: int, place: int, key: str) -> Element:
        if place - start > self._limits.line_chars:
            too_long = _("This record has more than %(count)s characters.") % {
                "count": self._limits.line_chars
            }
            return Element(number, fault=too_long)
        return Element(number, self._brackets.text(start, place + 1), key)
