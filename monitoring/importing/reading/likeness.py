"""How much a table looks like posts: longer texts and times in it. Decides which of several tables comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable

SAMPLE = 20
LIKE_POSTS = 2  # the highest likeness

TIME = re.compile(
    r"\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}|\d{1,2}[-/. ](\d{1,2}|[^\W\d]{3,9})[-/., ]+\d{4}|[12]\d{9}(\d{3}|\.\d+)?$"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2}\b|(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{4}|[^\W\d]{3,9}\.? \d{1,2},? \d{4}"
)
ADDRESS = re.compile(r"[a-z]+:\S+$")
SHORTEST_TEXT = 12
WIDE = "\u2e80"  # from here on one character is a syllable or a word


def likeness(rows: Iterable[Iterable[str]]) -> int:
    """0 to 2: one for text, one for time, in any cell of some rows."""
    time = text = False
    for cells in rows:
        for cell in cells:
            if TIME.match(cell.strip()):
                time = True
            elif not text:
                text = _is_text(cell.strip())
    return time + text


def _is_text(cell: str) -> bool:
    if ADDRESS.match(cell):
        return False
    if any(char >= WIDE for char in cell[:20]):
        return len(cell) >= 5
    return len(cell) >= SHORTEST_TEXT and (" " in cell or not cell.isascii())
