"""What the cells of a side column mean. One odd value is unknown, is counted, and never rejects its post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")

EXAMPLES = 5
MOST_KNOWN = 4_000  # cells that are remembered; most side columns have few different ones
LONGEST_KNOWN = 300  # characters of them


class Unknowns(dict[str, tuple[int, list[tuple[int, str]]]]):
    """Field → how many of its values were not understood, and the first of them with their lines."""

    def add(self, name: str, line: int, cell: str) -> None:
        count, examples = self.get(name, (0, []))
        if len(examples) < EXAMPLES:
            examples.append((line, cell[:80]))
        self[name] = (count + 1, examples)


class SideValues(Generic[Value]):
    """The values of one field. `position` is None where the file has no such column: then each is `nothing`.

    `parse` takes a cell and raises ValueError for what it does not understand.
    """

    def __init__(
        self, name: str, position: int | None, parse: Callable[[str], Value], *, nothing: Value
    ) -> None:
        self._name, self._position, self._parse, self._nothing = name, position, parse, nothing
        self._known: dict[str, tuple[Value, bool]] = {}  # cell → its value, and whether it was understood

    def of(self, line: int, cells: Sequence[str], unknowns: Unknowns) -> Value:
        """What the row in this line says; what is not understood is added to `unknowns`."""
        if self._position is None:
            return self._nothing
        cell = cells[self._position]
        value, understood = self._known.get(cell) or self._read(cell)
        if not understood:
            unknowns.add(self._name, line, cell)
        return value

    def _read(self, cell: str) -> tuple[Value, bool]:
        try:
            found = self._parse(cell), True
        except ValueError:
            found = self._nothing, False
        if len(cell) <= LONGEST_KNOWN:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[cell] = found
        return found
