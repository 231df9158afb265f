"""Chats that a messenger exports as text, a line for each message: "[04.03.25, 10:15:00] Ann: hello"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.delimited import encoding
from monitoring.importing.reading.delimited.lines import Lines
from monitoring.importing.reading.grid import too_long
from monitoring.importing.reading.tables import Limits, Record, Table

WHEN = r"\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}\.?,?\s[^\]\n]{0,8}\d{1,2}[:.]\d{2}[^\]\n]{0,14}?"
START = re.compile(rf"\u200e?(?:\[(?P<date>{WHEN})\]|(?P<day>{WHEN})\s[-–])\s(?P<rest>.*)", re.S)
SAID = re.compile(r"(?P<author>[^:\n]{1,80}): (?P<text>.*)", re.S)
LEFT_OUT = re.compile(r"\u200e.*|<[^<>\n]{4,40}>\s*", re.S)  # "<Media omitted>", and what the messenger wrote
LOOKED_AT = 50  # lines
FEWEST = 2  # messages


def is_chat(text: str) -> bool:
    """True for the beginning of such a chat: its first line is a message, and so are others."""
    lines = [line for line in text.splitlines()[:LOOKED_AT] if line.strip()]
    starts = [START.match(line) for line in lines]
    said = [start for start in starts if start and SAID.fullmatch(start["rest"])]
    return starts[:1] != [None] and len(said) >= FEWEST


class ChatTable(Table):
    """The messages of people. What the messenger itself says is left out, and so are pictures without a word."""

    header = ("date", "author", "message")

    def __init__(self, source: packed.Source, limits: Limits) -> None:
        self.name, self.kind = source.name, _("Chat of a messenger (text)")
        self._limits, self._size = limits, max(source.size, 1)
        self._lines = Lines(source.open, encoding.detect(source.head()), limits)

    def records(self) -> Iterator[Record]:
        for line, text in self._messages():
            start = START.match(text)
            said = SAID.fullmatch(start["rest"].strip()) if start else None
            if not start or not said or LEFT_OUT.fullmatch(said["text"]):
                continue
            cells = [start["date"] or start["day"], said["author"].lstrip("\u200e~ "), said["text"]]
            fault = too_long(self._limits) if len(text) > self._limits.cell_chars else ""
            yield Record(line, [] if fault else cells, fault=fault)

    def _messages(self) -> Iterator[tuple[int, str]]:
        """The number of its first line, and the text of each message with the lines that follow."""
        first, parts, held, number = 1, list[str](), 0, 0
        for _whole, lines in self._lines.blocks():
            for line in lines:
                number += 1
                if START.match(line):
                    yield first, "".join(parts)
                    first, parts, held = number, [], 0
                held += len(line)
                if held <= self._limits.line_chars:
                    parts.append(line)
        yield first, "".join(parts)

    @property
    def progress(self) -> float:
        return min(self._lines.bytes_read / self._size, 1.0)
