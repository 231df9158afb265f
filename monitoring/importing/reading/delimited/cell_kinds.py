"""What a cell seems to be, by its look alone: number, date, time, address, mail, code or text.

Coarse and fast: it tells columns, headers and broken rows apart. What a value means is decided elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

EMPTY, NUMBER, DATE, TIME, ADDRESS, MAIL, CODE, TEXT = (
    "empty",
    "number",
    "date",
    "time",
    "address",
    "mail",
    "code",
    "text",
)
MOST_CHARS = 200  # longer is text, whatever it begins with
# What stands where a value is missing.
NOTHING = frozenset(
    {"-", "--", "—", "–", "n/a", "na", "n.a.", "null", "none", "nan", "nil", "?", "\\n", "#n/a"}
)

_TIME_OF_DAY = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?\s?m\.?)?"
_ZONE = r"(?:\s?(?:z|utc|gmt)?\s?(?:[+-]\d{2}:?\d{2})?|\s[a-z]{2,5})"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DAY = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}\.?[ -](?:de )?{_MONTH},?[ -](?:de )?\d{{2,4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}[-/]\d{4}|\d{4}-\d{2}"
)
_KIND = re.compile(
    rf"""
      (?P<number>[-+(]?\s?(?:[$€£¥₺₽₹]|usd|eur)?\s?[-+]?
                 (?:(?:\d{{1,3}}(?:[ .,'\u00a0\u202f]\d{{3}})+|\d+)(?:[.,]\d*)?|[.,]\d+)
                 (?:e[-+]?\d+)?\s?(?:%|[kmb]|mn|mio\.?|万|億|亿|тыс\.?|[$€£¥₺₽₹]|usd|eur|tl)?\)?)
    | (?P<date>(?:{_MONTH},?\s)?(?:{_DAY})(?:[t ,@-]*\s?{_TIME_OF_DAY}{_ZONE})?
             |{_MONTH}\s{_MONTH}\s\d{{1,2}}\s{_TIME_OF_DAY}\s\S{{3,5}}\s\d{{4}})
    | (?P<time>{_TIME_OF_DAY}{_ZONE})
    | (?P<address>(?:[a-z][a-z0-9+.-]{{1,9}}://|www\.)[^\s"]+|<a\s[^>]*>.*</a>)
    | (?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<code>@[\w.-]+|(?=\S*\d)[\w#./:+-]{{2,64}})
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=4096)
def kind(cell: str) -> str:
    cell = cell.strip()
    if not cell:
        return EMPTY
    if len(cell) > MOST_CHARS:
        return TEXT
    found = _KIND.fullmatch(cell)
    return found.lastgroup or TEXT if found else TEXT


def is_nothing(cell: str) -> bool:
    """Empty, or a word for it."""
    stripped = cell.strip()
    return not stripped or stripped.lower() in NOTHING


def shape(cell: str) -> str:
    """Every letter as a, every digit as 9: "MG-8769" has the shape "aa-9999"."""
    return _DIGIT.sub("9", _LETTER.sub("a", cell[:40]))
