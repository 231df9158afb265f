"""The tables of the files in a ZIP archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitoring.importing.reading.tables import Record, Table


class MemberTable(Table):
    """A table of one file of an archive: it is named for the file, and says what of the archive was left out."""

    def __init__(self, table: Table, member: str) -> None:
        inner = table.name.removeprefix(member)
        self.name = " · ".join(filter(None, [member, inner]))
        self.kind, self.header, self.has_header = table.kind, table.header, table.has_header
        self.preamble = table.preamble
        self.left_out: Sequence[str] = ()
        self._table = table

    @property
    def notes(self) -> Sequence[str]:  # type: ignore[override]
        """Asked of the table each time: some notes are known only when all records were read."""
        return [*self._table.notes, *self.left_out]

    def records(self) -> Iterator[Record]:
        return self._table.records()

    @property
    def progress(self) -> float:
        return self._table.progress
