"""Ids that a source gives its posts: are they what they seem to be?"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from monitoring.importing.meaning.texts import unwrap

SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
EXCEL_DIGITS = 15  # a spreadsheet makes the others 0
MAX_KNOWN = 10_000  # ids that are watched for being repeated
CHANCE = 1e-6  # less likely than this is no coincidence
SOME = 0.05  # a share from which on a fault is the column's
FEW = 0.01


def clean_id(cell: str) -> str:
    """An id as text: ="123" and 123.0 are 123; "" for one that a spreadsheet has ruined."""
    text = unwrap(cell)
    if text.endswith(".0") and text[:-2].isdecimal():
        text = text[:-2]
    return "" if SCIENTIFIC.fullmatch(text) else text


class IdSurvey:
    """Feed every row to `add`; then `reason` says why the ids are not used, or is empty.

    Repeated ids are found among those whose hash is a multiple of `_every`, so that memory stays small.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.filled = 0
        self.ruined = 0
        self.clashes = 0  # the same id on rows that differ; of those that are watched
        self.watched = 0
        self.example = ""  # of a fault
        self._rounded = 0  # long numbers whose last digits are all 0
        self._exact = 0  # other long numbers
        self._luck = 1.0  # how likely so many zeros are by chance
        self._whole = 0
        self._lowest = self._highest = 0
        self._known: dict[int, int] = {}
        self._every = 1

    def add(self, cell: str, row: str = "") -> None:
        """`row` is what tells posts apart without the id, such as author and text."""
        self.rows += 1
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        text = clean_id(cell)
        if not text:
            self.ruined += 1
            self.example = self.example or cell[:40]
            return
        if text.isdecimal() and text.isascii() and len(text) < 40:
            self._weigh(text)
        self._watch(text, row)

    def _weigh(self, digits: str) -> None:
        number = int(digits)
        self._lowest = min(self._lowest, number) if self._whole else number
        self._highest = max(self._highest, number) if self._whole else number
        self._whole += 1
        spare = len(digits) - EXCEL_DIGITS
        if spare > 0 and number % 10**spare == 0:
            self._rounded += 1
            self.example = self.example or digits
            self._luck *= 10.0**-spare
        elif spare > 0:
            self._exact += 1

    def _watch(self, text: str, row: str) -> None:
        key = hash(text)
        if key % self._every:
            return
        self.watched += 1
        fingerprint = hash(row)
        if key in self._known and (not row or self._known[key] != fingerprint):
            self.clashes += 1
            self.example = self.example or text[:40]
        self._known.setdefault(key, fingerprint)
        if len(self._known) > MAX_KNOWN:
            self._every *= 2
            self._known = {
                known: row_hash for known, row_hash in self._known.items() if not known % self._every
            }

    @property
    def usable(self) -> bool:
        return self.filled > 0 and not self.reason

    @property
    def reason(self) -> str:
        """Why these ids tell no posts apart, in words; empty where they are good."""
        if self._is_ruined:
            return _(
                "A spreadsheet has rounded the ids (“%(example)s”). They are not used: posts are told apart by their "
                "addresses, or by author, time and text."
            ) % {"example": self.example}
        if self._are_row_numbers:
            return _(
                "The ids are row numbers, %(first)d to %(last)d. They are not used: other files have the same ones."
            ) % {"first": self._lowest, "last": self._highest}
        if self.clashes > FEW * self.watched:
            return _(
                "The same id stands on rows that differ (“%(example)s”). The ids are not used: posts are told apart by "
                "their addresses, or by author, time and text."
            ) % {"example": self.example}
        return ""

    @property
    def _is_ruined(self) -> bool:
        rounded = self._luck < CHANCE and self._rounded >= (1 - SOME) * (self._rounded + self._exact)
        return rounded or self.ruined > SOME * self.filled

    @property
    def _are_row_numbers(self) -> bool:
        """Whole numbers without many gaps, from 0 or 1 on, in any order: some rows may have been left out."""
        if self._whole < self.filled or not self.filled or self._lowest > 1:
            return False
        return self._highest <= self.filled + 1 or (self._highest <= 2 * self.filled and not self.clashes)
