"""One cell, or two, become a moment in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from monitoring.importing.meaning.moments.grammar import MAX_LENGTH, is_month, plain_digits, reading_of
from monitoring.importing.meaning.moments.lexicon import fold, tokens
from monitoring.importing.meaning.moments.readings import Calendar, Epoch, Order, Reading

NINES = bytes.maketrans(b"012345678", b"999999999")
BLANKS = bytes(byte if byte in b"0123456789" else 32 for byte in range(256))
DOTTED_TIME = re.compile(r"\d{1,2}\.\d\d\.\d\d")
MAX_SHAPES = 20_000  # in memory; a column of dates has dozens
DIGIT = re.compile("[0-9]")
MIDNIGHT = time()
OUR_YEARS = range(1500, 2440)  # others are those of Muslim, Persian and Buddhist calendars
ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
OTHER_ERA = re.compile(r"1\d\d([-/.])\d{1,2}\1\d{1,2}\b.*")  # the years of Taiwan have three digits
NO_TIME = timedelta()
# Places that are so far from UTC all year; whole hours need none.
PLACES_BY_MINUTES = {
    -570: "Pacific/Marquesas",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
}
SEPARATORS = ("/", "-", ".", "/yy", "-yy", ".yy")
_readings: dict[bytes, Reading | None] = {}


class Moment(NamedTuple):
    """When something was posted. A day without a time is its midnight in UTC, whatever the zone."""

    at: datetime
    day_only: bool
    zone_given: bool  # by the cell


def read(cell: str) -> tuple[Reading | None, list[str]]:
    """How a cell is read, from memory where its shape has been seen, and its numbers. In bytes, for speed."""
    if len(cell) > MAX_LENGTH:
        return None, []
    raw = cell.encode("utf-8", "replace")
    kind = raw.translate(NINES)
    if kind not in _readings:
        plain = plain_digits(cell)
        if plain != cell:
            return read(plain)
        if len(_readings) >= MAX_SHAPES:
            _readings.clear()
        _readings[kind] = reading_of(kind.decode())
    return _readings[kind], raw.translate(BLANKS).decode().split()


def with_zone(cell: str, zone: str) -> str:
    """A date or a time with the zone that another cell names; as it is where it has its own, or both make no sense."""
    if not zone or _names_zone(read(cell)[0]):
        return cell
    joined = f"{cell} {zone}"
    return joined if _names_zone(read(joined)[0]) else cell


@lru_cache(maxsize=1_000)
def is_half_of_day(cell: str) -> bool:
    """Whether a cell says AM or PM and nothing else."""
    words = tokens(fold(cell.strip())) if len(cell) <= MAX_LENGTH else []
    return len(words) == 1 and "half" in words[0].means


def has_time(cell: str) -> bool:
    """Whether a cell says a time of day, with a date or alone."""
    found, _numbers = read(cell.strip())
    return found is not None and not found.day_only


def _names_zone(found: Reading | None) -> bool:
    return isinstance(found, Epoch) or any(
        getattr(found, name, None) for name in ("offset", "zone", "zone_name")
    )


def zone_key(name: str) -> str:
    """The key in the list of the IANA for a zone as people write it: "ET", "GMT-5", "Europe/Rome"; else empty."""
    found, numbers = read(f"2000-01-01 00:00 {name}")
    if not isinstance(found, Calendar) or not _names_zone(found):
        return ""
    at = found.at(numbers, None, datetime.now(UTC))
    if isinstance(at.tzinfo, ZoneInfo):
        return at.tzinfo.key
    if at.tzinfo is None:
        return ""
    hours, rest = divmod((at.utcoffset() or NO_TIME) // timedelta(minutes=1), 60)
    if rest:
        return PLACES_BY_MINUTES.get(hours * 60 + rest, "")
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"  # the list has the signs the other way round


def iso(cell: str) -> datetime | None:
    """A date that begins like ISO 8601, read by the standard library: ten times as fast."""
    if cell[4:5] != "-" or cell[7:8] != "-":
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


class Moments:
    """Reads the cells of one column.

    `day_first` is for dates such as 3/4/2025: one answer, or one for each separator; None refuses them.
    `file_time` is what "6 days ago" counts from. `MomentSurvey.moments()` makes one from what a column shows.
    """

    def __init__(
        self,
        zone: tzinfo,
        day_first: bool | Mapping[str, Order] | None,
        file_time: datetime,
        *,
        serials: bool = False,
        no_time: str = "",
        zones: Mapping[str, float] | None = None,
    ) -> None:
        """`zones`: abbreviations that the column makes clear, and their hours from UTC."""
        self.zone = zone
        self.order = day_first if isinstance(day_first, Mapping) else dict.fromkeys(SEPARATORS, day_first)
        self.now = file_time.astimezone(zone)
        self.serials = serials
        self.no_time = time.fromisoformat(no_time) if no_time else None
        self.zones = zones or {}
        self._offsets: dict[int, timedelta | None] = {}  # of days

    def parse(self, cell: str, time_cell: str = "") -> Moment:
        """Raises ValueError with a sentence for the person."""
        cell = cell.strip()
        try:
            at = iso(cell)
            if at is not None:
                found = None
                day_only = len(cell) == 10
            else:
                found, numbers = self._read(cell)
                at = found.at(numbers, self.order.get(found.separator), self.now)
                day_only = found.day_only
            if at.year not in OUR_YEARS:
                raise ValueError(_of_another_calendar(cell))
            if time_cell and at.time() == MIDNIGHT and time_cell.strip():
                return self._joined(at.date(), time_cell.strip(), at.tzinfo)
            if day_only or (self.no_time is not None and at.time().replace(microsecond=0) == self.no_time):
                return Moment(datetime.combine(at.date(), MIDNIGHT, UTC), True, at.tzinfo is not None)
            return self._moment(at, found)
        except OverflowError:
            raise ValueError(not_understood(cell)) from None

    def _read(self, cell: str) -> tuple[Reading, list[str]]:
        found, numbers = read(cell)
        if found is None or not found.has_date or (found.is_serial and not self.serials):
            raise ValueError(not_understood(cell))
        return found, numbers

    def _joined(self, day: date, cell: str, zone: tzinfo | None) -> Moment:
        """A date with the time of another cell."""
        found = None
        if DOTTED_TIME.fullmatch(cell):  # alone it would be a day
            cell = cell.replace(".", ":")
        if (at := iso(cell)) is None:
            found, numbers = read(cell)
            if found is None or found.day_only:
                raise ValueError(_("The time “%(cell)s” is not understood.") % {"cell": cell[:40]})
            at = found.at(numbers, True, self.now)
        days = at.date() - date(1899, 12, 30) if found and not found.has_date else timedelta()
        return self._moment(
            datetime.combine(day + days, at.timetz()).replace(tzinfo=at.tzinfo or zone), found
        )

    def _moment(self, at: datetime, found: Reading | None) -> Moment:
        if at.tzinfo is not None:
            return Moment(at.astimezone(UTC), False, True)
        name = found.zone_name if found else ""
        if name and (name in self.zones or not self._is_zone(name, at)):
            return Moment(at.replace(tzinfo=self._named(name)).astimezone(UTC), False, True)
        if self.zone is UTC:
            return Moment(at.replace(tzinfo=UTC), False, False)
        return self._in_zone(at, zone_given=bool(name))

    def _in_zone(self, at: datetime, zone_given: bool) -> Moment:
        """A wall time. Where it comes twice the first is meant, where it never comes it is an hour later."""
        day = at.toordinal()
        offset = self._offsets[day] if day in self._offsets else self._offset_of_day(day)
        if offset is not None:
            return Moment((at - offset).replace(tzinfo=UTC), False, zone_given)
        offset = at.replace(tzinfo=self.zone).utcoffset() or NO_TIME
        return Moment((at - offset).replace(tzinfo=UTC), False, zone_given)

    def _offset_of_day(self, day: int) -> timedelta | None:
        """From UTC; None on a day on which it changes. Kept, for zones are slow."""
        first = datetime.fromordinal(day).replace(tzinfo=self.zone)
        last = first.replace(hour=23, minute=59, second=59)
        offsets = {moment.replace(fold=fold).utcoffset() for moment in (first, last) for fold in (0, 1)}
        return self._offsets.setdefault(day, offsets.pop() if len(offsets) == 1 else None)

    def _is_zone(self, name: str, at: datetime) -> bool:
        """Whether an abbreviation of several zones is one of the chosen zone."""
        return any(
            (moment.replace(tzinfo=self.zone).tzname() or "").casefold() == name
            for moment in (at, at + timedelta(days=182))
        )

    def _named(self, name: str) -> timezone:
        if name in self.zones:
            return timezone(timedelta(hours=self.zones[name]))
        raise ValueError(
            _("“%(name)s” stands for several zones. Choose the zone of this file.") % {"name": name.upper()}
        )


def not_understood(cell: str) -> str:
    """The sentence for a cell that is no date."""
    if not cell:
        return _("There is no date.")
    if ROUNDED.fullmatch(cell):
        return _(
            "“%(cell)s” was a time before a spreadsheet rounded it. Export again, and import the file as it comes."
        ) % {"cell": cell}
    if len(cell) <= MAX_LENGTH and is_month(DIGIT.sub("9", plain_digits(cell))):
        return _("“%(cell)s” names a month and no day. Export again with when each post was written.") % {
            "cell": cell
        }
    if OTHER_ERA.fullmatch(plain_digits(cell)):
        return _of_another_calendar(cell)
    return _("The date “%(cell)s” is not understood.") % {"cell": cell[:40]}


def _of_another_calendar(cell: str) -> str:
    return _("“%(cell)s” seems to be by another calendar. Export again with years such as %(year)d.") % {
        "cell": cell[:40],
        "year": datetime.now(UTC).year,
    }
