"""Files packed with gzip or ZIP: their members, each as a source of bytes that can be opened again and again.

What a packed file grows to is counted while it is read: the sizes that an archive states about itself may be lies.
"""

from __future__ import annotations

import gzip
import io
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.importing.reading import signatures
from monitoring.importing.reading.tables import FileError, Limits

MAX_RATIO = 200  # text packs to a tenth, repeated rows to a hundredth; bombs to a thousandth
RATIO_COUNTS_FROM = 16 * 1024**2  # bytes unpacked; small files of one repeated row may pack better
SPOOLED_BYTES = 512 * 1024**2  # of a packed workbook
ONE_READ = 256 * 1024

UNPACKING_ERRORS = (
    EOFError,
    OSError,  # gzip.BadGzipFile among them
    NotImplementedError,  # a way of packing that Python does not know
    RuntimeError,  # a member with a password
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
NOT_POSTS = ("readme", "license", "licence", "manifest", "thumbs", "desktop", ".ds_store")
NOT_POSTS_ENDINGS = {
    ".md",
    ".css",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".svg",
    ".mp4",
    ".mp3",
    ".ico",
    ".woff2",
}


class PackedError(FileError):
    """The archive is damaged, or unpacks to more than the limits. Other reasons concern one file in it only."""


@dataclass(frozen=True)
class Source:
    """Bytes that can be opened again and again. `size` is their number; an estimate where they are packed."""

    open: Callable[[], BinaryIO]
    size: int
    name: str = ""  # of the member of an archive

    def head(self) -> bytes:
        """The first bytes, at most signatures.HEAD. Raises FileError where they cannot be unpacked."""
        with self.open() as stream:
            return stream.read(signatures.HEAD)


def plain(path: Path) -> Source:
    """A file as it stands."""
    return Source(lambda: path.open("rb"), path.stat().st_size)


class Unpacking(io.RawIOBase):
    """Reads a packed stream, and raises FileError where it grows beyond the limits or is damaged."""

    def __init__(self, stream: BinaryIO, *, packed: int, limit: int) -> None:
        self._stream, self._packed, self._limit, self._count = stream, packed, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except UNPACKING_ERRORS as error:
            raise damaged() from error
        buffer[: len(data)] = data
        self._count += len(data)
        self._check()
        return len(data)

    def _check(self) -> None:
        if self._count > self._limit:
            raise PackedError(too_large(self._limit))
        if self._count > max(RATIO_COUNTS_FROM, self._packed * MAX_RATIO):
            raise PackedError(
                _(
                    "This file unpacks to more than %(times)s times its size, as no table of posts does. "
                    "If it is one, unpack it yourself and choose the file inside."
                )
                % {"times": MAX_RATIO}
            )

    def close(self) -> None:
        self._stream.close()
        super().close()


def too_large(limit: int) -> str:
    """What is said of a file that holds more than `limit` bytes."""
    size = _("%(gigabytes)s GB") % {"gigabytes": round(limit / 1024**3, 1)}
    return _("This file holds more than %(size)s. Export a shorter period, or split it.") % {"size": size}


def damaged() -> PackedError:
    """What is raised where packed bytes cannot be unpacked."""
    return PackedError(
        _("This archive is damaged, or its download was cut short. Download it again, or unpack it yourself.")
    )


def unpacked_gzip(source: Source, limits: Limits) -> Source:
    """What is inside a gzip file of one or several members (the format allows to append them)."""
    return _inner(replace(source, open=lambda: _open_gzip(source, limits), size=_gzip_size(source)))


def _inner(source: Source) -> Source:
    """A source that was packed; a workbook is laid out in a temporary file. Raises FileError for archives in it."""
    head = source.head()
    if head.startswith(signatures.ZIP):
        source = spooled(source)
    if signatures.is_archive(head) and not is_document(source):
        raise FileError(
            _("This archive holds another archive. Unpack the inner one and choose what is in it.")
        )
    return source


def _open_gzip(source: Source, limits: Limits) -> BinaryIO:
    stream = gzip.GzipFile(fileobj=source.open())
    return _buffered(Unpacking(stream, packed=source.size, limit=limits.unpacked_bytes))  # type: ignore[arg-type]


def _buffered(raw: Unpacking) -> BinaryIO:
    return io.BufferedReader(raw, ONE_READ)


def _gzip_size(source: Source) -> int:
    """As the last four bytes say: of the last member, modulo 4 GB. Good enough for a bar of progress."""
    with source.open() as stream:
        stream.seek(max(source.size - 4, 0))
        return max(int.from_bytes(stream.read(4), "little"), source.size)


def spooled(source: Source) -> Source:
    """The same bytes, unpacked into a temporary file: a workbook is read from its end, a packed stream cannot be.

    The file is gone with the last table that reads it. Raises FileError above SPOOLED_BYTES.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - stays open as long as the source
    with source.open() as stream:
        while data := stream.read(ONE_READ):
            copy.write(data)
            if copy.tell() > SPOOLED_BYTES:
                raise FileError(too_large(SPOOLED_BYTES))
    return replace(source, open=lambda: io.BufferedReader(Copy(copy), ONE_READ), size=copy.tell())


class Copy(io.RawIOBase):
    """One reader of a shared temporary file, with a place of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._place = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._file.seek(0, io.SEEK_END)}[
            whence
        ]
        self._place = max(start + offset, 0)
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._place)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def open_zip(source: Source) -> zipfile.ZipFile:
    """The directory of a ZIP file, which stays open. Raises FileError where it is damaged."""
    return _directory(source.open())


