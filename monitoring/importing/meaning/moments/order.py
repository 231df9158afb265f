"""Whether the day, the month or the year comes first in dates such as 3/4/2025 and 25/03/04: what a column proves."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from monitoring.importing.meaning.moments.readings import Order

ORDERS = (True, False)
SLASHES, DOTS = "/-", "."
SHORT = "yy"  # behind the separator of dates whose year has two digits

DayFirst = bool | Literal["conflict"] | None


class OrderSurvey:
    """Feed the first, second and third number of every such date to `add`."""

    def __init__(self, this_year: int) -> None:
        self.short_year = this_year % 100
        self._proofs: Counter[tuple[str, bool]] = Counter()  # separator, whether the day comes first → cells
        self._open: Counter[str] = Counter()  # separator → cells that may be read both ways
        self._firsts: set[int] = set()  # of dates whose year has two digits
        self._thirds: set[int] = set()

    def add(self, separator: str, first: int, second: int, third: int) -> bool:
        """Whether the cell may be read with the day or with the month first."""
        if separator.endswith(SHORT):
            self._firsts.add(first)
            self._thirds.add(third)
        if first > 12 or second > 12:
            self._proofs[separator, first > 12] += 1
            return False
        self._open[separator] += first != second
        return first != second

    @property
    def year_first(self) -> bool:
        """25/03/04 is in 2025: the other way round years would be in the future, or more scattered."""
        if not self._thirds or not all(
            self.short_year - 20 <= first <= self.short_year for first in self._firsts
        ):
            return False
        scattered = max(self._thirds) - min(self._thirds) > max(self._firsts) - min(self._firsts)
        return scattered or max(self._thirds) > self.short_year

    @property
    def day_first(self) -> DayFirst:
        """For dates with slashes and hyphens; where none occur, for those with dots. True where none occur at all."""
        return self.verdict(SLASHES if self._seen(SLASHES) or not self._seen(DOTS) else DOTS)

    def verdict(self, signs: str) -> DayFirst:
        """None where it has to be asked, "conflict" where cells prove both.

        Dates with dots begin with the day unless the column proves otherwise: no country has them the other way round.
        """
        proved = {order for order in ORDERS if any(self._proofs[key, order] for key in self._keys(signs))}
        is_open = any(self._open[key] for key in self._keys(signs))
        if len(proved) == 2:
            return "conflict" if is_open else True
        if proved:
            return proved.pop()
        return None if is_open and signs != DOTS else True

    @property
    def must_ask(self) -> bool:
        return any(self.verdict(signs) in (None, "conflict") for signs in (SLASHES, DOTS))

    def answers(self, person: bool | None) -> dict[str, Order]:
        """For each separator whether the day comes first, or "year"; `person` is asked where nothing is proved."""
        found: dict[str, Order] = {}
        for signs in (SLASHES, DOTS):
            verdict = self.verdict(signs)
            is_asked = verdict in (None, "conflict") or (signs == DOTS and not self._seen(SLASHES))
            order: Order = (
                person
                if is_asked and person is not None
                else (verdict if isinstance(verdict, bool) else None)
            )
            found |= dict.fromkeys(signs, order)
            found |= {sign + SHORT: "year" if self.year_first else order for sign in signs}
        return found

    def _keys(self, signs: str) -> list[str]:
        return list(signs) + ([] if self.year_first else [sign + SHORT for sign in signs])

    def _seen(self, signs: str) -> bool:
        keys = self._keys(signs)
        return any(self._open[key] + self._proofs[key, True] + self._proofs[key, False] for key in keys)
