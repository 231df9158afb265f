"""Which column of a table holds what: by its name, and by what its cells look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitoring.importing.meaning import fit, reasons
from monitoring.importing.meaning.content import Content, sample, squeezed
from monitoring.importing.meaning.fields import FIELDS, NEEDED
from monitoring.importing.meaning.moments import has_time, is_half_of_day
from monitoring.importing.meaning.names import read_name
from monitoring.importing.meaning.scoring import SHOWN, SURE_NAME, Column, Scored, score

ENOUGH = 0.4  # from this score on a column is proposed
OF_ANOTHER = 0.6  # of a name about the post, where the texts are comments, and the other way round
RIVAL = 0.9  # of the chosen one's score: the person has to choose
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


def propose(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    brands: Sequence[str] = (),
    said: Mapping[str, tuple[int, ...]] | None = None,
) -> Proposal:
    """Which columns to use.

    `rows`: a sample of some hundred; `brands`: the names of the brands that are known; `said`: columns that the
    person has chosen, which nothing else is looked for in.
    """
    return _Finder(header, rows, {brand.strip().casefold() for brand in brands}, said or {}).find()


def with_half_of_day(dates: tuple[int, ...], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The columns of the time, with the one behind them that says AM or PM and nothing else."""
    last, behind = dates[-1], dates[-1] + 1
    filled = [row for row in rows if behind < len(row) and row[behind].strip()]
    is_it = filled and all(
        is_half_of_day(row[behind]) and has_time(f"{row[last]} {row[behind]}") for row in filled
    )
    return (*dates, behind) if is_it else dates


