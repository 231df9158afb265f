"""One look at a whole table before anything is stored: what its columns prove, in memory that stays flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from monitoring.importing.meaning.addresses import author_of_address
from monitoring.importing.meaning.authors import AuthorSurvey
from monitoring.importing.meaning.counts import CountSurvey
from monitoring.importing.meaning.fields import COUNTS
from monitoring.importing.meaning.ids import IdSurvey
from monitoring.importing.meaning.languages import language_code
from monitoring.importing.meaning.moments import MomentSurvey, is_half_of_day, with_zone
from monitoring.importing.meaning.texts import looks_garbled, unwrap
from monitoring.importing.meaning.tones import ToneSurvey
from monitoring.importing.reading.tables import Record, Table

MAX_DISTINCT = 1_000  # values of a brand or language column that are counted
EXAMPLES = 5


class Survey:
    """What a table shows with these columns (field → positions). `file_time` is what "6 days ago" counts from."""

    def __init__(self, columns: Mapping[str, tuple[int, ...]], file_time: datetime) -> None:
        self.columns = columns
        self.rows = 0
        self.repaired: list[tuple[int, str]] = []  # line, what was done; the first of them
        self.repaired_count = self.garbled = 0
        self.moments = MomentSurvey(file_time)
        self.tones, self.authors = ToneSurvey(), AuthorSurvey()
        self.ids, self.addresses = IdSurvey(), IdSurvey()
        self.counts = {name: CountSurvey() for name in COUNTS if name in columns}
        self.brands: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        adders: dict[str, Callable[[str], None]] = {
            "sentiment": self.tones.add,
            "brand": partial(_count, self.brands),
            "language": self._add_language,
            **{name: survey.add for name, survey in self.counts.items()},
        }
        # Positions and what their cells are fed to, for speed. The text is the last of its cells, not its headline.
        self._text = columns["text"][-1] if "text" in columns else None
        self._fed = [(columns[name][-1], add) for name, add in adders.items() if name in columns]
        self._identifying = [
            (columns[name][-1], survey.add)
            for name, survey in (("id", self.ids), ("url", self.addresses))
            if name in columns
        ]

    def read(self, table: Table, progress: Callable[[int, float], None] | None = None) -> Survey:
        """Look at every row. `progress` is told the rows and the part that are done, every few thousand rows."""
        for record in table.records():
            self.add(record)
            if progress and self.rows % 5_000 == 0:
                progress(self.rows, table.progress)
        return self

    def add(self, record: Record) -> None:
        self.rows += 1
        if record.fault:
            return
        if record.repair:
            self.repaired_count += 1
            if len(self.repaired) < EXAMPLES:
                self.repaired.append((record.line, record.repair))
        self._add_cells(record.cells)

    def _add_cells(self, cells: list[str]) -> None:
        text = unwrap(cells[self._text]) if self._text is not None else ""
        if not text:
            return
        author = named_author(self.columns, cells)
        row = f"{author}\x1f{text}"
        self.garbled += looks_garbled(text)
        self.moments.add(*dated(self.columns, cells))
        self.authors.add(author, text)
        for position, feed in self._identifying:
            feed(unwrap(cells[position]), row)
        for position, add in self._fed:
            add(unwrap(cells[position]))

    def _add_language(self, cell: str) -> None:
        _count(self.languages, language_code(cell))


def dated(columns: Mapping[str, tuple[int, ...]], cells: Sequence[str]) -> list[str]:
    """The cell with the date and the one with the time of day, if there is one, in the zone that the row names.

    AM or PM may stand in one more.
    """
    positions = columns.get("posted_at", ())
    if len(positions) == 1 and "zone" not in columns:
        return [unwrap(cells[positions[0]])]  # as in nearly all files
    *before, last = [unwrap(cells[position]) for position in positions[:3]] or [""]
    if len(before) == 2 or (before and is_half_of_day(last)):
        last = f"{before.pop()} {last}"
    zone = cells[columns["zone"][0]].strip() if "zone" in columns else ""
    return [*before, with_zone(last, zone)]


def named_author(columns: Mapping[str, tuple[int, ...]], cells: Sequence[str]) -> str:
    """The author as a row names it: the account, else the name beside it, else the account in the address."""
    for name in ("author", "author_name"):
        if (positions := columns.get(name)) and (found := cells[positions[0]].strip()):
            return found
    if "url" not in columns:
        return ""
    return author_of_address(cells[columns["url"][0]].strip())


def _count(seen: Counter[str], value: str) -> None:
    if value in seen or len(seen) < MAX_DISTINCT:
        seen[value] += 1
