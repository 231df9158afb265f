"""The tables of the files in a ZIP archive, and those that came in several parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from django.utils.translation import gettext as _

from monitoring.importing.reading.tables import Record, Table

PART = re.compile(r"[\W_]*(?:part|teil|partie|parte|page|sheet)?[\W_]*\d+\)?", re.IGNORECASE)


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


class JoinedTable(Table):
    """Parts of one table: files of an archive, or sheets of a workbook. Lines are counted on from part to part."""

    def __init__(self, parts: Sequence[Table]) -> None:
        first = parts[0]
        self.name = f"{first.name} + {len(parts) - 1}"
        self.kind, self.has_header, self.preamble = first.kind, first.has_header, first.preamble
        self.header = list(dict.fromkeys(name for part in parts for name in part.header))
        self._parts, self._done = parts, 0

    @property
    def notes(self) -> Sequence[str]:  # type: ignore[override]
        names = ", ".join(part.name for part in self._parts)
        together = _("Several parts with the same columns are read as one: %(names)s.") % {"names": names}
        return [together, *dict.fromkeys(note for part in self._parts for note in part.notes)]

    def records(self) -> Iterator[Record]:
        before = 0
        for number, part in enumerate(self._parts):
            self._done = number
            last, names = 0, part.header
            for record in part.records():
                last = record.line
                known = dict(zip(names, record.cells, strict=False))
                yield record._replace(line=before + last, cells=[known.get(name, "") for name in self.header])
            before += last

    @property
    def progress(self) -> float:
        return (self._done + self._parts[self._done].progress) / len(self._parts)


def joined(tables: Sequence[Table]) -> list[Table]:
    """The tables, with those that are parts of one as one, in the place of the first part."""
    groups: list[list[Table]] = []
    for table in tables:
        group = next((group for group in groups if _belongs(table, group[0])), None)
        if group:
            group.append(table)
        else:
            groups.append([table])
    return [group[0] if len(group) == 1 else JoinedTable(group) for group in groups]


def _belongs(table: Table, first: Table) -> bool:
    """Whether two tables have the same columns; of files that differ by a number alone half of them are enough.

    Formats are not mixed, and a hidden sheet, of which a note says so, stays apart.
    """
    one, other = set(table.header), set(first.header)
    is_named = table.has_header and first.has_header and len(one) == len(table.header)
    if not is_named or len(other) < len(first.header) or list(table.notes) != list(first.notes):
        return False
    names = [each.name.partition(" · ")[0] for each in (table, first)]
    if one == other:
        return len({PurePath(name).suffix.lower() for name in names}) == 1
    return len({PART.sub("", name) for name in names}) == 1 and 2 * len(one & other) >= len(one | other)
