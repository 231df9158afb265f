"""What a missed deadline does to an incident. Called by the engine with the incident locked."""

from __future__ import annotations

from escalations import alerts
from escalations.models import Deadline
from incidents.actions.lifecycle import ACKNOWLEDGE
from incidents.actions.locking import note
from incidents.models import Incident
from incidents.recipients import people_for
from incidents.severity import Level
from journal.models import Entry, Urgency
from people.models import User


def recipients(incident: Incident, tell: list[str]) -> list[User]:
    return people_for(incident, tell)


def on_missed(incident: Incident, deadline: Deadline) -> Entry:
    """Raise the level where the step says so, then tell whom the step names (after the rise: its people too).

    An acknowledgement of the incident itself after which nothing happened counts no more.
    """
    if deadline.is_lapse and deadline.purpose == ACKNOWLEDGE:
        incident.acknowledged_at = incident.acknowledged_by = None
        incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
    raised = _raise_level(incident) if deadline.current_step["raise_level"] and not deadline.repeat else False
    told = alerts.audience(deadline, people_for(incident, deadline.current_step["tell"]))
    return note(
        incident,
        "deadline.missed_raised" if raised else alerts.kind_of(deadline),
        None,
        audience=told,
        urgency=Urgency.NOW,
        **alerts.facts(deadline, told),
    )


def _raise_level(incident: Incident) -> bool:
    if not incident.level or incident.level <= Level.L1:
        return False
    incident.level -= 1
    incident.save(update_fields=["level"])
    return True