def _directory(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except UNPACKING_ERRORS as error:
        raise damaged() from error


def member_names(source: Source) -> set[str]:
    """The names in a ZIP file. Raises FileError where it is damaged."""
    with source.open() as stream:
        return set(_directory(stream).namelist())


def is_document(source: Source) -> bool:
    """True for ZIP files that are no archives to a person: XLSX, and what other programs keep their documents in."""
    if not source.head().startswith(signatures.ZIP):
        return False
    names = member_names(source)
    return bool(names & {"[Content_Types].xml", "mimetype"}) or any(name.endswith(".iwa") for name in names)


def members(source: Source, limits: Limits) -> tuple[list[Source], list[str]]:
    """The files in a ZIP archive that may hold posts, and sentences about what was left out.

    Raises FileError for archives in the archive, passwords, damage, and for an archive without any such file.
    """
    archive = open_zip(source)
    files = [info for info in archive.infolist() if not info.is_dir()]
    if len(files) > limits.members:
        raise FileError(
            _("This archive holds more than %(count)s files. Choose the one with the posts.")
            % {"count": limits.members}
        )
    wanted = [info for info in files if not _is_beside_the_posts(info)]
    if not wanted:
        raise FileError(_("This archive holds no file with posts. Look what is in it, and export again."))
    sources = [_member(archive, info, limits) for info in wanted]
    return sources, left_out([info.filename for info in files if info not in wanted])


def _is_beside_the_posts(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    return (
        info.file_size == 0
        or "__MACOSX" in path.parts
        or path.name.lower().startswith((".", *NOT_POSTS))
        or path.suffix.lower() in NOT_POSTS_ENDINGS
    )


def left_out(names: list[str]) -> list[str]:
    """One sentence that names at most five files that were not read; none without names."""
    if not names:
        return []
    sentence = ngettext(
        "%(count)s file of the archive was left out: %(names)s.",
        "%(count)s files of the archive were left out: %(names)s.",
        len(names),
    )
    return [
        sentence % {"count": len(names), "names": ", ".join(names[:5]) + (", …" if len(names) > 5 else "")}
    ]


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> Source:
    if info.flag_bits & 1:
        raise FileError(
            _("“%(name)s” in this archive is protected with a password. Unpack it and choose the file.")
            % {"name": info.filename}
        )
    return _inner(Source(lambda: open_member(archive, info, limits), info.file_size, info.filename))


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> BinaryIO:
    """One file of a ZIP archive; several can be read side by side. Raises FileError where it is damaged."""
    try:
        stream = archive.open(info)
    except UNPACKING_ERRORS as error:
        raise damaged() from error
    return _buffered(Unpacking(stream, packed=info.compress_size, limit=limits.unpacked_bytes))  # type: ignore[arg-type]
