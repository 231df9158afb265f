"""What the incident room shows about escalation: the next alert, the deadlines that run, what was sent to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from escalations.status import DeadlineStatus, statuses_of
from incidents.models import Incident
from incidents.running_deadlines import deadlines_under
from incidents.scope import read_once
from journal.models import Entry, Urgency
from notifications.models import Delivery
from notifications.reach import unreachable
from people.models import User

DEADLINES_IN_PANEL = 8
DEADLINES_IN_STRIP = 2  # it stays in sight on a phone, too
MESSAGES_IN_PANEL = 3


@dataclass(frozen=True)
class Escalation:
    deadlines: list[DeadlineStatus]  # the most pressing first
    next: DeadlineStatus | None  # what fires next
    reaches: list[User]  # whom it alerts
    unreachable: list[User]  # of those: nobody can wake them
    unreachable_others: list[User]  # and of the rest of the team, for whoever leads it

    @property
    def shown(self) -> list[DeadlineStatus]:
        """What is missed stands before what only runs: it must not be hidden behind the others."""
        return sorted(self.deadlines, key=lambda one: not one.is_missed)[:DEADLINES_IN_PANEL]

    @property
    def more(self) -> int:
        return len(self.deadlines) - len(self.shown)

    @property
    def in_strip(self) -> list[DeadlineStatus]:
        """What fires next, and the incident's own deadlines."""
        own = [one for one in self.deadlines if one.incident is None and one is not self.next]
        return [*([self.next] if self.next else []), *own][:DEADLINES_IN_STRIP]


def escalation_of(incident: Incident, user: User, team: Iterable[User]) -> Escalation:
    """In a fixed number of queries, however many deadlines run; `team` are those who hold a role."""
    read_once(incident)
    running = statuses_of(deadlines_under(incident).unsettled(), user)
    for one in running:  # one and the same row for all of them: roles and duty are read once
        if isinstance(one.subject, Incident):
            one.subject = incident
        else:
            one.subject.incident = incident
    coming = next((one for one in running if one.armed), None)
    reaches = coming.reaches() if coming else []
    leads = incident.is_open and user.has_perm("incidents.lead", incident)
    others = {person.pk: person for person in team if leads and person not in reaches}
    away = unreachable([*reaches, *others.values()])
    return Escalation(
        running,
        coming,
        reaches,
        [person for person in reaches if person.pk in away],
        [person for pk, person in others.items() if pk in away],
    )


def messages_of(incident: Incident) -> QuerySet[Entry]:
    """Every alert about a deadline of the incident, and what else could not wait and left the app.

    Newest first, with what was sent to whom.
    """
    left_the_app = Exists(Delivery.objects.outside().filter(entry=OuterRef("pk")))
    alert = ~Q(alert_of="")
    sent = Delivery.objects.select_related("person").order_by("person__name", "person_id", "pk")
    return (
        Entry.objects.filter(alert | Q(left_the_app, urgency=Urgency.NOW), stream=incident.stream)
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
