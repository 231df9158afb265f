"""JSON that is written column by column: {"text": ["a", "b"], "date": [...]}, or {"text": {"0": "a", "1": "b"}}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from monitoring.importing.reading.objects.documents import Documents
from monitoring.importing.reading.objects.flattening import mended, parsed, plain
from monitoring.importing.reading.tables import Limits, Record, Table

MAX_BYTES = 32 * 1024**2  # such a file has to be loaded as a whole


class ColumnTable(Table):
    """Columns of the same length as a table."""

    def __init__(self, columns: dict[str, list[str]]) -> None:
        self.kind = _("JSON, column by column")
        self.header, self._columns = list(columns), list(columns.values())
        self._done = 0

    def records(self) -> Iterator[Record]:
        for line, cells in enumerate(zip(*self._columns, strict=True), start=1):
            self._done = line
            yield Record(line, list(cells))

    @property
    def progress(self) -> float:
        return self._done / len(self._columns[0])


def open_columns(documents: Documents, limits: Limits) -> ColumnTable | None:
    """The table, or nothing where the file is written otherwise or too large to be loaded."""
    if not documents.beginning.lstrip().startswith("{"):
        return None
    raw = documents.start(MAX_BYTES + 1)
    try:
        value = parsed(raw)[0] if len(raw) <= MAX_BYTES else None
    except ValueError:
        return None
    columns = _columns(value) if isinstance(value, dict) else {}
    return ColumnTable(columns) if 1 < len(columns) <= limits.columns else None


def _columns(value: dict[str, Any]) -> dict[str, list[str]]:
    """The columns by name, if all have the same rows, and at least one."""
    columns = {name: list(part.values()) if isinstance(part, dict) else part for name, part in value.items()}
    rows = {tuple(part) if isinstance(part, dict) else _length(part) for part in value.values()}
    if len(rows) != 1 or not rows.pop():
        return {}
    return {mended(name): [mended(plain(cell)) for cell in cells] for name, cells in columns.items()}


def _length(part: Any) -> int:
    return len(part) if isinstance(part, list) else 0
