"""What the columns of a table usually hold, learnt from its first rows, and how badly a cell would fit into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from monitoring.importing.reading.delimited.cell_kinds import EMPTY, NUMBER, TEXT, is_nothing, kind, shape

MOST_ROWS = 400  # that a column is learnt from
TYPED = 0.75  # of a column's cells are of one kind other than text: then it is typed
MOST_REMEMBERED = 500  # cells whose misfit is known
FEW_VALUES = 40  # a column of words: statuses, languages, platforms
DIGITS = frozenset("0123456789")
HALVES = frozenset({"am", "pm", "a.m.", "p.m."})  # of the day


class Column:
    """Kinds, shapes, words and lengths of its cells."""

    def __init__(self, cells: Sequence[str]) -> None:
        filled = [cell for cell in cells if not is_nothing(cell)]
        self.count = len(filled)
        self.empty_share = 1 - self.count / len(cells) if cells else 0.5
        self._misfits: dict[str, float] = {}
        self._kinds = Counter(map(kind, filled))
        self._shapes = Counter(map(shape, filled))
        self._values = Counter(filled)
        self._lengths = sorted(map(len, filled)) or [0]
        self._share_spaced = self._share(cell[:1].isspace() for cell in filled)
        self._share_quoted = self._share('"' in cell for cell in filled)
        self._share_broken = self._share("\n" in cell for cell in filled)
        self.kind = self._usual_kind()
        self.is_regular = self._is_regular()
        self.usual_lengths = self._usual_lengths()
        self.is_vocabulary = self.count >= 10 and len(self._values) <= min(FEW_VALUES, self.count / 2)

    def _is_regular(self) -> bool:
        """Of few shapes, as dates and codes are. Numbers are, where all have one."""
        most = 1 if self.kind == NUMBER else 4
        return sum(count for _shape, count in self._shapes.most_common(most)) >= 0.9 * max(self.count, 1)

    def _usual_lengths(self) -> frozenset[int]:
        """Of cells of a few shapes, or of a few values; of none where they are free."""
        if self.is_regular or self.kind == NUMBER:
            return frozenset(len(each) for each, _count in self._shapes.most_common(4))
        return frozenset(map(len, self._values)) if len(self._values) <= FEW_VALUES / 2 else frozenset()

    def _share(self, found: Iterable[bool]) -> float:
        return sum(found) / max(self.count, 1)

    def _usual_kind(self) -> str:
        """The one kind that nearly all cells have; text where there is none."""
        if not self.count:
            return EMPTY
        best, count = self._kinds.most_common(1)[0]
        return best if count >= TYPED * self.count else TEXT

    @property
    def is_typed(self) -> bool:
        return self.kind not in (TEXT, EMPTY)

    @property
    def always_begins_with_digit(self) -> bool:
        """Nearly: the cheapest sign of a row that belongs here."""
        begun = sum(count for value, count in self._values.items() if value[:1] in DIGITS)
        return self.count >= 5 and self.empty_share < 0.05 and begun >= 0.9 * self.count

    @property
    def is_half_of_day(self) -> bool:
        return self.count > 0 and all(value.strip().lower() in HALVES for value in self._values)

    def has_often(self, cell: str) -> bool:
        return self._values[cell] >= max(2, 0.03 * self.count)

    def misfit(self, cell: str) -> float:
        """0 where such a cell is usual here, about 1 where it is none of this column's."""
        if cell not in self._misfits:
            if len(self._misfits) >= MOST_REMEMBERED:
                self._misfits.clear()
            self._misfits[cell] = self._new_misfit(cell)
        return self._misfits[cell]

    def _new_misfit(self, cell: str) -> float:
        if not cell.strip():
            return 0.0 if self.empty_share > 0.05 or not self.count else 0.5
        if not self.count:
            return 0.7
        bare = cell.strip(" '\"")
        share = self._kinds[kind(bare)] / self.count
        cost = max(0.0, 1 - 5 * share)
        if not cost and self.is_regular and shape(bare) not in self._shapes:
            cost = 0.3
        if self.is_vocabulary and cell not in self._values and bare not in self._values:
            cost = max(cost, 0.35)
        return cost + self._oddities(cell)

    def _oddities(self, cell: str) -> float:
        cost = 0.0
        if cell[:1].isspace() and self._share_spaced < 0.05:
            cost += 0.25
        if '"' in cell and self._share_quoted < 0.05:
            cost += 0.3 if cell.count('"') % 2 else 0.15
        if "\n" in cell and self._share_broken < 0.02:
            cost += 0.2
        longest, shortest = self._lengths[-1], self._lengths[0]
        if self.kind == NUMBER and len(cell) > longest + 1:
            cost += 0.3
        if len(cell) > 1.5 * longest + 10 or (shortest > 20 and len(cell) < shortest / 2):
            cost += 0.25
        return cost


class Columns:
    """The columns of one table."""

    def __init__(self, width: int, rows: Sequence[Sequence[str]]) -> None:
        rows = rows[:MOST_ROWS]
        self.width = width
        self.columns = [Column([row[i] for row in rows]) for i in range(width)]
        self.typed = [i for i, column in enumerate(self.columns) if column.is_typed]

    def __getitem__(self, index: int) -> Column:
        return self.columns[index]

    def misfit(self, cells: Sequence[str]) -> float:
        """Of a row from its first cell on; one shorter than the table counts as far as it goes."""
        return sum(column.misfit(cell) for column, cell in zip(self.columns, cells, strict=False))

    def misfit_of_missing(self, cells: Sequence[str]) -> float:
        """Of the columns behind a short row's last cell: there is one where they are nearly always filled."""
        return sum(column.misfit("") for column in self.columns[len(cells) :])

    @property
    def sentinel(self) -> int | None:
        """A column in which every cell begins with a digit, or else is filled: a row without is looked at."""
        with_digit = (i for i in self.typed if self.columns[i].always_begins_with_digit)
        filled = (
            i for i, column in enumerate(self.columns[1:], 1) if column.count >= 5 and not column.empty_share
        )
        return next(with_digit, next(filled, None))

    def are_names(self, cells: Sequence[str]) -> bool:
        """Text where these columns hold numbers, dates or addresses, in nearly all that are filled."""
        filled = [i for i in self.typed if i < len(cells) and not is_nothing(cells[i])]
        against = sum(kind(cells[i]) == self.columns[i].kind for i in filled)
        return (
            bool(filled)
            and len(filled) * 2 > len(self.typed)
            and not against
            and all(kind(cells[i]) == TEXT or self.columns[i].misfit(cells[i]) >= 0.3 for i in filled)
        )
