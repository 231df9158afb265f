"""What is said of a file before anything of it is stored, and needs no answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.times import absolute, day
from monitoring.importing.plan import Plan
from monitoring.importing.reading.tables import Table
from monitoring.importing.rows import Row
from monitoring.importing.survey import Survey, dated
from monitoring.models import ImportRun, Mention, Sentiment

LANGUAGES_SHOWN = 8


@dataclass(frozen=True)
class Findings:
    run: ImportRun
    table: Table
    survey: Survey
    plan: Plan

    def of(self, rows: Sequence[Row], about_zone: str) -> list[str]:
        """In the order of the page. `rows` are the first ones, as they would be stored."""
        return [
            *map(str, self.table.notes),
            *self._repairs(),
            *self._times(rows, about_zone),
            *self._doubles(rows),
            *self._sentiment(),
            *self._texts(),
            *self._span(rows),
        ]

    def _repairs(self) -> Iterator[str]:
        if self.survey.repaired_count:
            line, repair = self.survey.repaired[0]
            count = self.survey.repaired_count
            text = ngettext("%(n)d row was repaired.", "%(n)d rows were repaired.", count) % {"n": count}
            yield f"{text} {_('Row %(line)d: %(repair)s') % {'line': line, 'repair': repair}}"

    def _times(self, rows: Sequence[Row], about_zone: str) -> Iterator[str]:
        moments = self.survey.moments
        if about_zone and rows:
            yield f"{about_zone} {self._example(rows[0])}"
        yield from self._counted_from_now()
        if moments.days_only:
            yield _("Only the days are known, not the times of day.")
        elif moments.no_time:
            text = _("Many posts of different days have the time %(time)s: of these only the day is kept.")
            yield text % {"time": moments.no_time}

    def _counted_from_now(self) -> Iterator[str]:
        """Which dates depend on when the file was made, or came here."""
        moments, made = self.survey.moments, self._moment(self.run.file_time)
        if moments.relative:
            text = ngettext(
                "%(n)d date, such as “6 days ago”, counts from %(made)s, when the file was made or came here.",
                "%(n)d dates, such as “6 days ago”, count from %(made)s, when the file was made or came here.",
                moments.relative,
            )
            yield text % {"n": moments.relative, "made": made}
        if moments.without_year:
            text = ngettext(
                "%(n)d date names no year: it is taken as the latest such day before %(made)s.",
                "%(n)d dates name no year: they are taken as the latest such days before %(made)s.",
                moments.without_year,
            )
            yield text % {"n": moments.without_year, "made": made}

    def _example(self, row: Row) -> str:
        """The time of one post as the file has it, and as the reader will see it."""
        record = next((one for one in self.table.records() if one.line == row.line), None)
        if record is None or row.day_only:
            return ""
        cell = " ".join(filter(None, dated(self.plan.columns, record.cells)))
        text = _("“%(cell)s” in row %(line)d is %(moment)s.")
        return text % {"cell": cell[:40], "line": row.line, "moment": self._moment(row.posted_at)}

    def _doubles(self, rows: Sequence[Row]) -> Iterator[str]:
        """How posts are told apart, and how many are there already."""
        if self.survey.ids.filled and self.survey.ids.reason:
            yield self.survey.ids.reason
        if self.survey.addresses.filled and not self.survey.addresses.usable:
            yield _("Several posts share one address, so posts are told apart by author, time and text.")
        if already := _stored_already(rows):
            text = ngettext(
                "%(n)d of the first %(all)d posts is there already.",
                "%(n)d of the first %(all)d posts are there already.",
                already,
            )
            yield text % {"n": already, "all": len(rows)}

    def _sentiment(self) -> Iterator[str]:
        """How many posts are negative, neutral and positive, or what follows if nobody has said so."""
        if "text" not in self.plan.columns:
            return
        if "sentiment" not in self.plan.columns:
            yield _("Nobody has rated these posts. Without sentiment, signals go by volume.")
            return
        found, scale = self.survey.tones.labels.copy(), self.survey.tones.scale
        if scale:
            labels = (scale.proposed if self.plan.scale else {}) | dict(self.plan.answers)
            for cell, count in scale.cells.items():
                found[labels.get(cell, "")] += count
        counts = {label: found[label] for label in Sentiment.values}
        counts["unrated"] = max(0, self.survey.authors.rows - sum(counts.values()))
        text = _(
            "Sentiment: %(negative)d negative, %(neutral)d neutral, %(positive)d positive, %(unrated)d not rated."
        )
        yield text % counts

    def _texts(self) -> Iterator[str]:
        if self.survey.garbled:
            yield _(
                "Some texts were damaged before they came here (“Ã¼” for “ü”). They are stored as they are."
            )
        if self.survey.languages:
            common = self.survey.languages.most_common(LANGUAGES_SHOWN)
            names = [f"{_language(code)} ({count})" for code, count in common]
            yield _("Languages: %(names)s.") % {"names": ", ".join(names)}

    def _span(self, rows: Sequence[Row]) -> Iterator[str]:
        """From when to when the posts are, the zone only at the end."""
        if not rows:
            return
        first, last = min(row.posted_at for row in rows), max(row.posted_at for row in rows)
        if len(rows) < self.survey.rows:
            with suppress(LookupError):  # the first rows are all that is understood
                first, last = self.survey.moments.range(self.plan.day_first)
        if self.survey.moments.days_only:
            ends = {"first": day(first), "last": day(last)}
        else:
            ends = {"first": self._moment(first).removesuffix(f" {self._zone}"), "last": self._moment(last)}
        yield _("From %(first)s to %(last)s.") % ends

    @property
    def _zone(self) -> str:
        return self.run.by.time_zone if self.run.by else "UTC"

    def _moment(self, moment: datetime) -> str:
        """As whoever looks at the file sees it; in UTC for a command."""
        with timezone.override(self.run.by.time_zone if self.run.by else UTC):
            return absolute(moment)


def refusal(refused: Sequence[tuple[int, str]], looked_at: int, *, is_all: bool) -> str:
    """How many rows cannot be stored, and why the first of them. `is_all`: no row was left unlooked at."""
    line, reason = refused[0]
    if is_all:
        text = ngettext(
            "%(n)d row will be rejected. Row %(line)d: %(reason)s",
            "%(n)d rows will be rejected. The first, row %(line)d: %(reason)s",
            len(refused),
        )
    else:
        text = ngettext(
            "%(n)d of the first %(all)d rows will be rejected. Row %(line)d: %(reason)s",
            "%(n)d of the first %(all)d rows will be rejected. The first, row %(line)d: %(reason)s",
            len(refused),
        )
    return text % {"n": len(refused), "all": looked_at, "line": line, "reason": reason}


def _language(code: str) -> str:
    """Its name in the reader's language where that is known."""
    try:
        return str(translation.get_language_info(code)["name_translated"]) if code else _("not said")
    except KeyError:
        return code


def _stored_already(rows: Sequence[Row]) -> int:
    """How many rows' posts their own brand has. As in `storing`: by address, else where one of two has none."""
    addresses = {row.address_key for row in rows if row.address_key}
    contents = {row.content_key for row in rows}
    stored = Mention.objects.filter(
        Q(post__address_key__in=addresses) | Q(post__content_key__in=contents),
        brand__in={row.brand_id for row in rows},
    ).values_list("brand", "post__address_key", "post__content_key")
    keys = [(brand, address.hex if address else None, content.hex) for brand, address, content in stored]
    by_address = {(brand, address) for brand, address, _content in keys if address}
    by_content = {(brand, content) for brand, _address, content in keys}
    unaddressed = {(brand, content) for brand, address, content in keys if not address}
    return sum(
        (row.brand_id, row.address_key) in by_address
        or (row.brand_id, row.content_key) in (unaddressed if row.address_key else by_content)
        for row in rows
    )
