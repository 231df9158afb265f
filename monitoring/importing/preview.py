"""What a person sees of a file before anything of it is stored: how it will be read, and what has to be decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.importing import identity
from monitoring.importing.meaning.authors import own_accounts
from monitoring.importing.meaning.columns import propose, with_half_of_day
from monitoring.importing.meaning.fields import FIELDS, NEEDED
from monitoring.importing.meaning.moments import not_understood, zone_key
from monitoring.importing.meaning.reasons import veto
from monitoring.importing.plan import Answers, Dates, Plan, ScaleLimits
from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import FileError, Limits, Table
from monitoring.importing.row_lists import MendedList, is_list
from monitoring.importing.rows import Row, RowBuilder, RowError
from monitoring.importing.survey import Survey
from monitoring.models import ColumnMemory, ImportRun, Mention
from people.models import Brand

SAMPLE_ROWS = 2_000  # by which columns are found
POSTS_SHOWN = 10
LOOKED_UP = 2_000  # of the first rows: are they stored already?
MAX_NEW_BRANDS = 50  # a column that names more is not the brand
MAX_BRAND_CHARS = 120
SHOWN_LANGUAGES = 8

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Question:
    """What the person must decide before the file can be imported."""

    about: str  # text, posted_at, day_first, zone, scale, brand, new_brands, own_accounts
    text: str
    has_proposal: bool  # it can be accepted as it is; else nothing is imported without an answer


@dataclass(frozen=True)
class Preview:
    """Everything on the page, in the words of whoever imports. Stored as JSON."""

    kind: str
    tables: Sequence[str]
    header: Sequence[str]
    preamble: Sequence[str]
    rows: int
    questions: Sequence[Question]
    findings: Sequence[str]  # what is said, and needs no answer
    posts: Sequence[Mapping[str, Any]]  # how the first ones will look
    ignored: Mapping[str, str]  # column's name → why it is not used
    header_key: str = ""  # by which it is remembered how a person reads it; empty without a header
    scale: Mapping[str, str] = field(default_factory=dict)  # cell → proposed label
    scale_counts: Mapping[str, int] = field(default_factory=dict)
    new_brands: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Preview:
        return cls(**{**given, "questions": [Question(**one) for one in given["questions"]]})


def limits() -> Limits:
    return Limits(unpacked_bytes=settings.IMPORT_MAX_BYTES)


def tables_of(run: ImportRun) -> list[Table]:
    """Raises FileError for what cannot be read."""
    tables = open_tables(run.file_path, name=run.file_name, limits=limits())
    return [MendedList(table) if is_list(table) else table for table in tables]


def chosen(tables: Sequence[Table], name: str) -> Table:
    return next((table for table in tables if table.name == name), tables[0])


def _remembered(header_key: str) -> Plan | None:
    """How a person last read a file with this header."""
    kept = ColumnMemory.objects.filter(header_key=header_key).first() if header_key else None
    return Plan.of_json(kept.plan) if kept else None


def look(run: ImportRun, answers: Answers, progress: Progress | None = None) -> tuple[Plan, Preview]:
    """Read the whole file once with these answers. Raises FileError for a file that cannot be imported."""
    return _Look(run, answers).done(progress)


class _Look:
    def __init__(self, run: ImportRun, answers: Answers) -> None:
        self.run, self.answers = run, answers
        self.tables = tables_of(run)
        self.table = chosen(self.tables, answers.table or "")
        self.brands = {brand.name.casefold(): brand for brand in Brand.objects.all()}
        self.header_key = str(identity.of_header(self.table.header)) if self.table.has_header else ""
        self.memory = _remembered(self.header_key)
        # Cell of the sentiment column → label, as a person has said it.
        self.labels = (dict(self.memory.answers) if self.memory else {}) | dict(answers.scale)
        self.questions: list[Question] = []
        self.findings: list[str] = []

    def done(self, progress: Progress | None) -> tuple[Plan, Preview]:
        records = islice(self.table.records(), SAMPLE_ROWS)
        self.sample = [record.cells for record in records if not record.fault]
        if not self.sample:
            raise FileError(_("The file holds no rows. Export it again."))
        names = [brand.name for brand in self.brands.values()]
        self.proposal = propose(self.table.header, self.sample, brands=names, said=self.answers.columns or {})
        self.columns = self._columns()
        survey = Survey(self.columns, self.run.file_time).read(self.table, progress)
        plan = self._plan(survey)
        rows = self._first_rows(plan) if not self._missing() else []
        self._say_what_follows(survey, plan, rows)
        scale = survey.tones.scale
        preview = Preview(
            kind=self.table.kind,
            tables=[table.name for table in self.tables],
            header=list(self.table.header),
            preamble=list(self.table.preamble)[:10],
            rows=survey.rows,
            questions=self.questions,
            findings=self.findings,
            posts=[_shown(row) for row in rows[:POSTS_SHOWN]],
            header_key=self.header_key,
            ignored={
                self.table.header[one.column]: str(one.why)
                for one in self.proposal.ignored
                if one.column not in self.columns.get("posted_at", ())
            },
            scale=scale.proposed if scale else {},
            scale_counts=dict(list(scale.cells.items())[:20]) if scale else {},
            new_brands=self._new_brands(plan),
        )
        return plan, preview

    def _columns(self) -> dict[str, tuple[int, ...]]:
        """What the person said, else what they said of a file with this header before, else what is proposed."""
        columns = dict(self.proposal.columns)
        if self.memory:
            columns = dict(self.memory.columns)
            self.findings.append(
                _("The columns are read as they were when a file like this was last imported.")
            )
        said = self.answers.columns or {}
        columns |= said
        self.decided = set(said) | (set(columns) if self.memory else set())
        if columns.get("posted_at"):
            columns["posted_at"] = with_half_of_day(columns["posted_at"], self.sample)
        return {name: positions for name, positions in columns.items() if positions}

    def _missing(self) -> list[str]:
        return [name for name in NEEDED if name not in self.columns]

    def _ask(self, about: str, text: str, *, has_proposal: bool) -> None:
        self.questions.append(Question(about, text, has_proposal))

    def _plan(self, survey: Survey) -> Plan:
        for name in self._missing():
            self._ask(name, self._what_is_missing(name), has_proposal=False)
        for name in sorted(self.proposal.doubtful - self.decided):
            why = next((one.why for one in self.proposal.candidates.get(name, ())), "")
            self._ask(name, f"{FIELDS[name].label}: {why}", has_proposal=True)
        moments = survey.moments
        zone, day_first = self._zone(survey), self._day_first(survey)
        reader = moments.moments(ZoneInfo(zone), day_first)
        return Plan(
            table=self.table.name,
            columns=self.columns,
            zone=zone,
            day_first=day_first,
            dates=Dates(dict(reader.order), moments.serials, moments.no_time, dict(moments.zones())),
            decimals={name: count.decimal for name, count in survey.counts.items() if count.decimal},
            answers=self.labels,
            scale=self._scale(survey),
            brands=self._brands(survey),
            own_accounts=self._own_accounts(survey),
            placeholders=tuple(sorted(survey.authors.placeholders)),
            ids_identify=survey.ids.usable,
            addresses_identify=survey.addresses.usable,
        )

    def _what_is_missing(self, name: str) -> str:
        """With the column that by its name would be it, and why it is not."""
        text = _("No column seems to hold this: %(field)s. Choose the column.") % {
            "field": FIELDS[name].label
        }
        if name == "posted_at":
            text = _(
                "No column seems to hold dates. Choose the column, or export again with when each post was written."
            )
        why = veto(name)
        named = next((one.column for one in self.proposal.ignored if one.why == why), None)
        if named is None:
            return text
        text = f"{text} “{self.table.header[named]}”: {why}"
        return f"{text} {not_understood(self.sample[0][named].strip())}" if name == "posted_at" else text

    def _zone(self, survey: Survey) -> str:
        named = self.answers.zone or (self.memory.zone if self.memory else "")
        if named == "UTC" and not self.answers.zone:
            named = ""  # nobody has said so: it is what is taken without an answer
        if unclear := survey.moments.unclear_zones:
            text = _("“%(zone)s” stands for several time zones. Say in which zone this file's times are.")
            if not named:
                self._ask("zone", text % {"zone": ", ".join(unclear)}, has_proposal=False)
        elif survey.moments.without_zone and not named and (named := zone_key(self.proposal.zone)):
            text = _("The column's name gives the time zone: %(zone)s.")
            self.findings.append(text % {"zone": self.proposal.zone})
        elif survey.moments.without_zone and not named and self.proposal.zone:
            text = _(
                "The column's name gives the time zone “%(zone)s”. Say which zone that is for this file's times."
            )
            self._ask("zone", text % {"zone": self.proposal.zone}, has_proposal=False)
        elif survey.moments.without_zone and not named:
            self.findings.append(
                _("The times name no zone: they are read as UTC. Choose the zone if that is wrong.")
            )
        return named or "UTC"

    def _day_first(self, survey: Survey) -> bool | None:
        moments = survey.moments
        if self.answers.day_first is not None:
            return self.answers.day_first
        if not moments.must_ask_order:
            return None
        if self.memory and self.memory.day_first is not None:
            return self.memory.day_first
        likely = moments.likely_day_first
        text = _(
            "Dates such as 3/4/2025 occur, and nothing in the column shows whether the day or the month comes first."
        )
        self._ask("day_first", text, has_proposal=likely is not None)
        return likely

    def _scale(self, survey: Survey) -> ScaleLimits | None:
        scale = survey.tones.scale
        if scale is None or set(scale.cells) <= set(self.labels):
            return None
        found = (
            ScaleLimits(scale.negative_to, scale.positive_from, dict(scale.letters))
            if scale.proposed
            else None
        )
        if self.memory and self.memory.scale == found:
            return found
        if found is None:
            text = _(
                "The column of sentiment holds “%(cells)s”. Say what that means, or its cells count as not rated."
            )
        else:
            text = _(
                "The column of sentiment holds numbers or letters (%(cells)s). Look whether they are read rightly."
            )
        cells = ", ".join(list(scale.cells)[:5])
        self._ask("scale", text % {"cells": cells}, has_proposal=True)
        return found

    def _brands(self, survey: Survey) -> dict[str, str]:
        if "brand" not in self.columns:
            if self.run.brand_id is None:
                self._ask("brand", _("Choose the brand that these posts are about."), has_proposal=False)
            return {}
        if self.answers.brands is not None:
            return dict(self.answers.brands)
        named = [cell for cell in survey.brands if cell and len(cell) <= MAX_BRAND_CHARS]
        new = [cell for cell in named if cell.casefold() not in self.brands]
        if len(new) > MAX_NEW_BRANDS:
            text = _(
                "The column “%(column)s” names more than %(n)d new brands, so it is probably not the brand."
            )
            column = self.table.header[self.columns["brand"][0]]
            self._ask("brand", text % {"column": column, "n": MAX_NEW_BRANDS}, has_proposal=False)
        elif new:
            text = ngettext(
                "%(names)s is a new brand. Add it?", "%(names)s are new brands. Add them?", len(new)
            )
            self._ask("new_brands", text % {"names": ", ".join(new[:10])}, has_proposal=True)
        return {cell: cell for cell in named}

    def _new_brands(self, plan: Plan) -> list[str]:
        return sorted({name for name in plan.brands.values() if name and name.casefold() not in self.brands})

    def _own_accounts(self, survey: Survey) -> tuple[str, ...]:
        if self.answers.own_accounts is not None:
            return self.answers.own_accounts
        brands = [self.run.brand.name] if self.run.brand else [*survey.brands]
        found = own_accounts(survey.authors.counts, brands)
        if not found or "is_brand_own" in self.columns:
            return ()
        names = tuple(name.lstrip("@") for name in found)
        if self.memory and set(names) <= set(self.memory.own_accounts):
            return names
        rows = sum(survey.authors.counts[name] for name in found)
        text = _("%(percent)d %% of the posts are by names like the brand's: %(names)s. Are they yours?")
        facts = {"percent": round(100 * rows / max(1, survey.authors.rows)), "names": ", ".join(found[:5])}
        self._ask("own_accounts", text % facts, has_proposal=True)
        return names

    def _first_rows(self, plan: Plan) -> list[Row]:
        builder = RowBuilder(
            plan,
            brands={name: brand.pk for name, brand in self.brands.items()}
            | dict.fromkeys(map(str.casefold, self._new_brands(plan)), 0),
            default_brand=self.run.brand_id or 0,
            file_time=self.run.file_time,
            now=timezone.now(),
        )
        rows, refused = [], []
        for record in islice(self.table.records(), LOOKED_UP):
            try:
                rows.append(builder.build(record))
            except RowError as error:
                refused.append((record.line, str(error)))
        if refused:
            line, reason = refused[0]
            text = ngettext(
                "%(n)d row will be rejected. Row %(line)d: %(reason)s",
                "%(n)d rows will be rejected. Row %(line)d: %(reason)s",
                len(refused),
            )
            self.findings.append(text % {"n": len(refused), "line": line, "reason": reason})
        if not rows and all(question.has_proposal for question in self.questions):
            self._ask(
                "posted_at",
                _("None of the rows looked at can be stored: look at the columns."),
                has_proposal=False,
            )
        for name, (count, examples) in builder.unknown.items():
            text = ngettext(
                "%(field)s: %(n)d value is not understood and counts as unknown (“%(example)s”).",
                "%(field)s: %(n)d values are not understood and count as unknown (“%(example)s”).",
                count,
            )
            self.findings.append(text % {"field": FIELDS[name].label, "n": count, "example": examples[0][1]})
        return rows

    def _say_what_follows(self, survey: Survey, plan: Plan, rows: Sequence[Row]) -> None:
        say = self.findings.append
        for note in self.table.notes:
            say(str(note))
        if survey.repaired_count:
            line, repair = survey.repaired[0]
            text = ngettext("%(n)d row was repaired.", "%(n)d rows were repaired.", survey.repaired_count)
            example = _("Row %(line)d: %(repair)s") % {"line": line, "repair": repair}
            say(f"{text % {'n': survey.repaired_count}} {example}")
        self._say_what_counts_from_now(survey)
        if survey.moments.days_only:
            say(_("Only the days are known, not the times of day."))
        elif survey.moments.no_time:
            text = _("Many posts of different days have the time %(time)s: of these only the day is kept.")
            say(text % {"time": survey.moments.no_time})
        if survey.ids.filled and survey.ids.reason:
            say(survey.ids.reason)
        if survey.addresses.filled and not survey.addresses.usable:
            say(_("Several posts share one address, so posts are told apart by author, time and text."))
        if "sentiment" not in self.columns:
            say(_("Without sentiment, signals go by volume."))
        if survey.garbled:
            say(
                _(
                    "Some texts were damaged before they came here (“Ã¼” for “ü”). They are stored as they are."
                )
            )
        if survey.languages:
            common = [code or "?" for code, _count in survey.languages.most_common(SHOWN_LANGUAGES)]
            say(_("Languages: %(codes)s.") % {"codes": ", ".join(common)})
        if already := self._stored_already(rows):
            text = ngettext(
                "%(n)d of the first %(all)d posts is there already.",
                "%(n)d of the first %(all)d posts are there already.",
                already,
            )
            say(text % {"n": already, "all": len(rows)})
        if rows:
            first, last = min(row.posted_at for row in rows), max(row.posted_at for row in rows)
            if len(rows) < survey.rows:
                first, last = self._range(survey, plan, first, last)
            say(_("From %(first)s to %(last)s.") % {"first": _day(first, plan), "last": _day(last, plan)})

    def _say_what_counts_from_now(self, survey: Survey) -> None:
        """Which dates depend on when the file was made, or came here."""
        made = f"{self.run.file_time:%Y-%m-%d %H:%M} UTC"
        if survey.moments.relative:
            text = ngettext(
                "%(n)d date, such as “6 days ago”, counts from %(made)s, when the file was made or came here.",
                "%(n)d dates, such as “6 days ago”, count from %(made)s, when the file was made or came here.",
                survey.moments.relative,
            )
            self.findings.append(text % {"n": survey.moments.relative, "made": made})
        if survey.moments.without_year:
            text = ngettext(
                "%(n)d date names no year: it is taken as the latest such day before %(made)s.",
                "%(n)d dates name no year: they are taken as the latest such days before %(made)s.",
                survey.moments.without_year,
            )
            self.findings.append(text % {"n": survey.moments.without_year, "made": made})

    def _range(
        self, survey: Survey, plan: Plan, first: datetime, last: datetime
    ) -> tuple[datetime, datetime]:
        try:
            return survey.moments.range(plan.day_first)
        except LookupError:
            return first, last

    def _stored_already(self, rows: Sequence[Row]) -> int:
        addresses = {row.address_key for row in rows if row.address_key}
        contents = {row.content_key for row in rows}
        stored = Mention.objects.filter(
            Q(post__address_key__in=addresses) | Q(post__content_key__in=contents),
            brand__in={row.brand_id for row in rows},
        )
        return stored.count() if rows else 0


def _day(moment: datetime, plan: Plan) -> str:
    return f"{moment.astimezone(ZoneInfo(plan.zone)):%Y-%m-%d %H:%M}"


def _shown(row: Row) -> dict[str, Any]:
    """A row for the page; times in UTC."""
    facts = row._asdict()
    for name in ("address_key", "content_key", "person", "brand_id"):
        del facts[name]
    return facts | {"posted_at": row.posted_at.isoformat(), "text": row.text[:500]}
