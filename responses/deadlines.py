"""What can be forgotten about texts and claims, and since when."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from escalations.actions import Start
from incidents.clocks import Clock
from incidents.models import Incident
from responses.actions.locking import APPROVAL_CLOCK, CLAIM_CLOCK
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


APPROVAL = Clock(APPROVAL_CLOCK, _("Approval of a text"), Response, in_review)
CLAIM = Clock(
    CLAIM_CLOCK,
    _("Answer to a claim"),
    Claim,
    undecided,
    "claim.unanswered",
    responsible=_verifier,
    facts=lambda claim: {"item": claim.text},
    anchor="#claims",
)
