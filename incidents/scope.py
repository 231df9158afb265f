"""What the engine and every action must know about an incident: whom it reaches, who may know of it, how an entry
about it is written, how it is locked, how its level is raised.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone

from common.levels import Level
from escalations import recipient_codes
from escalations.actions import settle_lapses
from escalations.models import Deadline
from incidents import running_deadlines
from incidents.models import Incident, RoleAssignment
from incidents.signals import level_changed
from journal.actions import record
from journal.models import Entry, Urgency
from people.models import CrisisRole, DutyShift, User, administrators

ESCALATE_TO: dict[int | None, tuple[str, ...]] = {
    Level.L1: tuple(CrisisRole.values),
    Level.L2: ("CL", "CO", "SM", "LG", "SME", "CC", "IC", "EX"),
    Level.L3: ("CO", "SM", "SME", "CC"),
    Level.L4: ("SM", "CC"),
}
# Before anybody has triaged, those who can judge must know.
BEFORE_TRIAGE = ("CL", "CO", "SM", "MA")

MOST_FOUND = 200  # incidents, by words of their titles

Holder = tuple[str, bool, User]  # role, as deputy, who


def people_for(incident: Incident, tell: Iterable[str]) -> list[User]:
    """Resolve codes such as "deputy:CL", "role:CO", "duty:SM", "person:12", "level", "level:1" and "administrators"
    to active people.

    Nobody who may not see the incident is named. An empty result is never returned while the site has anybody
    to turn to: an escalation must reach somebody. Raises ValueError for a code that means nothing.
    """
    return _roster_of(incident).people_for(tell)


def who_see(incident: Incident, people: Iterable[User]) -> list[User]:
    """Those of `people` who may know of the incident now, whatever they were told before it became confidential."""
    return _roster_of(incident).who_see(people)


def _roster_of(incident: Incident) -> Roster:
    return getattr(incident, "roster_read_once", None) or Roster(incident)


def people_of_level(incident: Incident) -> list[User]:
    """Everybody whom the incident's level calls in: holders of the roles, or who is on duty for a vacant one."""
    return people_for(incident, ["level"])


def read_once(incident: Incident) -> None:
    """For a page that asks for many deadlines whom they would reach: roles and duty are read once, as they are now."""
    incident.roster_read_once = Roster(incident)  # type: ignore[attr-defined]


def read_together(incidents: Collection[Incident]) -> None:
    """The same for many incidents, with the same few queries for all of them."""
    holders: defaultdict[int, list[Holder]] = defaultdict(list)
    rows = RoleAssignment.objects.active().filter(incident__in=[incident.pk for incident in incidents])
    for row in rows.select_related("user"):
        holders[row.incident_id].append((row.role, row.is_deputy, row.user))
    duty = _read_duty()
    for incident in incidents:
        read_once(incident)
        roster: Roster = incident.roster_read_once  # type: ignore[attr-defined]
        roster.holders, roster.duty = holders[incident.pk], duty


def _read_duty() -> defaultdict[str, list[User]]:
    """Who is on duty now, by role, latest start first."""
    shifts = DutyShift.objects.covering(timezone.now()).select_related("user").order_by("-starts_at")
    found: defaultdict[str, list[User]] = defaultdict(list)
    for shift in shifts:
        if shift.user not in found[shift.role]:
            found[shift.role].append(shift.user)
    return found


