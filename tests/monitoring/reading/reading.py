"""Reads bytes or text as a delimited file, for tests."""

from __future__ import annotations

import io

from monitoring.importing.reading.delimited.stream import DelimitedTable
from monitoring.importing.reading.tables import Limits, Record


def read_bytes(data: bytes, limits: Limits | None = None) -> tuple[DelimitedTable, list[Record]]:
    table = DelimitedTable(lambda: io.BytesIO(data), limits=limits or Limits(), size=len(data))
    return table, list(table.records())


def read_text(text: str, limits: Limits | None = None) -> tuple[DelimitedTable, list[Record]]:
    return read_bytes(text.encode(), limits)
