"""What can be forgotten in an incident, who is asked then, and since when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from escalations.actions import Start
from escalations.models import Policy
from incidents import clocks
from incidents.actions import acknowledge
from incidents.clocks import Clock
from incidents.models import (
    Incident,
    IncidentState,
    RoleAssignment,
    RoleState,
    StakeholderNotice,
    Task,
    TaskState,
)
from incidents.recipients import ESCALATE_TO
from people.models import CrisisRole

RESPONDING = (IncidentState.ACTIVE, IncidentState.MONITORING)
# A crisis that has lasted this long settles into a slower rhythm of reports.
SITREP_SLOWS_AFTER = timedelta(hours=2)


def unacknowledged(incident: Incident) -> dict[Incident, Start]:
    return {} if incident.acknowledged_at else {incident: Start(incident.detected_at)}


def unspoken(incident: Incident) -> dict[Incident, Start]:
    if incident.level is None or incident.has_spoken:
        return {}
    return {incident: Start(incident.detected_at)}


def promised(incident: Incident) -> dict[Incident, Start]:
    if incident.next_update_by is None:
        return {}
    return {incident: Start(incident.first_response_at or timezone.now(), incident.next_update_by)}


def unreported(incident: Incident) -> dict[Incident, Start]:
    """The next report counts from the last one. At L1 the time between them doubles after two hours."""
    if incident.state not in RESPONDING or incident.activated_at is None:
        return {}
    since = incident.last_sitrep_at or incident.activated_at
    slows = incident.level == Level.L1 and since - incident.activated_at >= SITREP_SLOWS_AFTER
    policy = Policy.objects.find(clocks.SITREP, Level.L1) if slows else None
    return {incident: Start(since, since + 2 * timedelta(minutes=policy.minutes) if policy else None)}


def roles_demanded(incident: Incident) -> list[str]:
    """Roles that somebody must hold once the response runs. At L2 the executive is informed, no more."""
    called = {CrisisRole.CRISIS_LEAD, CrisisRole.SCRIBE, *ESCALATE_TO[clocks.level_of(incident)]}
    if incident.level == Level.L2:
        called.discard(CrisisRole.EXECUTIVE)
    return [role for role in CrisisRole.values if role in called]


def vacant_roles(incident: Incident) -> list[str]:
    """Roles that the level demands once the response runs, and that nobody holds or has been asked to take."""
    if incident.state not in RESPONDING:
        return []
    held = set(incident.role_assignments.active().filter(is_deputy=False).values_list("role", flat=True))
    return [role for role in roles_demanded(incident) if role not in held]


def understaffed(incident: Incident) -> dict[Incident, Start]:
    return {incident: Start(timezone.now())} if vacant_roles(incident) else {}


def unanswered_roles(incident: Incident) -> dict[RoleAssignment, Start]:
    """Who named themselves has answered."""
    asked = incident.role_assignments.filter(state=RoleState.ASSIGNED).select_related("user", "assigned_by")
    return {row: Start(row.assigned_at) for row in asked if row.user_id != row.assigned_by_id}


def open_tasks(incident: Incident) -> dict[Task, Start]:
    tasks = incident.tasks.filter(state=TaskState.OPEN, due_at__isnull=False)
    return {task: Start(incident.activated_at or timezone.now(), task.due_at) for task in tasks}


def untold(incident: Incident) -> dict[StakeholderNotice, Start]:
    notices = incident.stakeholder_notices.filter(
        Q(told_at__isnull=True), Q(skipped_reason=""), due_at__isnull=False
    )
    return {notice: Start(incident.activated_at or timezone.now(), notice.due_at) for notice in notices}


def _who_asked(assignment: RoleAssignment) -> list[str]:
    return [f"person:{assignment.assigned_by_id}"]


def _role_facts(assignment: RoleAssignment) -> dict[str, Any]:
    return {
        "item": str(assignment.user),
        "person": str(assignment.user),
        "role": assignment.role,
        "deputy": assignment.is_deputy,
    }


CLOCKS = (
    Clock(
        clocks.ACKNOWLEDGE,
        _("Acknowledge"),
        Incident,
        unacknowledged,
        follows=_("Anything done in the incident counts: triage, a role, a task."),
        acknowledge=lambda incident, actor: acknowledge(incident=incident, actor=actor),
    ),
    Clock(clocks.HOLDING_STATEMENT, _("Holding statement"), Incident, unspoken, anchor="#responses"),
    Clock(clocks.NEXT_UPDATE, _("Promised public update"), Incident, promised, anchor="#responses"),
    Clock(clocks.SITREP, _("SitRep"), Incident, unreported, "incident.sitrep_missed", anchor="#situation"),
    Clock(
        clocks.ROLE_VACANT,
        _("Vacant role"),
        Incident,
        understaffed,
        "role.vacant",
        facts=lambda incident: {
            "roles": ", ".join(str(CrisisRole(role).label) for role in vacant_roles(incident))
        },
        anchor="#people",
    ),
    Clock(
        clocks.ROLE_UNACCEPTED,
        _("Answer to a role"),
        RoleAssignment,
        unanswered_roles,
        "role.unanswered",
        responsible=_who_asked,
        about=lambda assignment: [assignment.user_id],
        facts=_role_facts,
        anchor="#people",
    ),
    Clock(
        clocks.TASK_AGEING,
        _("Task"),
        Task,
        open_tasks,
        "task.overdue",
        responsible=lambda task: [f"role:{task.role}"],
        facts=lambda task: {"item": task.text, "role": task.role},
        anchor="#tasks",
    ),
    Clock(
        clocks.STAKEHOLDER_NOTICE,
        _("Stakeholder to be told"),
        StakeholderNotice,
        untold,
        "stakeholder.overdue",
        responsible=lambda notice: [f"role:{notice.sender_role}"],
        facts=lambda notice: {"item": notice.name, "role": notice.sender_role},
        anchor="#stakeholders",
    ),
)