class _Finder:
    """Scores every column for every field, then gives each field the best column that is still free."""

    def __init__(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        brands: Collection[str],
        said: Mapping[str, tuple[int, ...]],
    ) -> None:
        most = max(20, min(CELLS, ALL_CELLS // max(1, len(header))))
        self.rows = rows
        self.columns = [
            Column(position, label, read_name(label), Content.of(sample(rows, position, most)))
            for position, label in enumerate(header)
        ]
        self.taken = {position for positions in said.values() for position in positions}
        self.scored = {
            name: _ranked(score(column, name, brands) for column in self._allowed(said.get(name)))
            for name in FIELDS
        }
        self.found: dict[str, tuple[Column, ...]] = {}

    def find(self) -> Proposal:
        self._weigh_by_text()
        self._assign()
        self._put_chosen_first()
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

    def _allowed(self, said: tuple[int, ...] | None) -> list[Column]:
        """The columns that may hold a field of which the person has said these, or nothing."""
        if said is not None:
            return [self.columns[position] for position in said]
        return [column for column in self.columns if column.position not in self.taken]

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

    def _by_clashes(self, scored: Scored, text: Column) -> Scored:
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
        pairs = [(name, each) for name, scored in self.scored.items() for each in scored]
        for name, each in sorted(pairs, key=lambda pair: -pair[1].score):
            if each.score >= ENOUGH and name not in self.found and self._is_free(each.column):
                self.found[name] = (each.column,)

    def _put_chosen_first(self) -> None:
        for name, (column,) in self.found.items():
            self.scored[name].sort(key=lambda each: each.column is not column)

    def _is_free(self, column: Column) -> bool:
        return all(column not in columns for columns in self.found.values())

    def _free(self) -> list[Column]:
        return [
            column for column in self.columns if self._is_free(column) and column.position not in self.taken
        ]

    def _name_author(self) -> None:
        """Where nothing names the author: the name to display, a number for the author, or the outlet."""
        if "author_name" in self.found and not self._has_sure_author():
            self.found["author"] = self.found.pop("author_name")
        if "author" in self.found and self.found["author"][0].content.cells:
            return
        for role, why in (("author_id", reasons.author_id()), ("outlet", reasons.outlet())):
            columns = [column for column in self._free() if _is_in_role(column, role)]
            if columns:
                best = max(columns, key=lambda column: column.name.fields[role])
                self.found["author"] = (best,)
                self.scored["author"].insert(0, Scored(best, ENOUGH, 0, why))
                return

    def _has_sure_author(self) -> bool:
        """A display name is better than what only may be an author: "Profile", "Channel"."""
        by_name = self.scored["author_name"][0].certainty
        certainty = self.scored["author"][0].certainty if "author" in self.found else 0.0
        return certainty >= min(SURE_NAME, by_name)

    def _add_time_of_day(self) -> None:
        """To a column of days, the column with the times."""
        date = self.found.get("posted_at", ())
        if not date or not date[0].content.cells or not date[0].content.days_only:
            return
        times = [column for column in self._free() if _is_time_for(column, date[0])]
        if times:
            self.found["posted_at"] = (*date, max(times, key=lambda column: _as_time_for(column, date[0])))

    def _add_headline(self) -> None:
        """The headline becomes the beginning of the text, unless it is what many rows comment on."""
        title, text = self.found.pop("title", ()), self.found.get("text", ())
        if title and text and self._names_author(title[0]):  # "Ann commented on a post" is no headline
            return
        if title and (not text or title[0].content.distinct >= fit.REPEATS or title[0].content.filled < 0.2):
            self.found["text"] = (*title, *text)

    def _names_author(self, title: Column) -> bool:
        author = self.found["author"][0].position if "author" in self.found else None
        if author is None:
            return False
        pairs = [
            (row[author].strip(), row[title.position])
            for row in self.rows
            if author < len(row) > title.position
        ]
        return sum(bool(name) and name in words for name, words in pairs) > 0.5 * len(pairs)

    def _doubtful(self) -> set[str]:
        """Texts, dates and labels for which a second column is as good and says something else."""
        doubtful = {name for name in ("posted_at", "sentiment", "text") if self._rivals(name)}
        if "text" in doubtful:
            chosen, *others = self.scored["text"]
            rival = self._rivals("text")[0].column
            why = reasons.rival(chosen.why, rival.label, repeats=rival.content.distinct < fit.REPEATS)
            self.scored["text"] = [replace(chosen, why=why), *others]
        return doubtful

    def _rivals(self, name: str) -> list[Scored]:
        """Free columns that are nearly as good as the chosen one."""
        if name not in self.found:
            return []
        chosen, *others = self.scored[name]
        close = [each for each in others if each.column.content.cells and _is_close(name, chosen, each)]
        return [each for each in close if self._is_free(each.column) and self._differ(chosen, each)]

    def _differ(self, one: Scored, other: Scored) -> bool:
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

    def _why_ignored(self, column: Column) -> str:
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


def _ranked(scored: Iterator[Scored]) -> list[Scored]:
    return sorted((each for each in scored if each.score >= SHOWN), key=lambda each: -each.score)


def _is_close(name: str, chosen: Scored, other: Scored) -> bool:
    """By both scores, or by a name that says more than that of the chosen one, whose cells are better.

    A column of sentences whose name says "text" is close however much it repeats.
    """
    is_text = name == "text" and other.column.content.share("sentence") >= fit.VETO
    is_named = name != "text" and other.score >= ENOUGH and chosen.certainty < SURE_NAME
    if (is_text or is_named) and other.certainty >= SURE_NAME:
        return True
    return other.score >= max(ENOUGH, RIVAL * chosen.score)


def _by_subject(scored: Scored, about: str) -> Scored:
    subject = scored.column.name.about
    return (
        replace(scored, score=scored.score * OF_ANOTHER) if about and subject and subject != about else scored
    )


def _candidate(scored: Scored) -> Candidate:
    return Candidate(scored.column.position, round(scored.score, 3), scored.why)


def _is_in_role(column: Column, role: str) -> bool:
    is_several = len(set(column.content.cells)) > 1 or column.content.rows == 1
    return role in column.name.fields and is_several and fit.fit(role, column.content) >= 0.8


def _is_time_for(column: Column, date: Column) -> bool:
    """Times of day, and by the name those of the date, or beside it: a length of "12:35" is another matter."""
    is_named = column.name.is_empty or bool({"time_of_day", "posted_at"} & set(column.name.fields))
    is_beside = abs(column.position - date.position) == 1 and not column.name.is_other
    is_unknown = is_beside and not column.name.fields
    if "time_of_day" in column.name.fields or is_unknown:  # "14.05", which elsewhere is a number
        return column.content.share("time_of_day", "dotted_time") >= 0.8
    return (is_named or is_beside) and fit.fit("time_of_day", column.content) >= 0.8


def _as_time_for(column: Column, date: Column) -> tuple[float, bool, int]:
    """The better named, the nearer."""
    same = column.name.about == date.name.about
    return column.name.fields.get("time_of_day", 0.0), same, -abs(column.position - date.position)
