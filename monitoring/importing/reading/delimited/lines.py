"""From bytes to lines of text, block by block: bounded, without NULs, with one sort of line end."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from monitoring.importing.reading.delimited.dialect import lines_of
from monitoring.importing.reading.delimited.encoding import Encoding
from monitoring.importing.reading.tables import FileError, Limits

BLOCK_BYTES = 128 * 1024
UNPACKING_ERRORS = (EOFError, zlib.error, gzip.BadGzipFile)
REPLACED = "\ufffd"


class LongLine(str):
    """Stands for a line that is longer than a line may be, or holds more cells. It is as good as blank."""

    fault = ""

    @classmethod
    def because(cls, fault: str) -> LongLine:
        line = cls("\n")
        line.fault = fault
        return line


@dataclass
class Lines:
    """The lines of one file. While they are read, it counts what was read and what was replaced."""

    open_bytes: Callable[[], BinaryIO]
    encoding: Encoding
    limits: Limits
    bytes_read: int = 0
    damaged: int = 0  # characters that were replaced
    nuls: int = 0

    def blocks(self) -> Iterator[tuple[str, list[str]]]:
        """Text of whole lines, and these lines with their ends. The file's last line may have none.

        Raises FileError where nothing can be read on.
        """
        self.bytes_read = self.damaged = self.nuls = 0
        rest: list[str] = []  # of a line that has not ended yet
        held, is_skipping = 0, False
        for text in self._texts():
            cut = text.rfind("\n") + 1
            if cut and is_skipping:
                begin = text.index("\n") + 1
                yield "\n", [self._too_long()]
                text, cut, is_skipping = text[begin:], cut - begin, False
            if cut:
                whole = "".join([*rest, text[:cut]]) if rest else text[:cut]
                yield whole, lines_of(whole)
                rest, held = [], 0
            if not is_skipping and cut < len(text):
                rest.append(text[cut:])
                held += len(text) - cut
            if held > self.limits.line_chars:
                rest, held, is_skipping = [], 0, True
        if is_skipping:
            yield "\n", [self._too_long()]
        elif rest:
            last = "".join(rest)
            yield last, [last]

    def _too_long(self) -> LongLine:
        millions = self.limits.line_chars // 1_000_000
        return LongLine.because(
            _("The line has more than %(count)d million characters.") % {"count": millions}
        )

    def _texts(self) -> Iterator[str]:
        inner = codecs.getincrementaldecoder(self.encoding.codec)(errors="replace")
        decoder = io.IncrementalNewlineDecoder(inner, translate=True)
        for block in self._bytes():
            text = decoder.decode(block)
            if REPLACED in text:
                self.damaged += text.count(REPLACED)
            if "\0" in text:
                self.nuls += text.count("\0")
                text = text.replace("\0", "")
            yield text
        yield decoder.decode(b"", final=True)

    def _bytes(self) -> Iterator[bytes]:
        try:
            with self.open_bytes() as stream:
                stream.read(self.encoding.mark_bytes)
                while block := stream.read(BLOCK_BYTES):
                    self.bytes_read += len(block)
                    if self.bytes_read > self.limits.unpacked_bytes:
                        raise FileError(
                            _("The file holds more than %(gb)d GB of text. Export a shorter time.")
                            % {"gb": self.limits.unpacked_bytes // 1024**3}
                        )
                    yield block
        except UNPACKING_ERRORS as error:
            raise FileError(_("The packed file is damaged or cut off. Download it again.")) from error
        except OSError as error:
            raise FileError(
                _("The file cannot be read: %(why)s.") % {"why": error.strerror or error}
            ) from error
