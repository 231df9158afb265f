"""The XML parts of a workbook: read in pieces, without document types and entities."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.tables import FileError, Limits

PIECE = 64 * 1024
MAX_SMALL_PART = 64 * 1024**2  # bytes of the list of sheets or the styles: real ones take a hundredth
MAX_NAMES = 1000  # different elements of one part
MAX_ITEM_BYTES = 32 * 1024**2  # of XML between two rows, or two strings

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def damaged() -> FileError:
    """What is raised for XML that breaks off or is none."""
    return FileError(
        _("This workbook is damaged. Open it in Excel, save it again as XLSX or as CSV, and choose that.")
    )


def guarded_parser() -> expat.XMLParserType:
    """A parser that refuses document types: entities can grow without end, or read other files."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_args: object) -> None:
    raise FileError(
        _(
            "This file declares a document type (DTD), as no export does. It is not read, because it may be unsafe."
        )
    )


class Names(dict[str, str]):
    """Element names without their prefixes: some tools write `<x:row>`."""

    def __missing__(self, name: str) -> str:
        if len(self) > MAX_NAMES:
            raise damaged()
        local = self[name] = name.rpartition(":")[2]
        return local


class ItemBound:
    """Refuses parts in which one row or one string is as large as no row can be."""

    def __init__(self) -> None:
        self._count, self._place = -1, 0

    def check(self, count: int, place: int) -> None:
        """`count` items were read in the first `place` bytes. Raises FileError."""
        if count != self._count:
            self._count, self._place = count, place
        elif place - self._place > MAX_ITEM_BYTES:
            raise FileError(_("One row of this workbook is far too large. Save the table of posts as CSV."))


def pieces(stream: BinaryIO, parser: expat.XMLParserType) -> Iterator[int]:
    """Parse a stream piece by piece; yields the bytes parsed so far behind each. Raises FileError."""
    done = 0
    try:
        while data := stream.read(PIECE):
            parser.Parse(data, False)
            done += len(data)
            yield done
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged() from error
    yield done


class Package:
    """The parts of a workbook by their names. Reading and unpacking are bounded by `limits`."""

    def __init__(self, source: packed.Source, limits: Limits) -> None:
        self._archive, self._limits = packed.open_zip(source), limits
        self._infos = {
            info.filename.lower().replace("\\", "/").lstrip("/"): info for info in self._archive.infolist()
        }

    def size(self, part: str) -> int:
        """Unpacked bytes as the archive states them; 0 where there is no such part."""
        info = self._infos.get(part.lower())
        return info.file_size if info else 0

    def open(self, part: str) -> BinaryIO:
        """A part's bytes. Raises FileError where it is missing, damaged or a bomb."""
        info = self._infos.get(part.lower())
        if info is None:
            raise damaged()
        if info.flag_bits & 1:
            raise FileError(
                _("This workbook is protected with a password. Save it without one and choose it again.")
            )
        return packed.open_member(self._archive, info, self._limits)

    def read(self, part: str, start: Start) -> None:
        """Call `start` for each element of a small part; nothing where the part is missing."""
        if part.lower() not in self._infos:
            return
        parser, names = guarded_parser(), Names()
        parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
        with self.open(part) as stream:
            for done in pieces(stream, parser):
                if done > MAX_SMALL_PART:
                    raise damaged()

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id -> last word of the kind ("worksheet"), name of the other part."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

        self.read(posixpath.join(folder, "_rels", name + ".rels"), start)
        return found
