"""How a clock stands: running, alarming, taken on by somebody, or settled. What every page about clocks shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from escalations import alerts, purposes
from escalations.models import Acknowledgement, Deadline, DeadlineQuerySet, DeadlineState
from escalations.purposes import Purpose
from people.models import User

Key = tuple[int, int, str]


@dataclass
class Standing:
    """One clock of one subject: the rows of its newest generation, in the order in which they fire."""

    purpose: Purpose
    subject: Any
    rows: list[Deadline]
    acknowledged: list[User] = field(default_factory=list)  # in this generation
    told: list[User] = field(default_factory=list)  # by its alarms so far, whatever the generation
    waiting: list[User] = field(default_factory=list)  # who must still acknowledge, where everybody must

    @property
    def latest(self) -> Deadline:
        return self.rows[-1]

    @property
    def armed(self) -> Deadline | None:
        """What fires next."""
        return self.latest if self.latest.state == DeadlineState.ARMED else None

    @property
    def taken_by(self) -> User | None:
        """Who has said “I have it”; the clock runs towards the lapse of that."""
        return self.latest.acknowledged_by if self.armed else None

    def is_done_by(self, user: User) -> bool:
        """Has `user` taken it on, or acknowledged while others must still do so?"""
        return user == self.taken_by or (user in self.acknowledged and bool(self.waiting))

    @property
    def is_settled(self) -> bool:
        return self.latest.settled_at is not None

    @property
    def is_alarming(self) -> bool:
        """It was missed, and nobody has acted."""
        return any(row.state == DeadlineState.FIRED and row.settled_at is None for row in self.rows)

    @property
    def is_exhausted(self) -> bool:
        """Missed, and nobody else will be alerted."""
        return self.is_alarming and self.armed is None

    @property
    def label(self) -> str | Promise:
        return self.purpose.label

    @property
    def raises_level(self) -> bool:
        if self.armed is None or self.purpose.after_rise is None or (self.level or 1) <= 1:
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
        return getattr(self.subject, "incident", None)

    @property
    def level(self) -> int | None:
        """How grave it is now; None for an incident that nobody has triaged."""
        return getattr(self.incident or self.subject, "level", self.latest.level)

    def reaches(self) -> list[User]:
        """Whom the next alarm tells, as things stand now; where it raises the level, the people of that level."""
        if self.armed is None:
            return []
        tell = self.armed.current_step["tell"]
        if self.raises_level and self.purpose.after_rise:
            tell = self.purpose.after_rise(self.subject, tell)
        people = self.purpose.recipients(self.subject, tell)
        return alerts.audience(self.armed, people)


def standings(found: DeadlineQuerySet, user: User) -> list[Standing]:
    """The clocks of `found` whose subject `user` may see, the most pressing first.

    Three queries and one for each model, however many clocks.
    """
    rows = found.select_related("acknowledged_by", "entry").order_by(
        "content_type", "object_id", "purpose", "generation", "step", "repeat"
    )
    clocks = {key: list(of_clock) for key, of_clock in groupby(rows, key=_key)}
    subjects = _subjects(clocks, user)
    shown = [_standing(key, of_clock, subjects[key]) for key, of_clock in clocks.items() if key in subjects]
    _add_people(shown, clocks)
    return sorted(shown, key=_by_urgency)


def standing_of(deadline: Deadline, user: User) -> Standing | None:
    """The clock to which a row belongs; None when `user` may not see what it is about, or that is gone."""
    clock = Deadline.objects.filter(
        content_type=deadline.content_type_id, object_id=deadline.object_id, purpose=deadline.purpose
    )
    return next(iter(standings(clock, user)), None)


def _key(row: Deadline) -> Key:
    return row.content_type_id, row.object_id, row.purpose


def _standing(key: Key, rows: list[Deadline], subject: Any) -> Standing:
    newest = rows[-1].generation
    return Standing(purposes.get(key[2]), subject, [row for row in rows if row.generation == newest])


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


def _add_people(shown: list[Standing], clocks: dict[Key, list[Deadline]]) -> None:
    """Who was told, who has acknowledged and who must still do so, for all of them at once."""
    acknowledgements: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for row in Acknowledgement.objects.filter(object_id__in={one.latest.object_id for one in shown}):
        key = (row.content_type_id, row.object_id, row.purpose)
        acknowledgements[key, row.generation].append(row.person_id)
    told = {
        _key(one.latest): list(
            dict.fromkeys(pk for row in clocks[_key(one.latest)] if row.entry for pk in row.entry.audience)
        )
        for one in shown
    }
    ids = {pk for people in [*told.values(), *acknowledgements.values()] for pk in people}
    people = User.objects.in_bulk(ids)

    def named(pks: Iterable[int]) -> list[User]:
        return [people[pk] for pk in pks if pk in people]

    for one in shown:
        key = _key(one.latest)
        done = acknowledgements[key, one.latest.generation]
        one.told, one.acknowledged = named(told[key]), named(done)
        fired = [row for row in one.rows if row.entry and row.settled_at is None]
        if fired and fired[-1].current_step["everyone"]:
            audience = fired[-1].entry.audience if fired[-1].entry else []
            one.waiting = [
                person
                for person in named(audience)
                if person.pk not in done and person.has_perm("people.work")
            ]


def _by_urgency(one: Standing) -> tuple[bool, datetime]:
    """What nobody will be alerted about any more stands first, then what fires next."""
    return not one.is_exhausted, one.latest.due_at
