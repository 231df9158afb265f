"""From the cells of one record to one row, or to the reason why not. A side value that is not understood is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from monitoring.importing import identity
from monitoring.importing.meaning.addresses import read_address
from monitoring.importing.meaning.authors import clean_author, is_nobody
from monitoring.importing.meaning.counts import parse_count
from monitoring.importing.meaning.ids import clean_id
from monitoring.importing.meaning.languages import language_code
from monitoring.importing.meaning.moments import Moment, Moments
from monitoring.importing.meaning.platforms import is_client, platform_of_address, platform_of_name
from monitoring.importing.meaning.texts import clean_text, unwrap
from monitoring.importing.meaning.tones import Scale, Tones
from monitoring.importing.meaning.words import word_list
from monitoring.importing.plan import Plan
from monitoring.importing.reading.tables import Record
from monitoring.importing.side_values import SideValues, Unknowns, Value
from monitoring.importing.survey import dated, named_author

MAX_TEXT_CHARS = 100_000
# Machines differ a little about the time; a post from tomorrow is a wrong column or a wrong zone.
FUTURE_TOLERANCE = timedelta(minutes=10)
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
LIMITS = {
    "id": 200,
    "author": 200,
    "sentiment_source": 60,
    "url": 2000,
    "flags": 500,
}  # as the table has them


class RowError(Exception):
    """Why this row is not stored. The others are."""


class Row(NamedTuple):
    """One mention and its post, in the order in which `storing` copies them."""

    line: int
    brand_id: int
    address_key: str | None  # in hexadecimal digits, as the next
    content_key: str
    person: int
    platform: str
    external_id: str
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
    reach: int | None
    url: str
    flags: str
    posted_at: datetime
    day_only: bool


class RowBuilder:
    """Records → rows, as `plan` says. `brands` maps names in lower case to ids.

    `default_brand` (an id) is for files without a brand column; `now` bounds the times. `unknown` collects the side
    values that were not understood.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        brands: Mapping[str, int],
        default_brand: int | None,
        file_time: datetime,
        now: datetime,
    ) -> None:
        self._plan = plan
        self._columns = plan.columns
        self._brands = {
            cell.casefold(): brands[name.casefold()]
            for cell, name in plan.brands.items()
            if name.casefold() in brands
        }
        self._default_brand = default_brand
        self._latest = now + FUTURE_TOLERANCE
        dates = plan.dates
        self._moments = Moments(
            ZoneInfo(plan.zone) if plan.zone != "UTC" else UTC,
            dates.order,  # type: ignore[arg-type]
            file_time,
            serials=dates.serials,
            no_time=dates.no_time,
            zones=dates.zones,
        )
        self._own = {name.casefold() for name in plan.own_accounts}
        self._placeholders = set(plan.placeholders)
        self.unknown = Unknowns()
        self._read_side_columns()

    def _read_side_columns(self) -> None:
        plan, side = self._plan, self._side
        scale = plan.scale
        accepted = Scale("", {}, scale.negative_to, scale.positive_from, scale.letters) if scale else None
        tones = Tones(plan.answers, accepted)
        self._ids = side("id", partial(_short, "id", clean_id), "")
        self._addresses = side("url", _address, ("", ""))
        self._platforms = side("platform", _platform, "")
        self._languages = side("language", _language, "")
        self._sentiments = side("sentiment", tones.parse, "")
        self._sentiment_sources = side("sentiment_source", partial(_short, "sentiment_source", str), "")
        self._flags = side("flags", partial(_short, "flags", str), "")
        self._said_to_be_own = side("is_brand_own", _is_yes, False)
        self._followers, self._retweets, self._likes, self._replies, self._reach = (
            side(name, partial(parse_count, decimal=plan.decimals.get(name, "")), None)
            for name in ("author_followers", "retweets", "likes", "replies", "reach")
        )

    def _side(self, name: str, parse: Callable[[str], Value], nothing: Value) -> SideValues[Value]:
        positions = self._columns.get(name)

        def parse_filled(cell: str) -> Value:
            cell = unwrap(cell)
            return parse(cell) if cell else nothing

        return SideValues(name, positions[0] if positions else None, parse_filled, nothing=nothing)

    def build(self, record: Record) -> Row:
        """Raises RowError with the reason."""
        if record.fault:
            raise RowError(record.fault)
        return self._built(record.line, record.cells)

    def _built(self, line: int, cells: Sequence[str]) -> Row:
        unknown = self.unknown
        text, moment = self._text(cells), self._moment(line, cells)
        author, nobody = self._author(line, cells)
        url, address = self._addresses.of(line, cells, unknown)
        external_id = self._ids.of(line, cells, unknown)
        platform = self._platforms.of(line, cells, unknown) or (platform_of_address(url) if url else "")
        number = external_id if self._plan.ids_identify and (nobody or moment.day_only) else ""
        somebody = "" if nobody else author
        content_key = identity.of_content(platform, somebody, moment.at, text, number)
        address_key = identity.of_address(address) if address and self._plan.addresses_identify else None
        return Row(
            line=line,
            brand_id=self._brand(cells),
            address_key=address_key,
            content_key=content_key,
            person=identity.of_person(platform, somebody, address_key or content_key),
            platform=platform,
            external_id=external_id,
            lang=self._languages.of(line, cells, unknown),
            author=author,
            author_followers=self._followers.of(line, cells, unknown),
            is_brand_own=self._said_to_be_own.of(line, cells, unknown)
            or (bool(author) and author.casefold() in self._own),
            text=text,
            sentiment=self._sentiments.of(line, cells, unknown),
            sentiment_source=self._sentiment_sources.of(line, cells, unknown),
            retweets=self._retweets.of(line, cells, unknown),
            likes=self._likes.of(line, cells, unknown),
            replies=self._replies.of(line, cells, unknown),
            reach=self._reach.of(line, cells, unknown),
            url=url,
            flags=self._flags.of(line, cells, unknown),
            posted_at=moment.at,
            day_only=moment.day_only,
        )

    def _text(self, cells: Sequence[str]) -> str:
        texts = [clean_text(cells[position]) for position in self._columns["text"]]
        text = texts[0] if len(texts) == 1 else _joined(texts)
        if not text:
            raise RowError(_("There is no text."))
        if len(text) > MAX_TEXT_CHARS:
            raise RowError(_("The text is longer than %(n)d characters.") % {"n": MAX_TEXT_CHARS})
        return text

    def _moment(self, line: int, cells: Sequence[str]) -> Moment:
        day, *time = dated(self._columns, cells)
        try:
            moment = self._moments.parse(day, *time)
        except ValueError as error:
            raise RowError(str(error)) from None
        names_zone = "zone" in self._columns and not (moment.zone_given or moment.day_only)
        if names_zone and (zone := unwrap(cells[self._columns["zone"][0]])):
            self.unknown.add("zone", line, zone)
        if moment.at > self._latest:
            raise RowError(
                _("“%(value)s” lies in the future: check the column and the time zone.") % {"value": day[:40]}
            )
        if moment.at < OLDEST:
            raise RowError(
                _("“%(value)s” is too long ago to be a post: check the column.") % {"value": day[:40]}
            )
        return moment

    def _author(self, line: int, cells: Sequence[str]) -> tuple[str, bool]:
        """The name, and whether it is nobody in particular."""
        named = named_author(self._columns, cells)
        try:
            author = _short("author", clean_author, named)
        except ValueError:
            self.unknown.add("author", line, named)
            return "", True
        return author, is_nobody(author) or named in self._placeholders

    def _brand(self, cells: Sequence[str]) -> int:
        positions = self._columns.get("brand")
        cell = unwrap(cells[positions[0]]) if positions else ""
        if (found := self._brands.get(cell.casefold())) is not None:
            return found
        if cell:
            raise RowError(
                _("The brand “%(name)s” is not one that this import stores.") % {"name": cell[:60]}
            )
        if self._default_brand is None:
            raise RowError(_("No brand is named, and none was chosen for such rows."))
        return self._default_brand


def _joined(parts: Iterable[str]) -> str:
    """A headline and its text, or the text alone where it begins with its headline."""
    joined: list[str] = []
    for part in filter(None, parts):
        if any(part.startswith(known) for known in joined):
            joined = [part]
        else:
            joined.append(part)
    return "\n\n".join(joined)


def _short(name: str, clean: Callable[[str], str], cell: str) -> str:
    """The value, as long as the table takes it: no name is cut."""
    value = clean(cell)
    if len(value) > LIMITS[name]:
        raise ValueError
    return value.replace("\0", "")


def _address(cell: str) -> tuple[str, str]:
    url, normal = read_address(cell)
    if not url or len(url) > LIMITS["url"]:
        raise ValueError
    return url.replace("\0", ""), normal


def _platform(cell: str) -> str:
    found = platform_of_name(cell)
    if not found and not is_client(cell):
        raise ValueError
    return found


def _language(cell: str) -> str:
    code = language_code(cell)
    if not code and cell.casefold() not in word_list("languages")["not_said"]:
        raise ValueError
    return code


def _is_yes(cell: str) -> bool:
    return cell.casefold() in word_list("looks")["yes"]
