"""What a reader of files hands on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """One row of a file, as it stands there."""

    line: int  # number of its first line in the file; the first line is 1
    cells: list[str]
    fault: str = (
        ""  # why it could not be read; then `cells` is what is known of it, for the list of rejected rows
    )
