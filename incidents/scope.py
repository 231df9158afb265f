"""What the engine must know about incidents: how to lock one, whom it reaches, how its level is raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model

from common.levels import Level
from escalations.actions import settle_lapses
from escalations.models import Deadline
from incidents import running_deadlines
from incidents.actions.locking import note, urgency_of
from incidents.models import Incident
from incidents.recipients import people_for, read_together
from incidents.signals import level_changed
from journal.models import Entry, Urgency
from people.models import User


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
