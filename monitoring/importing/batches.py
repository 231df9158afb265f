"""A file in portions, each small enough to be stored in one short transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.importing.csv_file import CsvFile
from monitoring.importing.faults import RowFault
from monitoring.importing.records import Record
from monitoring.importing.rows import Row, RowParser

BATCH_ROWS = 1000


@dataclass(frozen=True)
class Batch:
    """Some records in a row, and where the file stands behind them."""

    rows: Sequence[Row]
    rejected: Sequence[tuple[Record, str]]  # with the reason
    header: Sequence[str]
    offset: int  # unpacked bytes
    line: int
    bytes_done: int  # of the file as it lies there


def batches(file: CsvFile, parser: RowParser) -> Iterator[Batch]:
    """What is left of the file, BATCH_ROWS records at a time."""
    rows: list[Row] = []
    rejected: list[tuple[Record, str]] = []

    def batch() -> Batch:
        return Batch(rows, rejected, file.header, file.offset, file.line, file.bytes_done)

    for record in file.records():
        try:
            rows.append(parser.parse(record))
        except RowFault as fault:
            rejected.append((record, str(fault)))
        if len(rows) + len(rejected) >= BATCH_ROWS:
            yield batch()
            rows, rejected = [], []
    if rows or rejected:
        yield batch()
