"""How a deadline stands: running, missed, acknowledged, or settled. What every page about deadlines shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from escalations import purposes
from escalations.missed import audience
from escalations.models import Acknowledgement, Deadline, DeadlineQuerySet, DeadlineState
from escalations.purposes import Purpose
from people.models import User

Key = tuple[int, int, str]


@dataclass
class DeadlineStatus:
    """One deadline of one subject: the rows of its newest generation, in the order in which they fire."""

    purpose: Purpose
    subject: Any
    rows: list[Deadline]
    acknowledged: list[User] = field(default_factory=list)  # in this generation
    alerted: list[User] = field(default_factory=list)  # by its alerts so far, whatever the generation
    waiting: list[User] = field(default_factory=list)  # who must still acknowledge, where everybody must

    @property
    def latest(self) -> Deadline:
        return self.rows[-1]

    @property
    def armed(self) -> Deadline | None:
        """What fires next."""
        return self.latest if self.latest.state == DeadlineState.ARMED else None

    @property
    def acknowledged_by(self) -> User | None:
        """Who has acknowledged; it runs towards the lapse of that."""
        return self.latest.acknowledged_by if self.armed else None

    def is_done_by(self, user: User) -> bool:
        """Has `user` acknowledged, alone or while others must still do so?"""
        return user == self.acknowledged_by or (user in self.acknowledged and bool(self.waiting))

    @property
    def is_settled(self) -> bool:
        return self.latest.settled_at is not None

    @property
    def is_missed(self) -> bool:
        """It was missed, and nobody has acted."""
        return any(row.state == DeadlineState.FIRED and row.settled_at is None for row in self.rows)

    @property
    def is_exhausted(self) -> bool:
        """Missed, and nobody else will be alerted."""
        return self.is_missed and self.armed is None

    @property
    def label(self) -> str | Promise:
        return self.purpose.label

    @property
    def raises_level(self) -> bool:
        if self.armed is None or not self.purpose.can_raise or (self.level or 1) <= 1:
            return False
        return bool(self.armed.current_step["raise_level"] and not self.armed.repeat)

    @property
    def path(self) -> str:
        """Where the thing itself stands."""
        entries = [row.entry for row in self.rows if row.entry and row.entry.path]
        if entries:
            return entries[-1].path
        thing = self.subject if hasattr(self.subject, "get_absolute_url") else self.subject.incident
        return thing.get_absolute_url()

    @property
    def incident(self) -> Any:
        """What the subject hangs on, where it hangs on an incident."""
        return self.purpose.incident_of(self.subject)

    @property
    def level_name(self) -> str | Promise:
        """What takes the place of the level, where the subject has none."""
        return self.purpose.level_names.get(self.latest.level, "")

    @property
    def level(self) -> int | None:
        """How grave it is now; None for an incident that nobody has triaged."""
        return getattr(self.incident or self.subject, "level", self.latest.level)

    def reaches(self) -> list[User]:
        """Whom the next alert reaches, as things stand now; where it raises the level, the people of that level."""
        if self.armed is None:
            return []
        tell = self.armed.current_step["tell"]
        if self.raises_level:
            tell = self.purpose.scope.codes_after_rise(self.subject, tell)
        people = self.purpose.recipients(self.subject, tell)
        return audience(self.armed, people)


def statuses_of(found: DeadlineQuerySet, user: User) -> list[DeadlineStatus]:
    """The deadlines of `found` whose subject `user` may see, the most pressing first.

    Three queries and one for each model, however many deadlines.
    """
    rows = found.select_related("acknowledged_by", "entry").order_by(
        "content_type", "object_id", "purpose", "generation", "step", "repeat"
    )
    rows_of = {key: list(group) for key, group in groupby(rows, key=_key)}
    subjects = _subjects(rows_of, user)
    shown = [_status(key, group, subjects[key]) for key, group in rows_of.items() if key in subjects]
    _add_people(shown, rows_of)
    return sorted(shown, key=_by_urgency)


def status_of(deadline: Deadline, user: User) -> DeadlineStatus | None:
    """The deadline of which a row is one step; None when `user` may not see what it is about, or that is gone."""
    return next(iter(statuses_of(Deadline.objects.same_as(deadline), user)), None)


def _key(row: Deadline) -> Key:
    return row.content_type_id, row.object_id, row.purpose


def _status(key: Key, rows: list[Deadline], subject: Any) -> DeadlineStatus:
    newest = rows[-1].generation
    return DeadlineStatus(purposes.get(key[2]), subject, [row for row in rows if row.generation == newest])


def _subjects(keys: Iterable[Key], user: User) -> dict[Key, Any]:
    wanted: dict[type[Model], tuple[Purpose, set[int]]] = {}
    for _type, pk, code in keys:
        purpose = purposes.get(code)
        wanted.setdefault(purpose.model, (purpose, set()))[1].add(pk)
    seen = {model: purpose.subjects_for(user).in_bulk(ids) for model, (purpose, ids) in wanted.items()}
    return {
        (type_, pk, code): seen[purposes.get(code).model][pk]
        for type_, pk, code in keys
        if pk in seen[purposes.get(code).model]
    }


def _add_people(shown: list[DeadlineStatus], rows_of: dict[Key, list[Deadline]]) -> None:
    """Who was alerted, who has acknowledged and who must still do so, for all of them at once."""
    acknowledgements: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for row in Acknowledgement.objects.filter(object_id__in={one.latest.object_id for one in shown}):
        key = (row.content_type_id, row.object_id, row.purpose)
        acknowledgements[key, row.generation].append(row.person_id)
    alerted = {
        _key(one.latest): list(
            dict.fromkeys(pk for row in rows_of[_key(one.latest)] if row.entry for pk in row.entry.audience)
        )
        for one in shown
    }
    ids = {pk for people in [*alerted.values(), *acknowledgements.values()] for pk in people}
    people = User.objects.in_bulk(ids)

    def named(pks: Iterable[int]) -> list[User]:
        return [people[pk] for pk in pks if pk in people]

    for one in shown:
        key = _key(one.latest)
        done = acknowledgements[key, one.latest.generation]
        one.alerted, one.acknowledged = named(alerted[key]), named(done)
        fired = [row for row in one.rows if row.entry and row.settled_at is None]
        if fired and fired[-1].current_step["everyone"]:
            audience = fired[-1].entry.audience if fired[-1].entry else []
            one.waiting = [
                person
                for person in named(audience)
                if person.pk not in done and person.has_perm("people.work")
            ]


def _by_urgency(one: DeadlineStatus) -> tuple[bool, datetime]:
    """What nobody will be alerted about any more stands first, then what fires next."""
    return not one.is_exhausted, one.latest.due_at
