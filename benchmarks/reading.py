"""`python -m benchmarks reading --dir DIR --out DIR`: each delimited file of a folder as the import's reader sees it.

What is written is plain CSV as RFC 4180 has it (UTF-8, CRLF, quotes only where they are needed) under the same name:
the header, where the file has one, and the rows, before any column is mapped. What stands above the header, totals,
remarks and rows that no repair fits are no part of the table. Cells of a header in several rows are joined by spaces
just as they stand, as the Pollock benchmark (Vitagliano et al., VLDB 2023) has it; the product itself drops repeated
ones. No database is needed.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", type=Path, required=True, help="folder with delimited files")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is read of them")


def measure(folder: Path, out: Path) -> dict[str, Any]:
    """How many files were read and refused, how many rows were repaired and left out, and rows per CPU-second."""
    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(USE_I18N=False)  # the reader needs no more of Django than its sentences
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"files": 0, "refused": {}, "rows": 0, "repaired": 0, "left_out": 0}
    begun = time.process_time()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        figures["files"] += 1
        _convert(path, out / path.name, figures)
    seconds = time.process_time() - begun
    return figures | {"rows_per_cpu_second": round(figures["rows"] / seconds) if seconds else 0}


def _convert(path: Path, target: Path, figures: dict[str, Any]) -> None:
    """Write what is read of one file; nothing where it is refused."""
    from monitoring.importing.reading.delimited.stream import DelimitedTable
    from monitoring.importing.reading.tables import FileError, Limits

    with target.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        try:
            table = DelimitedTable(path, limits=Limits())
            if table.has_header:
                write(table.names_as_written)
            for record in table.records():
                figures["left_out" if record.fault else "rows"] += 1
                figures["repaired"] += bool(record.repair)
                if not record.fault:
                    write(record.cells)
        except FileError as error:
            figures["refused"][path.name] = str(error)
