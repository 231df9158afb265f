"""How the cells of one shape are read: each reading turns a cell's numbers into a date and time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal

from django.utils.translation import gettext as _

FIRST_EPOCH = 1_000_000_000  # of 2001; smaller numbers count something else
YEAR = 31_622_400
EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall time: Excel knows no zones
DAYS_OF_SERIALS = range(20_000, 80_000)  # 1954 to 2119
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
PER_SECOND = {10: 1, 13: 1_000, 16: 1_000_000}


Order = bool | Literal["year"] | None  # whether the day comes first; None where nobody knows


class Reading(ABC):
    """How to read the cells of one shape. `at` is aware where the cell gives its zone, else a wall time."""

    day_only = False
    separator = ""  # "/", "." or "-" where the order has to be known, with "yy" where the year has two digits
    zone_name = ""  # as the cell has it; where `zone` is not set it stands for several
    is_serial = False
    has_date = True
    without_year = False

    @abstractmethod
    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        """`numbers` are the digits of the cell, `now` is when the file was made, in the person's zone.

        Raises ValueError with a sentence for the person.
        """


@dataclass
class Epoch(Reading):
    """Seconds since 1970, or their thousandths or millionths, by the number of digits."""

    per_second: int

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        seconds, rest = divmod(int(numbers[0]), self.per_second)
        if not FIRST_EPOCH <= seconds <= now.timestamp() + YEAR:
            raise ValueError(_("This number is no time of a post."))
        micros = rest * 1_000_000 // self.per_second
        if self.per_second == 1 and len(numbers) > 1:
            micros = _micros(numbers[1])
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)


class Serial(Reading):
    """Days since 1900 as Excel counts them."""

    is_serial = True

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        if int(numbers[0]) not in DAYS_OF_SERIALS:
            raise ValueError(_("This number is no day of Excel's calendar."))
        return EXCEL_DAY_0 + timedelta(days=int(numbers[0]), seconds=fraction_seconds(numbers[1:]))


class SerialDay(Serial):
    """The same without a time."""

    day_only = True


class Fraction(Reading):
    """A time of day as Excel stores it: 0.34375 is 08:15."""

    has_date = False

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        return EXCEL_DAY_0 + timedelta(seconds=fraction_seconds(numbers[1:]))


def fraction_seconds(digits: Sequence[str]) -> int:
    """Of a day, to the second: 43.999 of Excel's rounding is 44."""
    return round(float(f"0.{digits[0]}") * 86_400) if digits else 0


def _micros(digits: str) -> int:
    return int(digits[:6].ljust(6, "0"))


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Where in the cell's numbers the time stands. A position of -1 is not given."""

    hour: int
    minute: int = -1
    second: int = -1
    fraction: int = -1
    half: str = ""  # "am" or "pm"
    packed_from: int = -1  # hour, minute and second in one number, behind so many digits: 070509

    def read(self, numbers: Sequence[str]) -> timedelta:
        """Since midnight; 24:00 is the next midnight. Raises ValueError where there is no such time."""
        hour, minute, second = self._packed(numbers) if self.packed_from >= 0 else self._separate(numbers)
        if self.half and hour <= 12:  # 午後0:15 is a quarter past noon
            hour = hour % 12 + (12 if self.half == "pm" else 0)
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second):
            raise ValueError(_("There is no such time of day."))
        micros = _micros(numbers[self.fraction]) if self.fraction >= 0 else 0
        return timedelta(seconds=hour * 3600 + minute * 60 + min(second, 59), microseconds=micros)

    def _separate(self, numbers: Sequence[str]) -> tuple[int, int, int]:
        minute = int(numbers[self.minute]) if self.minute >= 0 else 0
        hour = int(numbers[self.hour]) if self.hour >= 0 else 0
        return hour, minute, int(numbers[self.second]) if self.second >= 0 else 0

    def _packed(self, numbers: Sequence[str]) -> tuple[int, int, int]:
        digits = numbers[self.hour][self.packed_from :].ljust(6, "0")
        return int(digits[:2]), int(digits[2:4]), int(digits[4:])


MIDNIGHT = TimeOfDay(-1)


@dataclass(frozen=True, slots=True)
class Offset:
    """A zone written in numbers: +03:00, -0500, GMT+3."""

    sign: int
    hours: int
    minutes: int = -1

    def read(self, numbers: Sequence[str]) -> timezone:
        """Raises ValueError where no zone is so far away."""
        return _offset(self.sign, numbers[self.hours], numbers[self.minutes] if self.minutes >= 0 else "")


@lru_cache(maxsize=200)
def _offset(sign: int, digits: str, minutes: str) -> timezone:
    hours, rest = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    if int(hours) > 15 or int(minutes or rest) > 59:
        raise ValueError(_("There is no such zone."))
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or rest)))


