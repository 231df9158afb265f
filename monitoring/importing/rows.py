"""From the cells of one record to one row, or to the reason why not. A side value that is not understood is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from monitoring.importing import identity
from monitoring.importing.meaning.addresses import is_web_address, normalise_address, real_address
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
EXAMPLES = 5


class RowError(Exception):
    """Why this row is not stored. The others are."""


class Row(NamedTuple):
    """One mention and its post, in the order in which `storing` copies them."""

    line: int
    brand_id: int
    address_key: UUID | None
    content_key: UUID
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
    values that were not understood: field → how many, and the first of them with their lines.
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
        scale = plan.scale
        accepted = Scale("", {}, scale.negative_to, scale.positive_from, scale.letters) if scale else None
        self._tones = Tones(plan.answers, accepted)
        self._own = {name.casefold() for name in plan.own_accounts}
        self._placeholders = set(plan.placeholders)
        self.unknown: dict[str, tuple[int, list[tuple[int, str]]]] = {}

    def build(self, record: Record) -> Row:
        """Raises RowError with the reason."""
        if record.fault:
            raise RowError(record.fault)
        return self._built(record.line, record.cells)

    def _built(self, line: int, cells: Sequence[str]) -> Row:
        text, moment = self._text(cells), self._moment(line, cells)
        named = named_author(self._columns, cells)
        author = self._fits(line, "author", clean_author(named))
        nobody = is_nobody(author) or named in self._placeholders
        url = self._address(line, cells)
        external_id = self._fits(line, "id", clean_id(self._cell(cells, "id")))
        platform = self._platform(line, cells, url)
        number = external_id if self._plan.ids_identify and (nobody or moment.day_only) else ""
        content_key = identity.of_content(platform, "" if nobody else author, moment.at, text, number)
        address_key = (
            identity.of_address(normalise_address(url)) if url and self._plan.addresses_identify else None
        )
        return Row(
            line=line,
            brand_id=self._brand(cells),
            address_key=address_key,
            content_key=content_key,
            person=identity.of_person(platform, "" if nobody else author, address_key or content_key),
            platform=platform,
            external_id=external_id,
            lang=self._language(line, cells),
            author=author,
            author_followers=self._count(line, cells, "author_followers"),
            is_brand_own=self._is_brand_own(cells, author),
            text=text,
            sentiment=self._sentiment(line, cells),
            sentiment_source=self._fits(line, "sentiment_source", self._cell(cells, "sentiment_source")),
            retweets=self._count(line, cells, "retweets"),
            likes=self._count(line, cells, "likes"),
            replies=self._count(line, cells, "replies"),
            reach=self._count(line, cells, "reach"),
            url=url,
            flags=self._fits(line, "flags", self._cell(cells, "flags")),
            posted_at=moment.at,
            day_only=moment.day_only,
        )

    def _cell(self, cells: Sequence[str], name: str) -> str:
        positions = self._columns.get(name)
        return unwrap(cells[positions[0]]) if positions else ""

    def _not_understood(self, line: int, name: str, cell: str) -> None:
        count, examples = self.unknown.get(name, (0, []))
        if len(examples) < EXAMPLES:
            examples.append((line, cell[:80]))
        self.unknown[name] = (count + 1, examples)

    def _fits(self, line: int, name: str, value: str) -> str:
        """`value`, or nothing where it is longer than the table takes: no name is cut."""
        if len(value) <= LIMITS[name]:
            return value.replace("\0", "")
        self._not_understood(line, name, value)
        return ""

    def _text(self, cells: Sequence[str]) -> str:
        parts: list[str] = []
        for position in self._columns["text"]:
            part = clean_text(cells[position])
            if part and not any(part.startswith(known) for known in parts):
                parts.append(part)
            elif part:
                parts = [part]  # the text begins with its headline
        text = "\n\n".join(parts)
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
        if not (moment.zone_given or moment.day_only) and (zone := self._cell(cells, "zone")):
            self._not_understood(line, "zone", zone)
        if moment.at > self._latest:
            raise RowError(
                _("“%(value)s” lies in the future: check the column and the time zone.") % {"value": day[:40]}
            )
        if moment.at < OLDEST:
            raise RowError(
                _("“%(value)s” is too long ago to be a post: check the column.") % {"value": day[:40]}
            )
        return moment

    def _brand(self, cells: Sequence[str]) -> int:
        cell = self._cell(cells, "brand")
        if (found := self._brands.get(cell.casefold())) is not None:
            return found
        if cell and "brand" in self._columns:
            raise RowError(
                _("The brand “%(name)s” is not one that this import stores.") % {"name": cell[:60]}
            )
        if self._default_brand is None:
            raise RowError(_("No brand is named, and none was chosen for such rows."))
        return self._default_brand

    def _address(self, line: int, cells: Sequence[str]) -> str:
        cell = self._cell(cells, "url")
        address = real_address(cell) if cell else ""
        if cell and not is_web_address(address):
            self._not_understood(line, "url", cell)
            return ""
        return self._fits(line, "url", address)

    def _platform(self, line: int, cells: Sequence[str], url: str) -> str:
        cell = self._cell(cells, "platform")
        found = platform_of_name(cell)
        if cell and not found and not is_client(cell):
            self._not_understood(line, "platform", cell)
        return found or (platform_of_address(url) if url else "")

    def _language(self, line: int, cells: Sequence[str]) -> str:
        cell = self._cell(cells, "language")
        code = language_code(cell)
        if cell and not code and cell.casefold() not in word_list("languages")["not_said"]:
            self._not_understood(line, "language", cell)
        return code

    def _count(self, line: int, cells: Sequence[str], name: str) -> int | None:
        cell = self._cell(cells, name)
        if not cell:
            return None
        try:
            return parse_count(cell, decimal=self._plan.decimals.get(name, ""))
        except ValueError:
            self._not_understood(line, name, cell)
            return None

    def _sentiment(self, line: int, cells: Sequence[str]) -> str:
        cell = self._cell(cells, "sentiment")
        if not cell:
            return ""
        try:
            return self._tones.parse(cell)
        except ValueError:
            self._not_understood(line, "sentiment", cell)
            return ""

    def _is_brand_own(self, cells: Sequence[str], author: str) -> bool:
        cell = self._cell(cells, "is_brand_own").casefold()
        return cell in word_list("looks")["yes"] or (bool(author) and author.casefold() in self._own)
