"""The incident's life: detected, triaged, active, monitoring, resolved, closed; dismissed; reopened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.levels import Level
from common.text import require_text
from common.transitions import change_state
from escalations import actions as deadlines
from escalations.actions import arm
from escalations.models import Deadline
from incidents import gates, playbooks, running_deadlines
from incidents.actions.locking import lock_incident, require, require_open
from incidents.actions.tasks import tick_tasks
from incidents.models import DoneBy, Incident, IncidentState, Playbook, ScheduledContent
from incidents.rules import INCIDENT_LIFE
from incidents.running_deadlines import (
    ACKNOWLEDGE,
    LEVEL_BEFORE_TRIAGE,
    ROLE_VACANT,
    SITREP,
    STAKEHOLDER_NOTICE,
    TASK_AGEING,
)
from incidents.scope import note, people_of_level, urgency_of
from incidents.signals import incident_moved
from people.models import Brand, CrisisRole, User


def change_incident_state(incident: Incident, to_state: str, actor: User | None, **fields: Any) -> None:
    """Move a locked incident and tell the apps above. Raises ActionRefused for a forbidden step.

    Every deadline of the incident and of what hangs on it stops when it is over, and goes on when it is reopened.
    """
    from_state, was_open = incident.state, incident.is_open
    change_state(incident, to_state, INCIDENT_LIFE, **fields)
    if was_open and not incident.is_open:
        running_deadlines.stop_everything(incident)
    if incident.is_open and not was_open:
        running_deadlines.resume(incident)
    incident_moved.send(
        sender=Incident, incident=incident, actor=actor, from_state=from_state, to_state=to_state
    )


def require_gate(incident: Incident, to_state: str) -> None:
    """Raises ActionRefused naming what still stands in the way."""
    open_checks = [result for result in gates.results(incident, to_state) if not result.passed]
    if open_checks:
        raise ActionRefused(
            _("Not yet: %(open)s.")
            % {"open": "; ".join(str(blocker.text) for result in open_checks for blocker in result.blockers)}
        )


@transaction.atomic
def log_incident(
    *,
    actor: User,
    brand: Brand,
    title: str,
    summary: str = "",
    category: str = "",
    originator: str = "",
    first_post_at: datetime | None = None,
    detected_at: datetime | None = None,
    confidential: bool = False,
) -> Incident:
    """Open an incident, alert those who can judge it and start the deadline for acknowledging it.

    `detected_at` is for what was noticed before it was logged; its deadlines run from now all the same.
    """
    require(actor, "incidents.log")
    title = require_text(title, _("Give the incident a title that says what happened."))
    now = timezone.now()
    if first_post_at and first_post_at > now:
        raise Invalid(_("The first post cannot lie in the future."), field="first_post_at")
    incident = Incident(
        brand=brand,
        title=title,
        summary=summary.strip(),
        category=category,
        originator=originator.strip(),
        first_post_at=first_post_at,
        detected_at=detected_at or now,
        logged_at=now,
        confidential=confidential,
        logged_by=actor,
    )
    incident.save()
    note(
        incident,
        "incident.logged",
        actor,
        audience=people_of_level(incident),
        urgency=urgency_of(incident),
        brand=brand.name,
    )
    arm(subject=incident, purpose=ACKNOWLEDGE, level=LEVEL_BEFORE_TRIAGE, since=now)
    return incident


@transaction.atomic
def acknowledge(*, incident: Incident, actor: User) -> Incident:
    """Somebody is acting on it: its first deadline stops, in the same transaction and under the same lock.

    It lapses when nothing follows. Where a step asks everybody to acknowledge, it runs on for the others.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    asked = Deadline.objects.of(incident).filter(purpose=ACKNOWLEDGE, settled_at__isnull=True).exists()
    if incident.acknowledged_at and not asked:
        raise ActionRefused(
            _("%(person)s has already acknowledged this incident.") % {"person": incident.acknowledged_by}
        )
    waiting = deadlines.acknowledge(subject=incident, purpose=ACKNOWLEDGE, actor=actor) if asked else []
    if not incident.acknowledged_at:
        incident.acknowledged_at, incident.acknowledged_by = timezone.now(), actor
        incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
    note(
        incident,
        "incident.acknowledged_by_one" if waiting else "incident.acknowledged",
        actor,
        audience=people_of_level(incident),
        waiting=", ".join(str(person) for person in waiting),
    )
    return incident


