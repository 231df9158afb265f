"""The rows that were rejected, or repaired, as CSV for a person and a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from monitoring.importing.reading.tables import Record

# What makes a spreadsheet calculate, also in its full-width form. A quote in front turns it into text.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
MAX_CELL_CHARS = 1000


def safe_cell(value: str) -> str:
    """`value` so that no spreadsheet takes it for a formula."""
    value = value.replace("\0", "�")[:MAX_CELL_CHARS]
    if value.startswith(FORMULA_SIGNS) or value.lstrip().startswith(FORMULA_SIGNS):
        return "'" + value
    return value


def append(path: Path, *, keep_bytes: int, header: Sequence[str], rows: Sequence[tuple[Record, str]]) -> int:
    """Write records (with a reason, or what was done) behind the first `keep_bytes` and return the new size.

    What lies behind those bytes comes from a batch that was never committed and is cut off.
    """
    if not rows:
        return keep_bytes
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(keep_bytes)
        file.seek(keep_bytes)
        text = io.StringIO(newline="")
        out = csv.writer(text, quoting=csv.QUOTE_ALL)
        if not keep_bytes:
            text.write("\ufeff")  # without it Excel takes UTF-8 for something else
            out.writerow([safe_cell(name) for name in ("line", "reason", *header)])
        for record, reason in rows:
            out.writerow(
                [str(record.line), safe_cell(reason), *(safe_cell(cell) for cell in record.cells[:200])]
            )
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())
        return file.tell()
