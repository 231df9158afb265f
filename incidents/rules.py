"""Who may do what with an incident, and from which state it may move to which."""

from __future__ import annotations

import rules

from incidents.models import Incident, IncidentState
from people.models import CrisisRole, User
from people.rules import can_work, model_permissions

TRANSITIONS: dict[str, frozenset[str]] = {
    IncidentState.DETECTED: frozenset({IncidentState.TRIAGED, IncidentState.DISMISSED}),
    IncidentState.TRIAGED: frozenset({IncidentState.ACTIVE, IncidentState.DISMISSED}),
    IncidentState.ACTIVE: frozenset({IncidentState.MONITORING}),
    IncidentState.MONITORING: frozenset({IncidentState.ACTIVE, IncidentState.RESOLVED}),
    IncidentState.RESOLVED: frozenset({IncidentState.CLOSED, IncidentState.ACTIVE}),
    IncidentState.CLOSED: frozenset({IncidentState.ACTIVE}),
    IncidentState.DISMISSED: frozenset({IncidentState.DETECTED}),
}


@rules.predicate
def sees(user: User, incident: Incident | None) -> bool:
    return incident is None or Incident.objects.visible_to(user).filter(pk=incident.pk).exists()


@rules.predicate
def leads(user: User, incident: Incident | None) -> bool:
    """The crisis lead, or the lead's deputy."""
    return (
        incident is not None
        and user.role_assignments.active().filter(incident=incident, role=CrisisRole.CRISIS_LEAD).exists()
    )


rules.add_perm("incidents.log", can_work)
rules.add_perm("incidents.work", can_work & sees)
rules.add_perm("incidents.lead", can_work & leads)


model_permissions("incidents", "playbook", "playbookstep")