@transaction.atomic
def activate(*, incident: Incident, actor: User, playbook: Playbook) -> Incident:
    """Begin the response: needs a level, a crisis lead with deputy, a scribe and a playbook.

    Creates the playbook's tasks with targets scaled by level, and the stakeholder list.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    if incident.state == IncidentState.DETECTED:
        raise ActionRefused(_("Triage comes first: score the incident, then activate the response."))
    if incident.state != IncidentState.TRIAGED:
        raise INCIDENT_LIFE.refused(incident, IncidentState.ACTIVE)
    held = set(incident.role_assignments.active().values_list("role", "is_deputy"))
    missing = [
        label
        for key, label in (
            ((CrisisRole.CRISIS_LEAD, False), _("a crisis lead")),
            ((CrisisRole.CRISIS_LEAD, True), _("a deputy for the crisis lead")),
            ((CrisisRole.SCRIBE, False), _("a scribe")),
        )
        if key not in held
    ]
    if missing:
        raise ActionRefused(
            _("Still missing: %(roles)s.") % {"roles": ", ".join(str(label) for label in missing)}
        )
    now = timezone.now()
    change_incident_state(incident, IncidentState.ACTIVE, actor, activated_at=now, playbook=playbook)
    playbooks.create_tasks(incident, playbook)
    playbooks.create_stakeholder_notices(incident)
    running_deadlines.keep(incident, SITREP, ROLE_VACANT, TASK_AGEING, STAKEHOLDER_NOTICE)
    note(
        incident,
        "incident.activated",
        actor,
        audience=people_of_level(incident),
        urgency=urgency_of(incident),
        playbook=playbook.name,
    )
    tick_tasks(incident, actor, DoneBy.ACTIVATED)
    if incident.scheduled_content != ScheduledContent.UNDECIDED:
        tick_tasks(incident, actor, DoneBy.SCHEDULED_CONTENT)
    if incident.has_spoken:
        tick_tasks(incident, actor, DoneBy.SPOKEN)
    return incident


@transaction.atomic
def begin_monitoring(*, incident: Incident, actor: User) -> Incident:
    """The brand has spoken (or decided not to) and the curve is falling: watch whether it stays quiet."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_gate(incident, IncidentState.MONITORING)
    change_incident_state(incident, IncidentState.MONITORING, actor, monitoring_since=timezone.now())
    note(incident, "incident.monitoring", actor, audience=people_of_level(incident))
    return incident


@transaction.atomic
def breach(*, incident: Incident, actor: User | None, reason: str) -> Incident:
    """It flares up again while we watch: back to active. Without an actor, the curve itself said so."""
    incident = lock_incident(incident.pk)
    if actor:
        require(actor, "incidents.work", incident)
    if incident.state != IncidentState.MONITORING:
        raise ActionRefused(_("Only an incident that is being monitored can flare up again."))
    reason = require_text(reason, _("Say what flared up."))
    change_incident_state(incident, IncidentState.ACTIVE, actor, monitoring_since=None)
    note(
        incident,
        "incident.breached",
        actor,
        audience=people_of_level(incident),
        urgency=urgency_of(incident),
        reason=reason,
    )
    return incident


@transaction.atomic
def resolve(*, incident: Incident, actor: User) -> Incident:
    """Stand down: every check of the gate has passed or is waived with a reason. Public responses are locked."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.lead", incident)
    require_gate(incident, IncidentState.RESOLVED)
    change_incident_state(
        incident, IncidentState.RESOLVED, actor, resolved_at=timezone.now(), next_update_by=None
    )
    note(incident, "incident.resolved", actor, audience=people_of_level(incident))
    return incident


@transaction.atomic
def close(*, incident: Incident, actor: User) -> Incident:
    """The post-mortem is approved and its actions are owned: nothing is left to do here."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.lead", incident)
    require_gate(incident, IncidentState.CLOSED)
    change_incident_state(incident, IncidentState.CLOSED, actor, closed_at=timezone.now())
    note(incident, "incident.closed", actor)
    return incident


@transaction.atomic
def reopen(*, incident: Incident, actor: User, reason: str) -> Incident:
    """Back to work with a reason; the stand-down signatures and waivers of the last time count no more."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    reason = require_text(reason, _("Say why the incident is reopened."))
    if not incident.is_locked:
        raise ActionRefused(_("This incident is open already."))
    if incident.state == IncidentState.DISMISSED:
        change_incident_state(
            incident, IncidentState.DETECTED, actor, dismissal_reason="", dismissal_proposed_by=None
        )
    else:
        change_incident_state(
            incident, IncidentState.ACTIVE, actor, resolved_at=None, closed_at=None, monitoring_since=None
        )
        incident.sign_offs.all().delete()
        incident.gate_waivers.all().delete()
    note(
        incident,
        "incident.reopened",
        actor,
        audience=people_of_level(incident),
        urgency=urgency_of(incident),
        reason=reason,
    )
    return incident


@transaction.atomic
def dismiss(*, incident: Incident, actor: User, reason: str) -> Incident:
    """Nothing to act on. At L1 and L2 the first person only proposes it; a second one has to agree."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    if incident.state == IncidentState.DISMISSED:
        raise INCIDENT_LIFE.refused(incident, IncidentState.DISMISSED)
    if not INCIDENT_LIFE.allows(incident.state, IncidentState.DISMISSED):
        raise ActionRefused(_("A response has begun; stand the incident down instead of dismissing it."))
    reason = require_text(reason, _("Say why there is nothing to act on."))
    needs_second = incident.level in (Level.L1, Level.L2)
    if needs_second and incident.dismissal_proposed_by in (None, actor):
        if incident.dismissal_proposed_by == actor:
            raise ActionRefused(_("You proposed this dismissal; at L1 and L2 somebody else has to agree."))
        incident.dismissal_proposed_by, incident.dismissal_reason = actor, reason
        incident.save(update_fields=["dismissal_proposed_by", "dismissal_reason"])
        note(
            incident,
            "incident.dismissal_proposed",
            actor,
            audience=people_of_level(incident),
            urgency=urgency_of(incident),
            reason=reason,
        )
        return incident
    change_incident_state(incident, IncidentState.DISMISSED, actor, dismissal_reason=reason)
    note(incident, "incident.dismissed", actor, audience=people_of_level(incident), reason=reason)
    return incident
