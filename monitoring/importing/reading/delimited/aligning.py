"""Too many or too few cells, laid over the columns so that they fit best: joined, dropped, split or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.importing.reading.delimited.columns import Column, Columns

JOIN, JOIN_MORE, DROP, LEAVE_OUT, SPLIT = 0.35, 0.05, 0.3, 0.45, 0.5  # what a change costs, in misfits
WITHIN_SIGNS = 0.1  # to split a cell amid digits or letters
AT_THE_END = 0.02  # to leave out or to drop empty cells there: many tools do
MOST_DIFFERENCE = 60  # of cells and columns
MOST_WORK = 600  # that times the columns: what is tried grows with both
MOST_TYPED_PARTS = 5  # of a date or a number
MOST_PLACES = 24  # at which a cell may be split


@dataclass(frozen=True)
class Alignment:
    """As many cells as the table has columns, what the changes cost, and which they were."""

    cells: tuple[str, ...]
    cost: float
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Step:
    """The way to here: the cells so far are those of `before` and `cells`."""

    cost: float
    before: _Step | None = None
    cells: tuple[str, ...] = ()
    change: str = ""


def align(parts: Sequence[str], columns: Columns, joiner: str) -> Alignment | None:
    """The cheapest way to fill each column from these parts in their order; None where they differ by too many."""
    surplus = len(parts) - columns.width
    if abs(surplus) > min(MOST_DIFFERENCE, MOST_WORK // max(columns.width, 1) + 1):
        return None
    if columns.width > 4 * MOST_DIFFERENCE:
        return _cut_to_width(parts, columns)
    return _Aligner(parts, columns, joiner).best()


def _cut_to_width(parts: Sequence[str], columns: Columns) -> Alignment | None:
    if any(part.strip() for part in parts[columns.width :]):
        return None
    cells = tuple(parts[: columns.width]) + ("",) * (columns.width - len(parts))
    return Alignment(cells, columns.misfit(cells))


class _Aligner:
    """Steps forward over the columns; `best[used]` is the cheapest way that has used so many parts."""

    def __init__(self, parts: Sequence[str], columns: Columns, joiner: str) -> None:
        self.parts, self.columns, self.joiner = parts, columns, joiner
        self.surplus = len(parts) - columns.width
        self.slack = abs(self.surplus) + 1

    def best(self) -> Alignment | None:
        best: dict[int, _Step] = {0: _Step(0.0)}
        for index in range(self.columns.width):
            best = self._over(index, self._without_empty(best))
        best = self._without_empty(best)
        end = best.get(len(self.parts))
        return _walked(end) if end else None

    def _without_empty(self, best: dict[int, _Step]) -> dict[int, _Step]:
        """Empty parts may be dropped before any column."""
        if self.surplus <= 0:
            return best
        for used in range(len(self.parts)):
            if used in best and not self.parts[used].strip():
                is_tail = not any(part.strip() for part in self.parts[used:])
                step = best[used]
                cost = step.cost + (AT_THE_END if is_tail else DROP)
                _keep(best, used + 1, _Step(cost, step, (), "" if is_tail else "drop"))
        return best

    def _over(self, index: int, best: dict[int, _Step]) -> dict[int, _Step]:
        further: dict[int, _Step] = {}
        column = self.columns[index]
        for used, step in best.items():
            if abs(used - index) > self.slack:
                continue
            if used < len(self.parts):
                part = self.parts[used]
                _keep(further, used + 1, _Step(step.cost + column.misfit(part), step, (part,)))
            self._join(further, column, used, step)
            self._leave_out(further, column, used, step)
        for used, step in self._halved(index, best):
            _keep(further, used, step)
        return further

    def _join(self, further: dict[int, _Step], column: Column, used: int, step: _Step) -> None:
        most = min(
            self.surplus + 1, len(self.parts) - used, MOST_TYPED_PARTS if column.is_typed else MOST_DIFFERENCE
        )
        for count in range(2, most + 1):
            text = self.joiner.join(self.parts[used : used + count])
            cost = step.cost + column.misfit(text) + JOIN + JOIN_MORE * count
            _keep(further, used + count, _Step(cost, step, (text,), "join"))

    def _leave_out(self, further: dict[int, _Step], column: Column, used: int, step: _Step) -> None:
        if self.surplus > 0:
            return
        is_tail = used == len(self.parts)
        cost = step.cost + column.misfit("") + (AT_THE_END if is_tail else LEAVE_OUT)
        _keep(further, used, _Step(cost, step, ("",), "" if is_tail else "leave out"))

    def _halved(self, index: int, best: dict[int, _Step]) -> Iterator[tuple[int, _Step]]:
        """Ways over this column whose cell is the second half of a part; the first half is in the column before."""
        if self.surplus >= 0 or index == 0:
            return
        left, right = self.columns[index - 1], self.columns[index]
        for used, step in best.items():
            part = self.parts[used - 1] if used else ""
            if step.before is None or step.change or step.cells != (part,) or len(part) < 2:
                continue
            for place in places(part, left, right):
                first, second = part[:place], part[place:]
                cost = step.before.cost + left.misfit(first) + right.misfit(second) + SPLIT
                if _sort(first[-1]) == _sort(second[0]):
                    cost += WITHIN_SIGNS
                yield used, _Step(cost, step.before, (first, second), "split")


def _keep(best: dict[int, _Step], used: int, step: _Step) -> None:
    if used not in best or step.cost < best[used].cost:
        best[used] = step


def _walked(end: _Step) -> Alignment:
    cells: list[tuple[str, ...]] = []
    changes = set()
    step: _Step | None = end
    while step:
        cells.append(step.cells)
        changes.add(step.change)
        step = step.before
    return Alignment(
        tuple(cell for some in reversed(cells) for cell in some), end.cost, frozenset(changes - {""})
    )


def places(part: str, left: Column, right: Column) -> list[int]:
    """Where a cell may be two: at the lengths that the two columns usually have, and where signs of one sort end."""
    found = {length for length in left.usual_lengths if 0 < length < len(part)}
    found |= {len(part) - length for length in right.usual_lengths if 0 < length < len(part)}
    for place in range(1, len(part)):
        if len(found) >= MOST_PLACES:
            break
        if _sort(part[place - 1]) != _sort(part[place]):
            found.add(place)
    return sorted(found)


def _sort(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "9" if character.isdigit() else character
