"""What can be forgotten about texts and claims, and since when."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from escalations.models import Start
from escalations.purposes import Purpose
from incidents.models import Incident
from incidents.scope import INCIDENT, note_in_room
from journal.models import Urgency
from people.models import User
from responses.actions.locking import CLAIM_UNANSWERED, DRAFT_APPROVAL, note
from responses.approvers import everybody, pending_approvers
from responses.models import Claim, ClaimState, Response, ResponseState

UNDECIDED = (ClaimState.LOGGED, ClaimState.VERIFYING, ClaimState.VERIFIED)


def in_review(incident: Incident) -> dict[Response, Start]:
    waiting = Response.objects.filter(incident=incident, state=ResponseState.IN_REVIEW)
    return {response: Start(response.submitted_at or response.created_at) for response in waiting}


def undecided(incident: Incident) -> dict[Claim, Start]:
    """Nobody has said yet what we answer; verification is a part of that."""
    claims = Claim.objects.filter(incident=incident, state__in=UNDECIDED)
    return {claim: Start(claim.logged_at) for claim in claims}


def _verifier(claim: Claim) -> list[str]:
    return [f"person:{claim.verifier_id}"] if claim.verifier_id else []


def _who_could_approve(response: Response) -> list[User]:
    return everybody(pending_approvers(response, response.incident))


PURPOSES = (
    Purpose(
        code=DRAFT_APPROVAL,
        label=_("Approval of a text"),
        model=Response,
        scope=INCIDENT,
        note=partial(note, page="responses:approve"),
        wanted=in_review,
        missed="response.approval_missed",
        also=_who_could_approve,
        urgency=Urgency.NOW,
    ),
    Purpose(
        code=CLAIM_UNANSWERED,
        label=_("Answer to a claim"),
        model=Claim,
        scope=INCIDENT,
        note=partial(note_in_room, anchor="#claims"),
        wanted=undecided,
        missed="claim.unanswered",
        responsible=_verifier,
        facts=lambda claim: {"item": claim.text},
        can_raise=True,
    ),
)
