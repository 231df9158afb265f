"""From the cells of one record to one mention, or to the reason why not. Nothing is guessed and nothing cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from monitoring.importing import values
from monitoring.importing.faults import RowFault
from monitoring.importing.records import Record

MAX_TEXT_CHARS = 20_000
# Machines differ a little about the time; a post from tomorrow is a wrong column or a wrong zone.
FUTURE_TOLERANCE = timedelta(minutes=10)
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
MAX_ID_CHARS = 200
LIMITS = {  # characters, as the columns of the table have them
    "source": 32,
    "platform": 32,
    "lang": 16,
    "author": 200,
    "sentiment_source": 60,
    "url": 2000,
    "flags": 500,
}


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
    """Records of a file with these columns (field → position) and this many of them → rows.

    `brands` maps names in lower case to ids; `default_brand` (an id) is for rows that name none; a post later than
    `now`, but for a tolerance, is refused.
    """

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
        get = _Cells(self._checked(record), self._columns).get
        url, platform = _address(get("url")), get("platform").casefold()
        external_id, text = _external_id(get("id") or url), _text(get("text"))
        return Row(
            brand_id=self._brand(get("brand")),
            source=get("source").casefold() or platform or "file",
            external_id=external_id,
            platform=platform,
            lang=get("lang").casefold(),
            author=get("author"),
            author_followers=values.whole_number(get("author_followers"), "author_followers"),
            is_brand_own=values.is_brand_own(get("is_brand_own")),
            text=text,
            sentiment=values.sentiment(get("sentiment")),
            sentiment_source=get("sentiment_source"),
            retweets=values.whole_number(get("retweets"), "retweets"),
            likes=values.whole_number(get("likes"), "likes"),
            replies=values.whole_number(get("replies"), "replies"),
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
        moment = values.moment(value)
        if moment > self._latest:
            raise RowFault(
                _("“%(value)s” lies in the future: check the column and the time zone") % {"value": value}
            )
        if moment < OLDEST:
            raise RowFault(_("“%(value)s” is too long ago to be a post: check the column") % {"value": value})
        return moment


class _Cells:
    """One record, asked by field instead of position."""

    def __init__(self, cells: Sequence[str], columns: Mapping[str, int]) -> None:
        self._cells, self._columns = cells, columns

    def get(self, field: str) -> str:
        """The value without blanks around it; the empty string where there is no such column."""
        position = self._columns.get(field)
        if position is None:
            return ""
        value = self._cells[position].strip()
        if field in LIMITS and len(value) > LIMITS[field]:
            raise RowFault(
                _("%(field)s is longer than %(n)d characters") % {"field": field, "n": LIMITS[field]}
            )
        return value


def _external_id(value: str) -> str:
    if not value:
        raise RowFault(_("no id: without one the row could not be told from a duplicate"))
    if len(value) > MAX_ID_CHARS:
        raise RowFault(_("id is longer than %(n)d characters") % {"n": MAX_ID_CHARS})
    return value


def _address(url: str) -> str:
    if url and not url.casefold().startswith(("https://", "http://")):
        raise RowFault(_("the address does not begin with https:// or http://"))
    return url


def _text(value: str) -> str:
    if not value:
        raise RowFault(_("no text"))
    if len(value) > MAX_TEXT_CHARS:
        raise RowFault(_("the text is longer than %(n)d characters") % {"n": MAX_TEXT_CHARS})
    return value
