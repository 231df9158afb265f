"""What a whole column of dates shows: the order of day and month, zones, gaps. Fed cell by cell, in little memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitoring.importing.meaning.moments.lexicon import zone_data
from monitoring.importing.meaning.moments.moments import (
    Moments,
    iso,
    not_understood,
    read,
)
from monitoring.importing.meaning.moments.order import SHORT, DayFirst, OrderSurvey
from monitoring.importing.meaning.moments.readings import Ago, Calendar, NamedDay, Order

MAX_EXAMPLES = 10
WHOLE_COLUMN = 0.95  # a share from which on a column "is" something
MANY_ROWS = 0.2
ENOUGH_MIDNIGHTS = 3  # fewer may be chance


class MomentSurvey:
    """Feed every row's cells to `add`, then ask.

    Counts are of cells that are not empty. `file_time` is what relative dates count from.
    """

    def __init__(self, file_time: datetime | None = None) -> None:
        self.now = file_time or datetime.now(UTC)
        self.filled = 0
        self.without_zone = 0  # cells with a time and no zone
        self.with_zone = 0
        self.relative = 0  # "6 days ago"
        self.without_year = 0  # "12 March": the latest one before the file was made
        self.examples: dict[str, str] = {}  # cell that is not understood → the reason
        self._understood = 0
        self._days = 0
        self._midnights = 0
        self._serials = 0
        self._order = OrderSurvey(self.now.year)
        # First and last of the wall times, and of those with a zone: for each order, and None for all other dates.
        self._spans: dict[Order, tuple[list[datetime], list[datetime]]] = {
            order: ([], []) for order in (True, False, "year", None)
        }
        self._zone_names: set[str] = set()
        self._common, self._votes = time(), 0  # the time of day that most rows have, and how far it is ahead
        self._common_days: set[date] = set()  # the first of its days

    def add(self, cell: str, time_cell: str = "") -> None:
        cell, time_cell = cell.strip(), time_cell.strip()
        if not cell:
            return
        self.filled += 1
        if (at := iso(cell)) is not None:
            self._count(at, len(cell) == 10, time_cell, {})
            return
        try:
            self._read(cell, time_cell)
        except (ValueError, OverflowError) as error:
            if len(self.examples) < MAX_EXAMPLES:
                self.examples[cell[:200]] = str(error)

    def _read(self, cell: str, time_cell: str) -> None:
        found, numbers = read(cell)
        if found is None or not found.has_date:
            raise ValueError(not_understood(cell))
        if isinstance(found, Calendar) and found.separator:
            at, others = self._in_all_orders(found, numbers)
        else:
            at, others = found.at(numbers, True, self.now), {}
        self._count(at, found.day_only, time_cell, others)
        self._serials += found.is_serial
        self.relative += isinstance(found, Ago | NamedDay)
        self.without_year += found.without_year
        if found.zone_name:
            self._zone_names.add(found.zone_name)

    def _in_all_orders(self, found: Calendar, numbers: list[str]) -> tuple[datetime, dict[Order, datetime]]:
        """What the cell is with the day first, and what otherwise. Raises ValueError where it is no date at all."""
        others: dict[Order, datetime] = {}
        if found.separator.endswith(SHORT):
            with suppress(ValueError):
                others["year"] = found.at(numbers, "year", self.now)
        try:
            at = found.at(numbers, True, self.now)
        except ValueError:
            if "year" not in others:
                raise
            at = others["year"]
        first, second, third = int(numbers[found.day]), int(numbers[found.month]), int(numbers[found.year])
        if self._order.add(found.separator, first, second, third):
            with suppress(ValueError):
                others[False] = found.at(numbers, False, self.now)
        return at, others

    def _count(self, at: datetime, day_only: bool, time_cell: str, others: Mapping[Order, datetime]) -> None:
        self._understood += 1
        if day_only and not time_cell:
            self._days += 1
        else:
            self._midnights += not time_cell and at.hour == at.minute == at.second == 0
            self.with_zone += at.tzinfo is not None
            self.without_zone += at.tzinfo is None
            if not time_cell:
                self._vote(at)
        if not others:
            _widen(self._spans[None], at)
            return
        for order in (True, False, "year"):
            _widen(self._spans[order], others.get(order, at))

    def _vote(self, at: datetime) -> None:
        """The majority vote of Boyer and Moore: what more than half of all rows have is left at the end."""
        second = at.time().replace(microsecond=0)
        if second == self._common:
            self._votes += 1
            if len(self._common_days) < ENOUGH_MIDNIGHTS:
                self._common_days.add(at.date())
        elif self._votes:
            self._votes -= 1
        else:
            self._common, self._votes, self._common_days = second, 1, {at.date()}

    # What the column shows

    @property
    def serials(self) -> bool:
        """Whether the column is one of Excel's day numbers. Single ones among other dates are not understood."""
        return self._serials > 0 and self._serials >= WHOLE_COLUMN * self.filled

    @property
    def understood(self) -> int:
        return self._understood - (0 if self.serials else self._serials)

    @property
    def share(self) -> float:
        """Of the cells that are not empty, how many are dates: 0 to 1."""
        return self.understood / self.filled if self.filled else 0.0

    @property
    def day_first(self) -> DayFirst:
        """Whether 3/4/2025 is in April, as the column proves it. True also where no such date occurs.

        None where it has to be asked, "conflict" where cells prove both.
        """
        return self._order.day_first

    @property
    def must_ask_order(self) -> bool:
        """Whether the person has to say if the day or the month comes first."""
        return self._order.must_ask

    @property
    def likely_day_first(self) -> bool | None:
        """A guess to show beside the question: no post is younger than its file."""
        if not self._understood:
            return None
        day_first, month_first = (
            self.range(order)[1] > self.now + timedelta(days=1) for order in (True, False)
        )
        return None if day_first == month_first else month_first

    @property
    def all_midnights(self) -> bool:
        """Whether times are given, and all are 00:00: then only the days are known."""
        return self._midnights >= ENOUGH_MIDNIGHTS and self._midnights + self._days == self._understood

    @property
    def no_time(self) -> str:
        """The time of day that stands for a day alone: midnight, or when a tool turned "3 years ago" into a date.

        That is a time which very many rows have to the second, on different days, and no full minute.
        """
        if self.all_midnights:
            return "00:00:00"
        common, is_frequent = self._common, self._votes >= MANY_ROWS * self._understood
        is_made = is_frequent and common.second > 0 and len(self._common_days) >= ENOUGH_MIDNIGHTS
        return common.isoformat() if is_made else ""

    @property
    def days_only(self) -> bool:
        return self._understood > 0 and (self._days == self._understood or self.all_midnights)

    @property
    def unclear_zones(self) -> list[str]:
        """Abbreviations that stand for several zones, where no other cell decides: "IST"."""
        names = self._zone_names & zone_data()["ambiguous"].keys() - self.zones().keys()
        return sorted(name.upper() for name in names)

    def zones(self) -> Mapping[str, float]:
        """Such abbreviations that the column itself makes clear, and their hours: CST beside CDT is American."""
        settled: dict[str, float] = {}
        for name in self._zone_names & zone_data()["ambiguous"].keys():
            hours = {h for other, h in zone_data()["ambiguous"][name].items() if other in self._zone_names}
            if len(hours) == 1:
                settled[name] = hours.pop()
        return settled

    def range(self, day_first: bool | None = None) -> tuple[datetime, datetime]:
        """The first and the last moment, wall times taken as UTC. Raises LookupError where nothing is understood."""
        order: Order = self.day_first is not False if day_first is None else day_first
        chosen = self._spans["year" if self._order.year_first else order]
        walls, instants = (plain + ordered for plain, ordered in zip(self._spans[None], chosen, strict=True))
        known = [wall.replace(tzinfo=UTC) for wall in walls] + [moment.astimezone(UTC) for moment in instants]
        if not known:
            raise LookupError
        return min(known), max(known)

    def moments(self, zone: tzinfo, day_first: bool | None = None) -> Moments:
        """The reader for this column; `day_first` is what the person says, for what the column does not prove."""
        return Moments(
            zone,
            self._order.answers(day_first),
            self.now,
            serials=self.serials,
            no_time=self.no_time,
            zones=self.zones(),
        )


def _widen(span: tuple[list[datetime], list[datetime]], moment: datetime) -> None:
    known = span[moment.tzinfo is not None]
    if not known:
        known += [moment, moment]
    elif moment < known[0]:
        known[0] = moment
    elif moment > known[1]:
        known[1] = moment
