"""What every reader hands on: tables of text, record by record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class FileError(Exception):
    """The file cannot be read. The message says what it seems to be and what to do, to the person who chose it."""


class Record(NamedTuple):
    """One row of a table, as wide as its header unless it has a fault."""

    line: int  # of the file, the sheet or the list of objects; the first is 1
    cells: list[str]
    fault: str = ""  # why it could not be read; then `cells` is what is known of it
    repair: str = ""  # what was done to make it fit


@dataclass(frozen=True)
class Limits:
    """What a file may take at most. More raises FileError, or is the fault of one record."""

    unpacked_bytes: int = 5 * 1024**3
    columns: int = 5000
    line_chars: int = 4_000_000
    cell_chars: int = 1_000_000
    members: int = 1000  # of an archive, or sheets of a workbook


class Table(ABC):
    """One table in a file: a CSV, a sheet, a list of objects in JSON, the entries of a feed."""

    name: str = ""  # of the member or the sheet; empty where the file is the table
    kind: str = ""  # for the person: "CSV with semicolons, Windows-1254"
    header: Sequence[str] = ()  # "Column 1", ... where the file names none
    has_header: bool = True
    preamble: Sequence[str] = ()  # what stands above the header, line by line
    notes: Sequence[str] = ()  # what a person should know: "1 damaged character was replaced."

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """The rows from the first on; each call starts afresh. Raises FileError where nothing can be read on."""

    @property
    @abstractmethod
    def progress(self) -> float:
        """How far the latest `records()` has come, from 0 to 1."""
