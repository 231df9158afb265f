"""What a missed deadline does to an incident or to what hangs on it. Called by the engine with both locked."""

from __future__ import annotations

from functools import partial
from typing import Any

from common.levels import Level
from escalations import alerts, purposes
from escalations.models import Deadline
from incidents import clocks
from incidents.actions.locking import (
    lock_for_clock,
    lock_together_for_clocks,
    lock_under_incident,
    may_acknowledge,
    note,
    urgency_of,
)
from incidents.clocks import ACKNOWLEDGE, Clock
from incidents.models import Incident
from incidents.recipients import people_for
from journal.models import Entry, Urgency
from people.models import User


def register(clock: Clock) -> None:
    """Let the engine run this clock, and let it stop and start with its incident."""
    clocks.add(clock)
    purposes.register(
        purposes.Purpose(
            clock.purpose,
            clock.label,
            clock.model,
            on_missed=partial(on_missed, clock),
            recipients=partial(recipients, clock),
            note=partial(_note, clock),
            lock=lock_for_clock if clock.model is Incident else lock_under_incident(clock.model),
            lock_together=lock_together_for_clocks if clock.model is Incident else None,
            may_acknowledge=lambda actor, subject: may_acknowledge(actor, _incident_of(subject)),
            acknowledge=clock.acknowledge,
            follows=clock.follows,
            after_rise=_after_rise,
        )
    )


def _incident_of(subject: Any) -> Incident:
    return subject if isinstance(subject, Incident) else subject.incident


def recipients(clock: Clock, subject: Any, tell: list[str]) -> list[User]:
    """Whose business it is, and whom the step names."""
    people = people_for(_incident_of(subject), [*clock.responsible(subject), *tell])
    about = clock.about(subject)
    return [person for person in people if person.pk not in about] or people


def _after_rise(subject: Any, tell: list[str]) -> list[str]:
    level = (_incident_of(subject).level or Level.L2) - 1
    return [f"level:{level}" if code == "level" else code for code in tell]


def on_missed(clock: Clock, subject: Any, deadline: Deadline) -> Entry:
    """Raise the level where the step says so, then tell whom the step names (after the rise: its people too).

    An acknowledgement of the incident itself after which nothing happened counts no more.
    """
    incident = _incident_of(subject)
    if deadline.is_lapse and deadline.purpose == ACKNOWLEDGE:
        incident.acknowledged_at = incident.acknowledged_by = None
        incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
    wants_rise = deadline.current_step["raise_level"] and not deadline.repeat
    raised = _raise_level(incident, deadline) if wants_rise else False
    told = alerts.audience(deadline, recipients(clock, subject, deadline.current_step["tell"]))
    kind = alerts.kind_of(deadline)
    if raised:
        kind = "deadline.lapsed_raised" if deadline.is_lapse else "deadline.missed_raised"
    elif kind == "deadline.missed":
        kind = clock.missed
    return _note(
        clock,
        subject,
        kind,
        None,
        audience=told,
        urgency=urgency_of(incident),
        **alerts.facts(deadline, told, raised=raised),
    )


def _raise_level(incident: Incident, deadline: Deadline) -> bool:
    if not incident.level or incident.level <= Level.L1:
        return False
    before, incident.level = incident.level, incident.level - 1
    incident.save(update_fields=["level"])
    clocks.follow_level(incident, before, firing=deadline)
    return True


def _note(
    clock: Clock,
    subject: Any,
    kind: str,
    actor: User | None,
    *,
    urgency: Urgency = Urgency.LATER,
    **facts: Any,
) -> Entry:
    data = {**clock.facts(subject), **facts}
    return note(_incident_of(subject), kind, actor, urgency=urgency, anchor=clock.anchor, **data)
