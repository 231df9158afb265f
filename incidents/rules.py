"""Who may do what with an incident, and from which state it may move to which."""

from __future__ import annotations

import rules
from django.utils.translation import gettext_lazy as _

from common.transitions import LifeCycle
from incidents.models import Incident, IncidentState, RoleState, TaskState
from people.models import CrisisRole, User
from people.rules import can_work, model_permissions

INCIDENT_LIFE = LifeCycle(
    {
        IncidentState.DETECTED: {IncidentState.TRIAGED, IncidentState.DISMISSED},
        IncidentState.TRIAGED: {IncidentState.ACTIVE, IncidentState.DISMISSED},
        IncidentState.ACTIVE: {IncidentState.MONITORING},
        IncidentState.MONITORING: {IncidentState.ACTIVE, IncidentState.RESOLVED},
        IncidentState.RESOLVED: {IncidentState.CLOSED, IncidentState.ACTIVE},
        IncidentState.CLOSED: {IncidentState.ACTIVE},
        IncidentState.DISMISSED: {IncidentState.DETECTED},
    },
    _("This incident is “%(now)s” and cannot become “%(then)s”. Reload the page to see what changed."),
)
ROLE_LIFE = LifeCycle(
    {
        RoleState.ASSIGNED: {RoleState.ACCEPTED, RoleState.DECLINED, RoleState.HANDED_OVER},
        RoleState.ACCEPTED: {RoleState.HANDED_OVER},
        RoleState.DECLINED: set(),
        RoleState.HANDED_OVER: set(),
    }
)
TASK_LIFE = LifeCycle(
    {
        TaskState.OPEN: {TaskState.DONE, TaskState.SKIPPED},
        TaskState.DONE: set(),
        TaskState.SKIPPED: set(),
    }
)


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
