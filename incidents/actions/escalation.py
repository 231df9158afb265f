"""What a missed deadline does to an incident. Called by the engine with the incident locked."""

from __future__ import annotations

from escalations.models import Deadline
from incidents.actions.locking import note
from incidents.models import Incident
from incidents.recipients import people_for
from incidents.severity import Level
from journal.models import Entry, Urgency
from people.models import User


def recipients(incident: Incident, tell: list[str]) -> list[User]:
    return people_for(incident, tell)


def on_missed(incident: Incident, deadline: Deadline) -> Entry:
    """Raise the level where the step says so, then tell whom the step names (after the rise: its people too)."""
    step = deadline.current_step
    raised = bool(step["raise_level"] and incident.level and incident.level > Level.L1)
    if raised:
        incident.level = (incident.level or Level.L4) - 1
        incident.save(update_fields=["level"])
    told = people_for(incident, step["tell"])
    return note(
        incident,
        "deadline.missed_raised" if raised else "deadline.missed",
        None,
        audience=told,
        urgency=Urgency.NOW,
        purpose=deadline.purpose,
        step=deadline.step + 1,
        told=", ".join(str(person) for person in told),
    )
