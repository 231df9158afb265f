"""What can be forgotten in an incident, who is asked then, and since when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from escalations.models import Policy, Start
from escalations.purposes import Purpose
from incidents import running_deadlines
from incidents.actions import lifecycle, playbooks
from incidents.models import (
    Incident,
    IncidentState,
    Playbook,
    RoleAssignment,
    RoleState,
    StakeholderNotice,
    Task,
    TaskState,
)
from incidents.scope import ESCALATE_TO, INCIDENT, note_in_room
from journal.models import Urgency
from people.models import CrisisRole, User

Wanted = Callable[[Incident], Mapping[Any, Start]]
RESPONDING = (IncidentState.ACTIVE, IncidentState.MONITORING)
# A crisis that has lasted this long settles into a slower rhythm of reports.
SITREP_SLOWS_AFTER = timedelta(hours=2)


def unacknowledged(incident: Incident) -> dict[Incident, Start]:
    return {} if incident.acknowledged_at else {incident: Start(incident.runs_from)}


def unspoken(incident: Incident) -> dict[Incident, Start]:
    if incident.level is None or incident.has_spoken:
        return {}
    return {incident: Start(incident.runs_from)}


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
    policy = Policy.objects.find(running_deadlines.SITREP, Level.L1) if slows else None
    return {incident: Start(since, since + 2 * timedelta(minutes=policy.minutes) if policy else None)}


def roles_demanded(incident: Incident) -> list[str]:
    """Roles that somebody must hold once the response runs. At L2 the executive is informed, no more."""
    called = {CrisisRole.CRISIS_LEAD, CrisisRole.SCRIBE, *ESCALATE_TO[running_deadlines.level_of(incident)]}
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


def not_notified(incident: Incident) -> dict[StakeholderNotice, Start]:
    notices = incident.stakeholder_notices.filter(
        Q(notified_at__isnull=True), Q(skipped_reason=""), due_at__isnull=False
    )
    return {notice: Start(incident.activated_at or timezone.now(), notice.due_at) for notice in notices}


def _role_facts(assignment: RoleAssignment) -> dict[str, Any]:
    return {
        "item": str(assignment.user),
        "person": str(assignment.user),
        "role": assignment.role,
        "deputy": assignment.is_deputy,
    }


def _acknowledge(incident: Incident, actor: User) -> object:
    return lifecycle.acknowledge(incident=incident, actor=actor)


def _forget_acknowledgement(incident: Incident) -> None:
    """Somebody acknowledged the incident, but nothing happened: that counts no more."""
    incident.acknowledged_at = incident.acknowledged_by = None
    incident.save(update_fields=["acknowledged_at", "acknowledged_by"])


def _in_room(
    code: str, label: Promise, model: type[Model], wanted: Wanted, *, anchor: str, **more: Any
) -> Purpose:
    """Something that is done in the incident room, at `anchor`."""
    return Purpose(
        code=code,
        label=label,
        model=model,
        scope=INCIDENT,
        note=partial(note_in_room, anchor=anchor),
        wanted=wanted,
        can_raise=True,
        **more,
    )


PURPOSES = (
    _in_room(
        running_deadlines.ACKNOWLEDGE,
        _("Acknowledge"),
        Incident,
        unacknowledged,
        anchor="",
        acknowledge=_acknowledge,
        on_lapse=_forget_acknowledgement,
        follows=_("Anything done in the incident counts: triage, a role, a task."),
        asked_by=(
            "incident.logged",
            "incident.triaged",
            "incident.rescored",
            "incident.reopened",
            "incident.breached",
        ),
    ),
    _in_room(
        running_deadlines.HOLDING_STATEMENT, _("Holding statement"), Incident, unspoken, anchor="#responses"
    ),
    _in_room(
        running_deadlines.NEXT_UPDATE, _("Promised public update"), Incident, promised, anchor="#responses"
    ),
    _in_room(
        running_deadlines.SITREP,
        _("SitRep"),
        Incident,
        unreported,
        anchor="#situation",
        missed="incident.sitrep_missed",
    ),
    _in_room(
        running_deadlines.ROLE_VACANT,
        _("Vacant role"),
        Incident,
        understaffed,
        anchor="#people",
        missed="role.vacant",
        facts=lambda incident: {
            "roles": ", ".join(str(CrisisRole(role).label) for role in vacant_roles(incident))
        },
    ),
    _in_room(
        running_deadlines.ROLE_UNACCEPTED,
        _("Answer to a role"),
        RoleAssignment,
        unanswered_roles,
        anchor="#people",
        missed="role.unanswered",
        responsible=lambda assignment: [f"person:{assignment.assigned_by_id}"],
        about=lambda assignment: [assignment.user_id],
        facts=_role_facts,
    ),
    _in_room(
        running_deadlines.TASK_AGEING,
        _("Task"),
        Task,
        open_tasks,
        anchor="#tasks",
        missed="task.overdue",
        responsible=lambda task: [f"role:{task.role}"],
        facts=lambda task: {"item": task.text, "role": task.role},
    ),
    _in_room(
        running_deadlines.STAKEHOLDER_NOTICE,
        _("Stakeholder to be notified"),
        StakeholderNotice,
        not_notified,
        anchor="#stakeholders",
        missed="stakeholder.overdue",
        responsible=lambda notice: [f"role:{notice.sender_role}"],
        facts=lambda notice: {"item": notice.name, "role": notice.sender_role},
    ),
    Purpose(
        code=playbooks.PLAYBOOK_REVIEW,
        label=_("Review of a playbook"),
        model=Playbook,
        scope=playbooks.PlaybookScope(),
        note=playbooks.note,
        missed="playbook.review_due",
        facts=lambda playbook: {"due_on": playbook.review_due_on},
        urgency=Urgency.SOON,
    ),
)
