"""Saying yes or no to exact words; and what makes a yes lapse."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.text import require_text, tidy
from common.transitions import change_state
from escalations.actions import arm, stop
from incidents.models import Incident
from incidents.scope import urgency_of
from journal.models import Urgency
from people.models import CrisisRole, User
from responses.actions.locking import (
    DRAFT_APPROVAL,
    labels,
    lock_response,
    note,
    require_same_words,
    require_worker,
)
from responses.actions.voiding import VoidCause, void_approvals
from responses.approvers import everybody, pending_approvers
from responses.models import Approval, Claim, Decision, Response, ResponseState
from responses.rules import (
    RESPONSE_LIFE,
    held_capacities,
    leads_of,
    missing_capacities,
    required_capacities,
    why_locked,
    why_not_approve,
    wrote,
)


@transaction.atomic
def approve(
    *, response: Response, actor: User, content_hash: str, capacity: str = "", comment: str = ""
) -> Response:
    """Say yes to exactly the words with `content_hash`, in one capacity that is missing and that the actor holds.

    Without `capacity` the first one that fits is taken. The last missing yes makes the text approved; it is never
    published by that. Raises Conflict for other words than those stored, NotAllowed for whoever may not decide.
    """
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    require_same_words(response, content_hash)
    if reason := why_not_approve(actor, response, incident, capacity=capacity):
        raise _refusal(reason, actor, response, incident)
    held = held_capacities(actor, leads=(incident.pk, actor.pk) in leads_of([incident.pk]))
    missing = missing_capacities(response, incident)
    chosen = CrisisRole(capacity) if capacity else next(role for role in missing if role in held)
    _decide(response, actor, chosen, Decision.APPROVED, comment)
    left = missing_capacities(response, incident)
    facts: dict[str, Any] = {"capacity": chosen.label, "comment": comment.strip(), "left": labels(left)}
    if left:
        note(response, "response.approved_by_one", actor, audience=_writers(response), **facts)
        return response
    stop(subject=response, purpose=DRAFT_APPROVAL)
    now = timezone.now()
    if response.state == ResponseState.IN_REVIEW:
        change_state(response, ResponseState.APPROVED, RESPONSE_LIFE, approved_at=now)
    note(
        response,
        "response.approved",
        actor,
        audience=_writers(response),
        urgency=Urgency.SOON,
        approved_at=now,
        submitted_at=response.submitted_at,
        **facts,
    )
    return response


@transaction.atomic
def request_changes(
    *, response: Response, actor: User, content_hash: str, comment: str, capacity: str = ""
) -> Response:
    """Say what has to change; one such word stops the others' decision too, and their approvals are voided."""
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    require_same_words(response, content_hash)
    held = held_capacities(actor, leads=(incident.pk, actor.pk) in leads_of([incident.pk]))
    mine = [role for role in required_capacities(response.kind, incident) if role in held]
    if not mine or wrote(actor, response) or (capacity and capacity not in mine):
        raise NotAllowed(_("Only an approver of this text who did not write it can request changes."))
    if locked := why_locked(response.kind, incident):
        raise ActionRefused(locked)
    if response.state not in (ResponseState.IN_REVIEW, ResponseState.APPROVED):
        raise ActionRefused(_("This text does not wait for an approval now."))
    comment = require_text(comment, _("Say what has to change, so that the author can act on it."))
    chosen = CrisisRole(capacity) if capacity else mine[0]
    _decide(response, actor, chosen, Decision.CHANGES, comment)
    void_approvals(response, VoidCause.CHANGES_REQUESTED, person=actor)
    change_state(response, ResponseState.CHANGES_REQUESTED, RESPONSE_LIFE, approved_at=None)
    note(
        response,
        "response.changes_requested",
        actor,
        audience=_writers(response),
        urgency=urgency_of(incident),
        capacity=chosen.label,
        comment=comment,
    )
    return response


def _decide(response: Response, actor: User, capacity: CrisisRole, decision: Decision, comment: str) -> None:
    revision = response.current
    if revision is None:
        raise ActionRefused(_("There is no text yet."))
    Approval.objects.create(
        revision=revision,
        capacity=capacity,
        approver=actor,
        decision=decision,
        comment=tidy(comment),
        content_hash=revision.content_hash,
    )
    revision.refresh_from_db()  # with this decision among its approvals


def _refusal(reason: Any, actor: User, response: Response, incident: Incident) -> ActionRefused:
    """403 for whoever may never decide on this text, 409 for whoever only comes at the wrong moment."""
    leads = (incident.pk, actor.pk) in leads_of([incident.pk])
    held = held_capacities(actor, leads=leads)
    if wrote(actor, response) or not held & set(required_capacities(response.kind, incident)):
        return NotAllowed(reason)
    return ActionRefused(reason)


def _writers(response: Response) -> list[User]:
    people = [response.author, response.submitted_by, response.current.author if response.current else None]
    return list({person.pk: person for person in people if person}.values())


def expire_citing(*, claim: Claim, actor: User, why: str) -> list[Response]:
    """What was said yes to stood on this claim, and the claim changed: those approvals expire.

    Called by the claim's own action, with the incident locked.
    """
    citing = (
        Response.objects.in_flight()
        .filter(incident=claim.incident_id, current__citations__contains=[{"claim": claim.pk}])
        .values_list("pk", flat=True)
    )
    expired = []
    for response_id in citing:
        incident, response = lock_response(response_id)
        void_approvals(response, VoidCause.CLAIM_CHANGED, claim=claim.text[:200])
        change_state(response, ResponseState.EXPIRED, RESPONSE_LIFE, approved_at=None, state_reason=why)
        note(
            response,
            "response.expired",
            actor,
            audience=_writers(response),
            urgency=urgency_of(incident),
            claim=claim.text,
            reason=why,
        )
        expired.append(response)
    return expired


def on_level_changed(*, incident_id: int, **_signal: Any) -> None:
    """A graver level may demand more approvers: what lacks one now waits again, and says so.

    Receives incidents.signals.level_changed: in the transaction that changed the level, with the incident locked.
    """
    for response_id in Response.objects.in_flight().filter(incident=incident_id).values_list("pk", flat=True):
        incident, response = lock_response(response_id)
        missing = missing_capacities(response, incident)
        if not missing:
            _approved_by_lower_level(response)
            continue
        if response.state == ResponseState.APPROVED:
            change_state(response, ResponseState.IN_REVIEW, RESPONSE_LIFE, approved_at=None)
            # Whatever was in review already has the deadline of the new level, counted from when it was submitted.
            arm(subject=response, purpose=DRAFT_APPROVAL, level=incident.level or 1, since=timezone.now())
        pending = pending_approvers(response, incident)
        note(
            response,
            "response.more_approvals",
            None,
            audience=everybody(pending),
            urgency=urgency_of(incident),
            page="responses:approve",
            capacities=labels(pending),
        )


def _approved_by_lower_level(response: Response) -> None:
    """The level fell and everybody whom it still demands has said yes already."""
    if response.state != ResponseState.IN_REVIEW:
        return
    stop(subject=response, purpose=DRAFT_APPROVAL)
    now = timezone.now()
    change_state(response, ResponseState.APPROVED, RESPONSE_LIFE, approved_at=now)
    note(
        response,
        "response.approved_at_level",
        None,
        audience=_writers(response),
        approved_at=now,
        submitted_at=response.submitted_at,
    )
