"""How likely one column holds one field: its name and its cells together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from monitoring.importing.meaning import fit, reasons
from monitoring.importing.meaning.content import Content
from monitoring.importing.meaning.guess import guess
from monitoring.importing.meaning.names import Name

SHOWN = 0.15  # from this score on a column is a candidate
EMPTY = 0.45  # of what a name says, where the sample has no cell
SURE_NAME = 0.85  # from here on a name says it, and does not only hint at it


@dataclass(frozen=True)
class Column:
    position: int
    label: str
    name: Name
    content: Content


@dataclass(frozen=True)
class Scored:
    """One column for one field."""

    column: Column
    score: float
    certainty: float  # of the name alone, 0 to 1
    why: str


def score(column: Column, name: str, brands: Collection[str]) -> Scored:
    certainty = column.name.fields.get(name, 0.0)
    if not column.content.cells:
        return Scored(column, certainty * EMPTY, certainty, reasons.name_only())
    by_name = _score_name(column, name, brands) if certainty else 0.0
    by_cells = guess(name, column.content, brands, is_nameless=column.name.is_empty)
    by_cells *= 0.3 if column.name.is_other else 1.0
    if max(by_name, by_cells) < SHOWN:
        return Scored(column, 0.0, certainty, "")
    part = fit.share(name, column.content, brands)
    why = reasons.score(name, certainty if by_name >= by_cells else 0.0, part)
    return Scored(column, max(by_name, by_cells), certainty, why)


def _score_name(column: Column, name: str, brands: Collection[str]) -> float:
    """By a name, if the cells bear it out. What may be a brand is one only if its cells are known brands."""
    certainty = column.name.fields[name]
    if (name == "likes" and _is_rating(column)) or (name == "brand" and certainty < SURE_NAME):
        return 0.0
    return certainty * fit.fit(name, column.content, brands) * (0.92 + 0.08 * column.content.filled)


def _is_rating(column: Column) -> bool:
    """A "score" of 1 to 5 is how the author liked it, not how many liked the post."""
    return "sentiment" in column.name.fields and fit.is_scale(column.content, lowest=0, highest=5)