@dataclass
class Calendar(Reading):
    """A date of day, month and year, with a time or without. Positions are those of the cell's numbers."""

    year: int = -1
    month: int = -1
    day: int = -1
    named_month: int = 0
    era: int = 0  # the year before its first; 0 for ours
    separator: str = ""
    packed: bool = False  # 20250304 in one number
    time: TimeOfDay | None = None
    offset: Offset | None = None
    zone: tzinfo | None = None
    zone_name: str = ""

    def __post_init__(self) -> None:
        self.day_only = self.time is None
        self.without_year = self.year < 0
        short = self.separator.endswith("yy")
        self._is_common = not (
            self.packed or self.era or self.without_year or short or (self.time or MIDNIGHT).packed_from >= 0
        )

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        try:
            wall = self._at_once(numbers, order)
        except ValueError:
            wall = self._date(numbers, order, now) + (self.time or MIDNIGHT).read(numbers)
        zone = self.offset.read(numbers) if self.offset else self.zone
        return wall.replace(tzinfo=zone) if zone else wall

    def _at_once(self, numbers: Sequence[str], order: Order) -> datetime:
        """The common kind of date, in one step for speed. Raises ValueError for all that is unusual or wrong."""
        if not self._is_common or len(numbers[self.year]) < 4:
            raise ValueError
        time = self.time or MIDNIGHT
        values = [*map(int, numbers), 0]  # a position of -1 finds the 0
        day, month, hour = values[self.day], self.named_month or values[self.month], values[time.hour]
        if self.separator and is_month_first(day, month, order):
            day, month = month, day
        if time.half and hour <= 12:
            hour = hour % 12 + (12 if time.half == "pm" else 0)
        micros = _micros(numbers[time.fraction]) if time.fraction >= 0 else 0
        return datetime(  # noqa: DTZ001 - a wall time
            values[self.year], month, day, hour, values[time.minute], values[time.second], micros
        )

    def _date(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        if self.packed:
            digits = numbers[self.year]
            return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        if order == "year" and self.separator:
            return _day(_full_year(numbers[self.day]), int(numbers[self.month]), int(numbers[self.year]))
        day = int(numbers[self.day])
        month = self.named_month or int(numbers[self.month])
        if self.separator and is_month_first(day, month, order):
            day, month = month, day
        if self.year < 0:
            return _latest(month, day, now)
        if self.era:
            return _day(self.era + int(numbers[self.year]), month, day)
        return _day(_full_year(numbers[self.year]), month, day)


@dataclass
class TimeOnly(Reading):
    """A time of day from a column of its own."""

    time: TimeOfDay
    offset: Offset | None = None
    zone: tzinfo | None = None
    zone_name: str = ""
    has_date = False

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        zone = self.offset.read(numbers) if self.offset else self.zone
        return (EXCEL_DAY_0 + self.time.read(numbers)).replace(tzinfo=zone)


@dataclass
class Ago(Reading):
    """So long before the file was made. From days on only the day is known."""

    parts: Sequence[tuple[int, int, str]]  # position of the number or -1, number where there is none, unit

    @property
    def day_only(self) -> bool:  # type: ignore[override]
        return any(unit in ("day", "week", "month", "year") for _at, _number, unit in self.parts)

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        for position, number, unit in self.parts:
            now = _before(now, int(numbers[position]) if position >= 0 else number, unit)
        return now


@dataclass
class NamedDay(Reading):
    """Today, yesterday or the day before, perhaps with a time."""

    days_ago: int
    time: TimeOfDay | None = None

    @property
    def day_only(self) -> bool:  # type: ignore[override]
        return self.time is None

    def at(self, numbers: Sequence[str], order: Order, now: datetime) -> datetime:
        day = datetime.combine(now.date() - timedelta(days=self.days_ago), time())
        return day + self.time.read(numbers) if self.time else day


def is_month_first(first: int, second: int, order: Order) -> bool:
    """Whether the first of two numbers is the month: by themselves, else as the column has it.

    Raises ValueError where that is not known.
    """
    if first > 12 or first == second:
        return False
    if second > 12:
        return True
    if order is None:
        raise ValueError(_("It is not clear whether the day or the month comes first."))
    return not order


def _full_year(digits: str) -> int:
    if len(digits) == 1:  # "3-2-1" is a score
        raise ValueError(_("There is no such year."))
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _day(year: int, month: int, day: int) -> datetime:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - a wall time, `Moments` knows the zone
    except ValueError:
        raise ValueError(_("There is no such day in the calendar.")) from None


def _latest(month: int, day: int, now: datetime) -> datetime:
    """The last such day that is not in the future; one day of grace for zones."""
    for year in range(now.year, now.year - 8, -1):
        with suppress(ValueError):
            found = _day(year, month, day)
            if found.date() <= now.date() + timedelta(days=1):
                return found
    raise ValueError(_("There is no such day in the calendar."))


def _before(now: datetime, number: int, unit: str) -> datetime:
    try:
        if unit in SECONDS:
            return now - timedelta(seconds=number * SECONDS[unit])
        months = now.year * 12 + now.month - 1 - number * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise ValueError(_("That is too long ago.")) from None
