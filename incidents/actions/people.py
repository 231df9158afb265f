"""Who does what in an incident: asked, accepted, handed over with a briefing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.text import require_text
from common.transitions import change_state
from incidents import running_deadlines
from incidents.actions.locking import lock_incident, require, require_open
from incidents.models import Incident, RoleAssignment, RoleState
from incidents.rules import ROLE_LIFE
from incidents.running_deadlines import ROLE_UNACCEPTED, ROLE_VACANT
from incidents.scope import note, urgency_of
from people.models import CrisisRole, User
from people.rules import can_work


@transaction.atomic
def assign_role(
    *, incident: Incident, actor: User, role: str, user: User, is_deputy: bool = False
) -> RoleAssignment:
    """Ask somebody to take a vacant role. They are alerted at once and then see the incident."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    role = CrisisRole(role)
    _require_able(user)
    holder = incident.role_assignments.active().filter(role=role, is_deputy=is_deputy).first()
    if holder:
        raise ActionRefused(
            _("%(person)s holds this role. Hand it over with a briefing instead.") % {"person": holder.user}
        )
    _require_two_people(incident, role, user, is_deputy, field="user")
    assignment = RoleAssignment.objects.create(
        incident=incident, role=role, user=user, is_deputy=is_deputy, assigned_by=actor
    )
    running_deadlines.keep(incident, ROLE_VACANT, ROLE_UNACCEPTED)
    _note(incident, "role.assigned", actor, assignment, audience=[user])
    return assignment


@transaction.atomic
def accept_role(*, assignment: RoleAssignment, actor: User) -> RoleAssignment:
    incident, assignment = _lock_own(assignment, actor)
    if assignment.state != RoleState.ASSIGNED:
        raise ActionRefused(_("This role is not waiting for your answer any more."))
    change_state(assignment, RoleState.ACCEPTED, ROLE_LIFE, accepted_at=timezone.now())
    running_deadlines.keep(incident, ROLE_UNACCEPTED)
    _note(incident, "role.accepted", actor, assignment, audience=[assignment.assigned_by])
    return assignment


@transaction.atomic
def decline_role(*, assignment: RoleAssignment, actor: User, reason: str) -> RoleAssignment:
    """The role is vacant again; whoever asked is alerted."""
    incident, assignment = _lock_own(assignment, actor)
    if assignment.state != RoleState.ASSIGNED:
        raise ActionRefused(_("You have accepted this role already. Hand it over with a briefing instead."))
    reason = require_text(reason, _("Say why, so that the right person can be asked next."))
    change_state(assignment, RoleState.DECLINED, ROLE_LIFE, ended_at=timezone.now())
    running_deadlines.keep(incident, ROLE_VACANT, ROLE_UNACCEPTED)
    _note(incident, "role.declined", actor, assignment, audience=[assignment.assigned_by], reason=reason)
    return assignment


@transaction.atomic
def hand_over_role(*, assignment: RoleAssignment, actor: User, to: User, briefing: str) -> RoleAssignment:
    """Pass a role on. The briefing is not optional: the one who comes must know what the one who leaves knows."""
    incident = lock_incident(assignment.incident_id)
    require(actor, "incidents.work", incident)
    require_open(incident)
    assignment = RoleAssignment.objects.select_for_update().get(pk=assignment.pk)
    if assignment.ended_at:
        raise ActionRefused(_("This role was handed over meanwhile. Reload the page."))
    if not may_hand_over(assignment, actor):
        raise NotAllowed(_("Only the holder, the crisis lead or an administrator hands a role over."))
    briefing = require_text(briefing, _("Write a briefing: what is going on, what is next, what is open."))
    if to.pk == assignment.user_id:
        raise Invalid(_("Choose somebody else to hand over to."), field="to")
    _require_able(to)
    change_state(assignment, RoleState.HANDED_OVER, ROLE_LIFE, ended_at=timezone.now())
    _require_two_people(incident, assignment.role, to, assignment.is_deputy, field="to")
    successor = RoleAssignment.objects.create(
        incident=incident,
        role=assignment.role,
        is_deputy=assignment.is_deputy,
        user=to,
        assigned_by=actor,
        briefing=briefing,
    )
    running_deadlines.keep(incident, ROLE_UNACCEPTED)
    _note(incident, "role.handed_over", actor, successor, audience=[to], briefing=briefing)
    return successor


@transaction.atomic
def change_members(*, incident: Incident, actor: User, confidential: bool, members: list[User]) -> Incident:
    """Make an incident confidential (or not) and say who else may see it. The lead, or whoever logged it, decides."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    if actor.pk != incident.logged_by_id and not actor.has_perm("incidents.lead", incident):
        raise NotAllowed(_("Only the crisis lead and the person who logged the incident decide who sees it."))
    incident.confidential = confidential
    incident.save(update_fields=["confidential"])
    incident.members.set(members)
    note(
        incident,
        "incident.members_changed",
        actor,
        audience=members,
        confidential=confidential,
        members=", ".join(str(member) for member in members),
    )
    return incident


def may_hand_over(assignment: RoleAssignment, actor: User) -> bool:
    """The holder of the role, whoever leads the incident, and an administrator when neither can be reached."""
    return (
        actor.pk == assignment.user_id
        or actor.has_perm("incidents.lead", assignment.incident)
        or actor.has_perm("people.administer")
    )


def _lock_own(assignment: RoleAssignment, actor: User) -> tuple[Incident, RoleAssignment]:
    incident = lock_incident(assignment.incident_id)
    require(actor, "incidents.work", incident)
    assignment = RoleAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if assignment.user_id != actor.pk:
        raise NotAllowed(_("Only the person who was asked can answer."))
    return incident, assignment


def _require_able(user: User) -> None:
    if not can_work(user):
        raise Invalid(_("%(person)s only reads here and cannot take a role.") % {"person": user})


def _require_two_people(incident: Incident, role: str, user: User, is_deputy: bool, *, field: str) -> None:
    other = incident.role_assignments.active().filter(role=role, is_deputy=not is_deputy, user=user)
    if other.exists():
        raise Invalid(_("The deputy must be a different person from the role holder."), field=field)


def _note(
    incident: Incident,
    kind: str,
    actor: User,
    assignment: RoleAssignment,
    *,
    audience: list[User],
    **data: str,
) -> None:
    note(
        incident,
        kind,
        actor,
        audience=audience,
        urgency=urgency_of(incident),
        role=assignment.role,
        deputy=assignment.is_deputy,
        person=str(assignment.user),
        **data,
    )
