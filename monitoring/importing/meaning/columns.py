"""Which column of a table holds what: by its name, and by what its cells look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from monitoring.importing.meaning import fit, reasons
from monitoring.importing.meaning.content import Content, sample, squeezed
from monitoring.importing.meaning.fields import FIELDS, NEEDED
from monitoring.importing.meaning.names import SURE, Name, read_name

ENOUGH = 0.4  # from this score on a column is proposed
SHOWN = 0.15  # from this score on it is a candidate
EMPTY = 0.45  # of what a name says, where the sample has no cell
OF_ANOTHER = 0.6  # of a name about the post, where the texts are comments, and the other way round
RIVAL = 0.85  # of the chosen one: the person has to choose
CELLS = 300  # of a column are looked at, fewer where a table is wide
ALL_CELLS = 30_000


@dataclass(frozen=True)
class Candidate:
    """A column that may hold a field."""

    column: int
    score: float
    why: str


@dataclass(frozen=True)
class Ignored:
    """A column that is not used."""

    column: int
    why: str


@dataclass
class Proposal:
    """What is proposed for one table; the person may change all of it. Columns are positions from 0."""

    columns: dict[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # posted_at: date, time; text: headline, body
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)  # the best first
    doubtful: set[str] = field(default_factory=set)  # what the person must decide
    ignored: list[Ignored] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # what a mention cannot do without
    zone: str = ""  # that the name of the date's column gives, as it stands there: "UTC", "GMT+3", "ET"


@dataclass(frozen=True)
class _Column:
    position: int
    label: str
    name: Name
    content: Content


@dataclass(frozen=True)
class _Scored:
    """One column for one field."""

    column: _Column
    score: float
    certainty: float  # of the name alone, 0 to 1
    why: str


def propose(header: Sequence[str], rows: Sequence[Sequence[str]], *, brands: Sequence[str] = ()) -> Proposal:
    """Which columns to use. `rows`: a sample of some hundred; `brands`: the names of the brands that are known."""
    return _Finder(header, rows, {brand.strip().casefold() for brand in brands}).find()


class _Finder:
    """Scores every column for every field, then gives each field the best column that is still free."""

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]], brands: Collection[str]) -> None:
        most = max(20, min(CELLS, ALL_CELLS // max(1, len(header))))
        self.rows = rows
        self.columns = [
            _Column(position, label, read_name(label), Content.of(sample(rows, position, most)))
            for position, label in enumerate(header)
        ]
        self.scored = {
            name: _ranked(_score(column, name, brands) for column in self.columns) for name in FIELDS
        }
        self.found: dict[str, tuple[_Column, ...]] = {}

    def find(self) -> Proposal:
        self._weigh_by_text()
        self._assign()
        self._name_author()
        self._add_time_of_day()
        doubtful = self._doubtful()
        self._add_headline()
        date = self.found.get("posted_at")
        return Proposal(
            columns={
                name: tuple(column.position for column in self.found[name])
                for name in FIELDS
                if name in self.found
            },
            candidates={
                name: list(map(_candidate, scored)) for name, scored in self.scored.items() if scored
            },
            doubtful=doubtful,
            ignored=[Ignored(column.position, self._why_ignored(column)) for column in self._free()],
            missing=[name for name in NEEDED if name not in self.found],
            zone=next((column.name.zone for column in date or () if column.name.zone), ""),
        )

    def _weigh_by_text(self) -> None:
        """What is about posts counts less where the texts are comments; an id that comes back is none."""
        text = self.scored["text"][0].column if self.scored["text"] else None
        about = text.name.about if text else ""
        for name, scored in self.scored.items():
            if name != "text":
                self.scored[name] = _ranked(_by_subject(each, about) for each in scored)
        if text:
            for name in ("id", "url"):
                self.scored[name] = _ranked(self._by_clashes(each, text) for each in self.scored[name])

    def _by_clashes(self, scored: _Scored, text: _Column) -> _Scored:
        """Neither its id nor its address, if rows with different texts share it.

        Ids that a spreadsheet has rounded are another matter.
        """
        texts: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            if max(text.position, scored.column.position) < len(row) and (
                cell := squeezed(row[scored.column.position])
            ):
                texts[cell].add(row[text.position])
        clashes = sum(
            len(different) for cell, different in texts.items() if len(different) > 1 and "E+" not in cell
        )
        if clashes <= 0.1 * sum(map(len, texts.values())):
            return scored
        return replace(scored, score=0.2, why=reasons.repeated())

    def _assign(self) -> None:
        pairs = [(each.score, name, each.column) for name, scored in self.scored.items() for each in scored]
        for score, name, column in sorted(pairs, key=lambda pair: -pair[0]):
            if score >= ENOUGH and name not in self.found and self._is_free(column):
                self.found[name] = (column,)

    def _is_free(self, column: _Column) -> bool:
        return all(column not in columns for columns in self.found.values())

    def _free(self) -> list[_Column]:
        return [column for column in self.columns if self._is_free(column)]

    def _name_author(self) -> None:
        """Where nothing names the author: the name to display, a number for the author, or the outlet."""
        if "author" not in self.found and "author_name" in self.found:
            self.found["author"] = self.found.pop("author_name")
        if "author" in self.found and self.found["author"][0].content.cells:
            return
        for role, why in (("author_id", reasons.author_id()), ("outlet", reasons.outlet())):
            columns = [column for column in self._free() if _is_in_role(column, role)]
            if columns:
                best = max(columns, key=lambda column: column.name.fields[role])
                self.found["author"] = (best,)
                self.scored["author"].insert(0, _Scored(best, ENOUGH, 0, why))
                return

    def _add_time_of_day(self) -> None:
        """To a column of days, the column with the times."""
        date = self.found.get("posted_at", ())
        if not date or not date[0].content.cells or not date[0].content.days_only:
            return
        times = [column for column in self._free() if fit.fit("time_of_day", column.content) >= 0.8]
        if times:
            self.found["posted_at"] = (*date, max(times, key=lambda column: _as_time_for(column, date[0])))

    def _add_headline(self) -> None:
        """The headline becomes the beginning of the text, unless it is what many rows comment on."""
        title, text = self.found.pop("title", ()), self.found.get("text", ())
        if title and (not text or title[0].content.distinct >= fit.REPEATS or title[0].content.filled < 0.2):
            self.found["text"] = (*title, *text)

    def _doubtful(self) -> set[str]:
        """Texts, dates and labels for which a second column is as good and says something else."""
        doubtful = {name for name in ("posted_at", "sentiment") if any(self._rivals(name, RIVAL + 0.1))}
        rivals = list(self._rivals("text", RIVAL))
        if rivals:
            doubtful.add("text")
            chosen, *others = self.scored["text"]
            repeats = rivals[0].column.content.distinct < fit.REPEATS
            why = reasons.rival(chosen.why, rivals[0].column.label, repeats=repeats)
            self.scored["text"] = [replace(chosen, why=why), *others]
        return doubtful

    def _rivals(self, name: str, ratio: float) -> Iterator[_Scored]:
        """Free columns that are nearly as good; for texts the names alone decide how good."""
        if name not in self.found:
            return
        chosen = next(each for each in self.scored[name] if each.column == self.found[name][0])
        for each in self.scored[name]:
            by_name = name == "text" and each.certainty >= ratio * SURE and chosen.certainty >= ratio * SURE
            is_close = by_name or each.score >= max(ENOUGH, ratio * chosen.score)
            if (
                is_close
                and each.column.content.cells
                and self._is_free(each.column)
                and self._differ(chosen, each)
            ):
                yield each

    def _differ(self, one: _Scored, other: _Scored) -> bool:
        """Whether most rows say different things in these columns.

        The instant beside the local time is the same, and so is a text that was cut or has its tags.
        """
        contents = one.column.content, other.column.content
        if len({(content.has_instants, content.share("epoch") >= 0.5) for content in contents}) > 1:
            return False
        first, second = one.column.position, other.column.position
        pairs = [
            (row[first].strip(), row[second].strip()) for row in self.rows if max(first, second) < len(row)
        ]
        pairs = [(a, b) for a, b in pairs if a and b]
        return sum(a[:20] != b[:20] for a, b in pairs) > 0.5 * len(pairs) if pairs else False

    def _why_ignored(self, column: _Column) -> str:
        if not column.content.cells:
            return reasons.empty()
        if column.name.is_other:
            return reasons.other()
        for name in sorted(set(column.name.fields) & set(FIELDS), key=lambda name: -column.name.fields[name]):
            if not fit.fit(name, column.content):
                return reasons.veto(name)
            if name in self.found:
                return reasons.better(name, self.found[name][-1].label)
        return reasons.unknown()


def _score(column: _Column, name: str, brands: Collection[str]) -> _Scored:
    certainty = column.name.fields.get(name, 0.0)
    if not column.content.cells:
        return _Scored(column, certainty * EMPTY, certainty, reasons.name_only())
    by_name = _score_name(column, name, brands) if certainty else 0.0
    guess = fit.guess(name, column.content, brands, is_nameless=column.name.is_empty)
    guess *= 0.3 if column.name.is_other else 1.0
    if max(by_name, guess) < SHOWN:
        return _Scored(column, 0.0, certainty, "")
    part = fit.share(name, column.content, brands)
    why = reasons.score(name, certainty if by_name >= guess else 0.0, part)
    return _Scored(column, max(by_name, guess), certainty, why)


def _score_name(column: _Column, name: str, brands: Collection[str]) -> float:
    """By a name, if the cells bear it out. What may be a brand is one only if its cells are known brands."""
    certainty = column.name.fields[name]
    if (name == "likes" and _is_rating(column)) or (name == "brand" and certainty < RIVAL):
        return 0.0
    return certainty * fit.fit(name, column.content, brands) * (0.92 + 0.08 * column.content.filled)


def _is_rating(column: _Column) -> bool:
    """A "score" of 1 to 5 is how the author liked it, not how many liked the post."""
    return "sentiment" in column.name.fields and fit.is_scale(column.content, lowest=0, highest=5)


def _ranked(scored: Iterator[_Scored]) -> list[_Scored]:
    return sorted((each for each in scored if each.score >= SHOWN), key=lambda each: -each.score)


def _by_subject(scored: _Scored, about: str) -> _Scored:
    subject = scored.column.name.about
    return (
        replace(scored, score=scored.score * OF_ANOTHER) if about and subject and subject != about else scored
    )


def _candidate(scored: _Scored) -> Candidate:
    return Candidate(scored.column.position, round(scored.score, 3), scored.why)


def _is_in_role(column: _Column, role: str) -> bool:
    return role in column.name.fields and fit.fit(role, column.content) >= 0.8


def _as_time_for(column: _Column, date: _Column) -> tuple[float, bool, int]:
    """The better named, the nearer."""
    same = column.name.about == date.name.about
    return column.name.fields.get("time_of_day", 0.0), same, -abs(column.position - date.position)
