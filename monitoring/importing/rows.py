"""From the cells of one record to one mention, or to the reason why not. Nothing is guessed and nothing cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from monitoring.importing.reading import Record

MAX_TEXT_CHARS = 20_000
# Clocks differ a little; a post from tomorrow is a wrong column or a wrong zone.
FUTURE_TOLERANCE = timedelta(minutes=10)
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
BIGGEST = 2**62
SENTIMENTS = {
    "": "",
    "negative": "negative",
    "neg": "negative",
    "-1": "negative",
    "neutral": "neutral",
    "neu": "neutral",
    "0": "neutral",
    "positive": "positive",
    "pos": "positive",
    "1": "positive",
    "unknown": "",
    "unrated": "",
    "n/a": "",
}
TRUTHS = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}
# Formats that exports use beside ISO 8601; the last is the old Twitter API's.
DATE_FORMATS = ("%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%a %b %d %H:%M:%S %z %Y")
LIMITS = {
    "id": 200,
    "source": 32,
    "platform": 32,
    "lang": 16,
    "author": 200,
    "sentiment_source": 60,
    "url": 2000,
    "flags": 500,
}


class RowFault(Exception):
    """Why this row is not stored."""


class Row(NamedTuple):
    """One mention, in the order of the columns that `storing` writes."""

    brand_id: int
    source: str
    external_id: str
    platform: str
    lang: str
    author: str
    author_followers: int | None
    is_brand_own: bool
    text: str
    sentiment: str
    sentiment_source: str
    retweets: int | None
    likes: int | None
    replies: int | None
    url: str
    flags: str
    posted_at: datetime


class RowParser:
    """`brands` maps names in lower case to ids; `default_brand` is for rows that name none."""

    def __init__(
        self,
        columns: Mapping[str, int],
        width: int,
        *,
        brands: Mapping[str, int],
        default_brand: int | None,
        now: datetime,
    ) -> None:
        self._columns = columns
        self._width = width
        self._brands = brands
        self._default_brand = default_brand
        self._latest = now + FUTURE_TOLERANCE

    def parse(self, record: Record) -> Row:
        """Raises RowFault with the reason."""
        cells = self._checked(record)
        get = self._getter(cells)
        url, platform = get("url"), get("platform").casefold()
        external_id = get("id") or url
        if not external_id:
            raise RowFault(_("no id: without one the row could not be told from a duplicate"))
        if url and not url.casefold().startswith(("https://", "http://")):
            raise RowFault(_("the address does not begin with https:// or http://"))
        text = get("text")
        if not text:
            raise RowFault(_("no text"))
        if len(text) > MAX_TEXT_CHARS:
            raise RowFault(_("the text is longer than %(n)d characters") % {"n": MAX_TEXT_CHARS})
        if len(external_id) > LIMITS["id"]:
            raise RowFault(_("id is longer than %(n)d characters") % {"n": LIMITS["id"]})
        return Row(
            brand_id=self._brand(get("brand")),
            source=get("source").casefold() or platform or "file",
            external_id=external_id,
            platform=platform,
            lang=get("lang").casefold(),
            author=get("author"),
            author_followers=_number(get("author_followers"), "author_followers"),
            is_brand_own=_own(get("is_brand_own")),
            text=text,
            sentiment=_sentiment(get("sentiment")),
            sentiment_source=get("sentiment_source"),
            retweets=_number(get("retweets"), "retweets"),
            likes=_number(get("likes"), "likes"),
            replies=_number(get("replies"), "replies"),
            url=url,
            flags=get("flags"),
            posted_at=self._time(get("created_at")),
        )

    def _checked(self, record: Record) -> list[str]:
        if record.fault:
            raise RowFault(record.fault)
        cells = record.cells
        if len(cells) < self._width or any(cell.strip() for cell in cells[self._width :]):
            raise RowFault(
                _("%(found)d cells where the first line names %(wanted)d columns")
                % {"found": len(cells), "wanted": self._width}
            )
        if any("\0" in cell for cell in cells):
            raise RowFault(_("NUL characters: the file was damaged on its way; export it again"))
        return cells

    def _getter(self, cells: Sequence[str]) -> _Getter:
        return _Getter(cells, self._columns)

    def _brand(self, name: str) -> int:
        if not name:
            if self._default_brand is None:
                raise RowFault(_("no brand named, and none chosen for such rows"))
            return self._default_brand
        try:
            return self._brands[name.casefold()]
        except KeyError:
            raise RowFault(
                _("brand “%(name)s” is not known: add it first, or let the import add new brands")
                % {"name": name[:60]}
            ) from None

    def _time(self, value: str) -> datetime:
        moment = _moment(value)
        if moment > self._latest:
            raise RowFault(
                _("“%(value)s” lies in the future: check the column and the time zone") % {"value": value}
            )
        if moment < OLDEST:
            raise RowFault(_("“%(value)s” is too long ago to be a post: check the column") % {"value": value})
        return moment


class _Getter:
    """The value of a field, without blanks around it; the empty string where there is no such column."""

    def __init__(self, cells: Sequence[str], columns: Mapping[str, int]) -> None:
        self._cells, self._columns = cells, columns

    def __call__(self, field: str) -> str:
        position = self._columns.get(field)
        if position is None:
            return ""
        value = self._cells[position].strip()
        if field in LIMITS and field != "id" and len(value) > LIMITS[field]:
            raise RowFault(
                _("%(field)s is longer than %(n)d characters") % {"field": field, "n": LIMITS[field]}
            )
        return value


def _moment(value: str) -> datetime:
    """An instant. A time without a zone is UTC, as the help says; 03/04/2015 is refused, nobody knows the month."""
    if not value:
        raise RowFault(_("no date"))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        for form in DATE_FORMATS:
            try:
                moment = datetime.strptime(value, form)  # noqa: DTZ007 - the zone is filled in below
                break
            except ValueError:
                continue
        else:
            raise RowFault(
                _("date “%(value)s” is not understood: write 2015-02-22T13:05:00Z") % {"value": value[:40]}
            ) from None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise RowFault(
            _("date “%(value)s” is not understood: write 2015-02-22T13:05:00Z") % {"value": value}
        ) from None


def _sentiment(value: str) -> str:
    try:
        return SENTIMENTS[value.casefold()]
    except KeyError:
        message = _("sentiment “%(value)s”: use negative, neutral, positive or nothing")
        raise RowFault(message % {"value": value[:40]}) from None


def _own(value: str) -> bool:
    try:
        return TRUTHS[value.casefold()]
    except KeyError:
        raise RowFault(_("is_brand_own “%(value)s”: use 1 or 0") % {"value": value[:40]}) from None


def _number(value: str, field: str) -> int | None:
    """A count; nothing is unknown. "12.0" is what spreadsheets make of 12."""
    if not value:
        return None
    digits = value.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18 or int(digits) > BIGGEST:
        raise RowFault(
            _("%(field)s “%(value)s” is not a whole number") % {"field": field, "value": value[:40]}
        )
    return int(digits)
