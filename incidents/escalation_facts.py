"""What the room shows about alarms: what fires next and whom it reaches, which clocks run, what was sent to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from escalations import purposes
from escalations.models import Deadline, DeadlineQuerySet
from escalations.standing import Standing, standings
from incidents.models import Incident
from incidents.recipients import read_once
from journal.models import Entry, Urgency
from notifications.models import Delivery
from notifications.reach import unreachable
from people.models import User

CLOCKS_IN_PANEL = 8
CLOCKS_IN_STRIP = 2  # it stays in sight on a phone, too
MESSAGES_IN_PANEL = 3


@dataclass(frozen=True)
class Escalation:
    clocks: list[Standing]  # the most pressing first
    next: Standing | None  # what fires next
    reaches: list[User]  # whom it tells
    unreachable: list[User]  # of those: nobody can wake them
    unreachable_others: list[User]  # and of the rest of the team, for whoever leads it

    @property
    def shown(self) -> list[Standing]:
        """What is missed stands before what only runs: it must not be hidden behind the others."""
        return sorted(self.clocks, key=lambda one: not one.is_alarming)[:CLOCKS_IN_PANEL]

    @property
    def more(self) -> int:
        return len(self.clocks) - len(self.shown)

    @property
    def in_strip(self) -> list[Standing]:
        """What fires next, and the incident's own clocks."""
        own = [one for one in self.clocks if one.incident is None and one is not self.next]
        return [*([self.next] if self.next else []), *own][:CLOCKS_IN_STRIP]


def escalation_of(incident: Incident, user: User, team: Iterable[User]) -> Escalation:
    """In a fixed number of queries, however many clocks run; `team` are those who hold a role."""
    read_once(incident)
    clocks = standings(deadlines_in_room(incident).unsettled(), user)
    for one in clocks:  # one and the same row for all of them: roles and duty are read once
        if isinstance(one.subject, Incident):
            one.subject = incident
        else:
            one.subject.incident = incident
    coming = next((one for one in clocks if one.armed), None)
    reaches = coming.reaches() if coming else []
    leads = incident.is_open and user.has_perm("incidents.lead", incident)
    others = {person.pk: person for person in team if leads and person not in reaches}
    away = unreachable([*reaches, *others.values()])
    return Escalation(
        clocks,
        coming,
        reaches,
        [person for person in reaches if person.pk in away],
        [person for pk, person in others.items() if pk in away],
    )


def deadlines_in_room(incident: Incident) -> DeadlineQuerySet:
    """Those of the incident, and of whatever hangs on it."""
    models: dict[Any, None] = {purpose.model: None for purpose in purposes.every()}
    found = [Deadline.objects.of(incident)]
    for model in models:
        if any(field.name == "incident" for field in model._meta.fields):
            rows = model._default_manager.filter(incident=incident).order_by().values("pk")
            found.append(Deadline.objects.of_any(model, rows))
    return reduce(or_, found)


def messages_of(incident: Incident) -> QuerySet[Entry]:
    """Every alarm of the incident, and what else could not wait and left the app; newest first, with what was sent
    to whom.
    """
    left_the_app = Exists(Delivery.objects.outside().filter(entry=OuterRef("pk")))
    alarm = Q(deadline__isnull=False) | Q(kind="deadline.exhausted")
    sent = Delivery.objects.select_related("person").order_by("person__name", "person_id", "pk")
    return (
        Entry.objects.filter(alarm | Q(left_the_app, urgency=Urgency.NOW), stream=incident.stream)
        .order_by("-seq")
        .prefetch_related(Prefetch("deliveries", sent))
    )


def by_person(messages: Iterable[Entry]) -> list[tuple[Entry, list[tuple[User, list[Delivery]]]]]:
    """Each message with its deliveries, those to one person together."""
    return [
        (
            entry,
            [
                (person, list(rows))
                for person, rows in groupby(entry.deliveries.all(), lambda row: row.person)
            ],
        )
        for entry in messages
    ]