class Roster:
    """Roles and duty around one incident, each read when first asked for."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self._seers: dict[int, bool] = {}
        self._named: dict[str, list[User]] = {}

    def people_for(self, tell: Iterable[str]) -> list[User]:
        found = [person for code in tell for person in self._resolve(code)]
        return self.who_see(found) or self.who_see(self._last_resort())

    def _resolve(self, code: str) -> list[User]:
        kind, which = recipient_codes.parse(code)
        if kind == "role":
            return self._holders(which, is_deputy=False) or self.duty[which]
        if kind == "deputy":
            return self._holders(which, is_deputy=True) or self.duty[which]
        if kind == "duty":
            return self.duty[which]
        if kind == "person" and which.isdecimal():
            return self._person(which)
        if kind == "administrators":
            return self.administrators
        if kind == "level":
            level = int(which) if which else self.incident.level
            roles = ESCALATE_TO[level] if level else BEFORE_TRIAGE
            return [person for role in roles for person in self._resolve(f"role:{role}")]
        raise ValueError(f"unknown recipients {code!r}")

    def _last_resort(self) -> list[User]:
        holders = [user for _role, _is_deputy, user in self.holders]
        return self.duty[CrisisRole.CRISIS_LEAD] + holders + self.administrators + [self.incident.logged_by]

    @cached_property
    def holders(self) -> list[Holder]:
        rows = self.incident.role_assignments.active().select_related("user")
        return [(row.role, row.is_deputy, row.user) for row in rows]

    def _holders(self, role: str, *, is_deputy: bool) -> list[User]:
        return [user for held, deputy, user in self.holders if (held, deputy) == (role, is_deputy)]

    @cached_property
    def duty(self) -> defaultdict[str, list[User]]:
        return _read_duty()

    @cached_property
    def administrators(self) -> list[User]:
        return administrators()

    def _person(self, pk: str) -> list[User]:
        if pk not in self._named:
            self._named[pk] = list(User.objects.filter(pk=pk, is_active=True))
        return self._named[pk]

    def who_see(self, people: Iterable[User]) -> list[User]:
        unique = {person.pk: person for person in people if person.is_active}
        return [person for person in unique.values() if self._sees(person)]

    def _sees(self, person: User) -> bool:
        if not self.incident.confidential:
            return True
        if person.pk not in self._seers:
            seen = Incident.objects.visible_to(person).filter(pk=self.incident.pk)
            self._seers[person.pk] = seen.exists()
        return self._seers[person.pk]


def streams_about(reader: User, words: str) -> list[str]:
    """The journal streams of incidents that the reader may see: a confidential one cannot be found out by asking."""
    reference = re.fullmatch(r"(?:INC-)?(\d{1,9})", words.strip(), re.IGNORECASE)
    wanted = Q(title__icontains=words)
    if reference:
        wanted |= Q(pk=reference[1])
    found = Incident.objects.visible_to(reader).filter(wanted).order_by("-pk")[:MOST_FOUND]
    return [incident.stream for incident in found]


def streams_hidden_from(reader: User, among: Collection[str]) -> Iterator[str]:
    """The streams of confidential incidents in which the reader has no part (any more)."""
    ids = [found[1] for stream in among if (found := re.fullmatch(r"incident-(\d+)", stream))]
    confidential = Incident.objects.filter(pk__in=ids, confidential=True)
    seen = Incident.objects.visible_to(reader).filter(pk__in=ids)
    for incident in confidential.exclude(pk__in=seen.values("pk")):
        yield incident.stream


def urgency_of(incident: Incident) -> Urgency:
    """L1 and L2 (and what nobody has triaged) cannot wait."""
    return Urgency.NOW if (incident.level or Level.L2) <= Level.L2 else Urgency.SOON


def note(
    incident: Incident,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    anchor: str = "",
    alert_of: str = "",
    **data: Any,
) -> Entry:
    """One journal entry about the incident itself; `anchor` leads to the place in the room."""
    return record_in(
        incident,
        kind,
        actor,
        data={"about": incident.title, **data},
        path=incident.get_absolute_url() + anchor,
        audience=audience,
        urgency=urgency,
        alert_of=alert_of,
    )


def record_in(
    incident: Incident,
    kind: str,
    actor: User | None,
    *,
    data: Mapping[str, Any],
    path: str,
    audience: Iterable[User] = (),
    **how: Any,
) -> Entry:
    """An entry in the incident's stream, about it or about what hangs on it; `path` leads to the thing itself.

    Of `audience` only those are told who may see the incident. `how`: urgency and alert_of, as the journal takes them.
    """
    return record(
        stream=incident.stream,
        kind=kind,
        actor=actor,
        data={"incident": incident.pk, "level": incident.level, **data},
        path=path,
        audience=who_see(incident, audience),
        **how,
    )


def incident_of(subject: Any) -> Incident:
    return subject if isinstance(subject, Incident) else subject.incident


class IncidentScope:
    """An incident and everything that hangs on it; see `escalations.purposes.Scope`."""

    def stream_of(self, subject: Any) -> str:
        return incident_of(subject).stream

    def lock(self, model: type[Model], pks: Collection[int], *, skip_locked: bool) -> dict[int, Any]:
        """The incidents first, as every action does; a fixed number of queries, however many."""
        if model is Incident:
            return self._lock_incidents(pks, skip_locked)
        path: str = getattr(model, "path_to_incident", "incident")
        rows = model._default_manager.filter(pk__in=pks)
        incident_ids: dict[int, int] = dict(rows.order_by().values_list("pk", f"{path}_id"))
        incidents = self._lock_incidents(set(incident_ids.values()), skip_locked)
        free = [pk for pk, incident_id in incident_ids.items() if incident_id in incidents]
        subjects: dict[int, Any] = {}
        locked: Iterable[Any] = rows.select_for_update(of=("self",)).filter(pk__in=free)
        for subject in locked:
            subject.incident = incidents[incident_ids[subject.pk]]
            subjects[subject.pk] = subject
        return subjects

    def _lock_incidents(self, pks: Collection[int], skip_locked: bool) -> dict[int, Any]:
        rows = Incident.objects.select_for_update(of=("self",), skip_locked=skip_locked).select_related(
            "brand"
        )
        incidents = {incident.pk: incident for incident in rows.filter(pk__in=pks)}
        if skip_locked:  # the engine's way: whom their deadlines reach is read once for all of them
            read_together(incidents.values())
        return incidents

    def people_for(self, subject: Any, codes: Iterable[str]) -> list[User]:
        return people_for(incident_of(subject), codes)

    def may_acknowledge(self, actor: User, subject: Any) -> bool:
        """Whoever may work in an incident may act on what its deadlines ask for."""
        return actor.has_perm("incidents.work", incident_of(subject))

    def urgency_of(self, subject: Any) -> Urgency:
        return urgency_of(incident_of(subject))

    def codes_after_rise(self, subject: Any, codes: list[str]) -> list[str]:
        level = (incident_of(subject).level or Level.L2) - 1
        return [f"level:{level}" if code == "level" else code for code in codes]

    def raise_level(self, subject: Any, deadline: Deadline) -> bool:
        incident = incident_of(subject)
        if not incident.level or incident.level <= Level.L1:
            return False
        before, incident.level = incident.level, incident.level - 1
        incident.save(update_fields=["level"])
        running_deadlines.follow_level(incident, before, firing=deadline)
        return True


INCIDENT = IncidentScope()


def note_in_room(subject: Any, kind: str, actor: User | None, **facts: Any) -> Entry:
    """An entry about something that stands in the incident room."""
    return note(incident_of(subject), kind, actor, **facts)


ACKNOWLEDGED = ("incident.acknowledged", "incident.acknowledged_by_one")
# The entries with which an incident's level changes.
LEVEL_CHANGED = ("incident.rescored", "deadline.missed_raised", "deadline.lapsed_raised")


def on_entries_recorded(*, entries: list[Entry], **_signal: Any) -> None:
    """Something followed the acknowledgement of an incident: it does not lapse any more. A new level is passed on."""
    followed = {
        entry.data["incident"]
        for entry in entries
        if entry.actor_id is not None and entry.kind not in ACKNOWLEDGED and "incident" in entry.data
    }
    if followed:
        settle_lapses(
            streams=[Incident(pk=pk).stream for pk in followed], purpose=running_deadlines.ACKNOWLEDGE
        )
    for entry in entries:
        if entry.kind in LEVEL_CHANGED:
            level_changed.send(sender=Incident, incident_id=entry.data["incident"])
