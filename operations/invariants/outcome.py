"""What a check is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from journal.models import Entry

MOST_SHOWN = 10  # offending rows that are named; more help nobody
WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Receipt:
    """One message as it arrived at the other end."""

    message_id: str
    at: datetime


@dataclass(frozen=True)
class Scope:
    """How much is looked at: what was recorded since then, or every row from the first one on."""

    since: datetime | None
    receipts: list[Receipt] | None = None  # only tests know what arrived


@dataclass(frozen=True)
class Outcome:
    """The figures of one check, and which rows break the invariant: the first ten of `broken_count`."""

    figures: dict[str, int]
    broken: list[str] = field(default_factory=list)
    broken_count: int = 0

    @property
    def holds(self) -> bool:
        return not self.broken_count


Check = Callable[[Scope], Outcome]


def outcome(figures: dict[str, int], *queries: QuerySet[Any], name: Callable[[Any], str] = str) -> Outcome:
    """`queries` give the rows that break the invariant: none at all on every ordinary day."""
    found = [name(row) for rows in queries for row in rows[: MOST_SHOWN + 1]]
    if len(found) <= MOST_SHOWN:
        return Outcome(figures, found, len(found))
    return Outcome(figures, found[:MOST_SHOWN], sum(rows.count() for rows in queries))


def listed(figures: dict[str, int], names: Iterable[str]) -> Outcome:
    """The same for what has its name already."""
    every = list(names)
    return Outcome(figures, every[:MOST_SHOWN], len(every))


def entries_of(scope: Scope) -> QuerySet[Entry]:
    entries = Entry.objects.order_by()
    return entries.filter(at__gte=scope.since) if scope.since else entries
