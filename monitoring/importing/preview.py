"""What a person sees of a file before anything of it is stored: how it will be read, and what has to be decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.importing import identity
from monitoring.importing.findings import Findings, refusal
from monitoring.importing.meaning.authors import own_accounts
from monitoring.importing.meaning.columns import propose, with_half_of_day
from monitoring.importing.meaning.fields import FIELDS, NEEDED
from monitoring.importing.meaning.moments import not_understood, zone_key
from monitoring.importing.meaning.reasons import veto
from monitoring.importing.meaning.tones import Scale, number_of
from monitoring.importing.plan import Answers, Dates, Plan, ScaleLimits
from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import FileError, Limits, Table
from monitoring.importing.row_lists import MendedList, is_list
from monitoring.importing.rows import Row, RowBuilder, RowError
from monitoring.importing.survey import Survey
from monitoring.models import ColumnMemory, ImportRun, Sentiment
from people.models import Brand

SAMPLE_ROWS = 2_000  # by which columns are found
POSTS_SHOWN = 10
LOOKED_UP = 2_000  # of the first rows: are they stored already?
MAX_NEW_BRANDS = 50  # a column that names more is not the brand
MAX_BRAND_CHARS = 120
BRANDS_SHOWN = MAX_NEW_BRANDS + 1
SCALE_SHOWN = 20
CELLS_NAMED = 5
COLUMNS_NAMED = 8
CANDIDATES_KEPT = 20  # of each field

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
    ignored: Sequence[tuple[str, str]]  # column's name, why it is not used
    used: Mapping[str, str] = field(default_factory=dict)  # field → why it is read from its column
    candidates: Mapping[str, Sequence[int]] = field(default_factory=dict)  # field → columns, the best first
    samples: Sequence[str] = ()  # of each column the first cell that says something
    header_key: str = ""  # by which it is remembered how a person reads it; empty without a header
    scale: Mapping[str, str] = field(default_factory=dict)  # cell → proposed label
    scale_cells: Sequence[str] = ()  # the commonest, from the low end to the high one
    brand_cells: Sequence[tuple[str, int]] = ()  # cell of the brand column, rows
    new_brands: Sequence[str] = ()
    times_without_zone: bool = False  # so that the zone matters

    @property
    def is_undecided(self) -> bool:
        return not all(question.has_proposal for question in self.questions)

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
        self.about_zone = ""

    def done(self, progress: Progress | None) -> tuple[Plan, Preview]:
        records = islice(self.table.records(), SAMPLE_ROWS)
        self.sample = [record.cells for record in records if not record.fault]
        if not self.sample:
            raise FileError(
                _("The file holds no rows. Look whether the export has posts in it, and export it again.")
            )
        names = [brand.name for brand in self.brands.values()]
        self.proposal = propose(self.table.header, self.sample, brands=names, said=self.answers.columns or {})
        self.proposed = propose(self.table.header, self.sample, brands=names).columns
        self.columns = self._columns()
        survey = Survey(self.columns, self.run.file_time).read(self.table, progress)
        plan = self._plan(survey)
        rows = self._first_rows(plan) if not self._missing() else []
        self.findings += Findings(self.run, self.table, survey, plan).of(rows, self.about_zone)
        scale = survey.tones.scale
        preview = Preview(
            kind=self.table.kind,
            tables=[table.name for table in self.tables],
            header=list(self.table.header),
            preamble=list(self.table.preamble)[:10],
            rows=survey.rows,
            questions=sorted(self.questions, key=lambda question: question.has_proposal),
            findings=self.findings,
            posts=[_shown(row) for row in rows[:POSTS_SHOWN]],
            header_key=self.header_key,
            ignored=self._ignored(),
            used=self._used(),
            candidates={
                name: [one.column for one in found[:CANDIDATES_KEPT]]
                for name, found in self.proposal.candidates.items()
            },
            samples=[_first_cell(self.sample, position) for position in range(len(self.table.header))],
            scale=scale.proposed if scale else {},
            scale_cells=_in_order(scale.cells) if scale else (),
            brand_cells=survey.brands.most_common(BRANDS_SHOWN),
            new_brands=self._new_brands(plan),
            times_without_zone=bool(survey.moments.without_zone) and not survey.moments.days_only,
        )
        return plan, preview

    def _ignored(self) -> list[tuple[str, str]]:
        used = {position for positions in self.columns.values() for position in positions}
        return [
            (self.table.header[one.column], str(one.why))
            for one in self.proposal.ignored
            if one.column not in used
        ]

    def _used(self) -> dict[str, str]:
        """Why each field is read from its column, as far as that has a reason."""
        reasons = {}
        columns = {"title": self.columns.get("text", ())[:-1], **self.columns}
        for name, positions in columns.items():
            found = [one.why for one in self.proposal.candidates.get(name, ()) if one.column in positions]
            if name in (self.answers.columns or {}) and positions != self.proposed.get(name):
                reasons[name] = _("You chose it.")
            elif found:
                reasons[name] = found[0]
        return reasons

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
        missing = self._missing()
        if missing == list(NEEDED):
            self._ask("text", self._no_posts(), has_proposal=False)
        else:
            for name in missing:
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

    def _no_posts(self) -> str:
        text = _(
            "This seems to be a table of something else than posts: no column holds texts, and none holds dates. Its"
            " columns are %(columns)s. Give the file with the posts, or choose both columns here."
        )
        names = [f"“{name[:40]}”" for name in self.table.header[:COLUMNS_NAMED]]
        return text % {"columns": ", ".join(names) + (" …" if len(self.table.header) > COLUMNS_NAMED else "")}

    def _what_is_missing(self, name: str) -> str:
        """With the column that by its name would be it, and why it is not."""
        text = _("No column seems to hold this: %(field)s. Choose the column.") % {
            "field": FIELDS[name].label
        }
        if name == "posted_at":
            text = _(
                "No column seems to hold dates. Choose the column, or export again with when each post was written."
            )
        elif name == "text":
            text = _(
                "No column seems to hold what people wrote. Choose the column, or export again with the full texts."
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
        elif survey.moments.days_only:
            pass  # they are the same days everywhere
        elif survey.moments.without_zone and not named and self.proposal.zone:
            text = _(
                "The column's name gives the time zone “%(zone)s”. Say which zone that is for this file's times."
            )
            self._ask("zone", text % {"zone": self.proposal.zone}, has_proposal=False)
        elif survey.moments.without_zone and not named:
            self.about_zone = _(
                "The times name no zone: they are read as UTC. Choose the zone if that is wrong."
            )
        elif survey.moments.without_zone:
            self.about_zone = _("The times name no zone: they are read as those of %(zone)s.") % {
                "zone": named
            }
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
            text = _("Sentiment is given as numbers or letters, read as %(cells)s. Is that right?")
            self._ask("scale", text % {"cells": _as_read(scale)}, has_proposal=True)
            return found
        cells = ", ".join(list(scale.cells)[:5])
        self._ask("scale", text % {"cells": cells}, has_proposal=True)
        return found

    def _brands(self, survey: Survey) -> dict[str, str]:
        if "brand" not in self.columns:
            if self.run.brand_id is None:
                self._ask("brand", _("Choose the brand that these posts are about."), has_proposal=False)
            return {}
        said = self.answers.brands or {}
        kept = {**(self.memory.brands if self.memory else {}), **said}
        cells = [cell for cell in survey.brands if cell and len(cell) <= MAX_BRAND_CHARS]
        spellings: dict[str, str] = {}  # the first of "Grebe Bank" and "GREBE BANK"
        for cell in cells:
            spellings.setdefault(cell.casefold(), cell)
        named = {cell: kept.get(cell, spellings[cell.casefold()]) for cell in cells}
        new = [name for cell, name in named.items() if name and cell not in said and not self._is_known(name)]
        new = list(dict.fromkeys(new))
        if len(new) > MAX_NEW_BRANDS:
            text = _(
                "The column “%(column)s” names more than %(n)d new brands, so it is probably not the brand."
            )
            column = self.table.header[self.columns["brand"][0]]
            self._ask("brand", text % {"column": column, "n": MAX_NEW_BRANDS}, has_proposal=False)
        elif new:
            text = ngettext(
                "The file names a brand that is not known here: %(names)s. Is it a new one, or one that you have?",
                "The file names brands that are not known here: %(names)s. Are they new ones, or some that you have?",
                len(new),
            )
            # Who gives a command has --accept for it; on the page nobody adds a brand by pressing Import.
            self._ask("new_brands", text % {"names": ", ".join(new[:10])}, has_proposal=self.run.by is None)
        return named

    def _new_brands(self, plan: Plan) -> list[str]:
        new = {name.casefold(): name for name in plan.brands.values() if name}
        return sorted(name for name in new.values() if not self._is_known(name))

    def _is_known(self, brand: str) -> bool:
        return brand.casefold() in self.brands

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
        text = _(
            "%(percent)d %% of the posts are by names like the brand's: %(names)s. Are these accounts yours?"
        )
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
            self.findings.append(
                refusal(refused, len(rows) + len(refused), is_all=len(rows) + len(refused) < LOOKED_UP)
            )
        if not rows and all(one.has_proposal or one.about == "brand" for one in self.questions):
            self._ask(
                "posted_at",
                _(
                    "None of the rows looked at can be stored. Look at the reason, and whether the columns are right."
                ),
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


def _first_cell(rows: Sequence[Sequence[str]], position: int) -> str:
    cells = (row[position].strip() for row in rows if position < len(row))
    return next(filter(None, cells), "")[:80]


def _in_order(cells: Mapping[str, int]) -> list[str]:
    """The commonest cells of a scale, from its low end to its high one."""
    most = sorted(cells, key=lambda cell: -cells[cell])[:SCALE_SHOWN]
    return sorted(most, key=lambda cell: (number_of(cell) is None, number_of(cell) or 0, cell))


def _as_read(scale: Scale) -> str:
    """Which cells mean what: "1, 2: negative; 3: neutral"."""
    groups = []
    for label, name in Sentiment.choices:
        cells = [cell for cell in _in_order(scale.cells) if scale.proposed.get(cell) == label]
        if cells:
            shown = cells if len(cells) <= CELLS_NAMED else [cells[0], "…", cells[-1]]
            groups.append(f"{', '.join(shown)}: {name}")
    return "; ".join(groups)


def _shown(row: Row) -> dict[str, Any]:
    """A row for the page; times in UTC."""
    facts = row._asdict()
    for name in ("address_key", "content_key", "person", "brand_id"):
        del facts[name]
    return facts | {"posted_at": row.posted_at.isoformat(), "text": row.text[:500]}
