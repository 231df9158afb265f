"""A claim's life: logged, verified by somebody else with sources, answered, settled; new evidence begins it anew."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.text import require_text
from common.transitions import change_state, require_step
from escalations.actions import arm, stop
from incidents.actions import lock_incident, mark_claim_proven
from incidents.actions.locking import require_open
from incidents.models import Incident
from incidents.running_deadlines import keep, level_of
from incidents.scope import people_for, record_in
from journal.models import Urgency
from people.models import User
from responses.actions.approvals import expire_citing
from responses.actions.locking import CLAIM_UNANSWERED, require_worker
from responses.models import Answer, Claim, ClaimState, Evidence, Response, SourceKind, Verdict
from responses.models.response import PUBLIC_STATES
from responses.rules import CLAIM_LIFE, has_enough_sources


def _lock(claim_id: int, actor: User) -> tuple[Incident, Claim, User]:
    incident_id = Claim.objects.values_list("incident_id", flat=True).get(pk=claim_id)
    incident = lock_incident(incident_id)
    actor = require_worker(actor, incident)
    require_open(incident)
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    claim.incident = incident
    return incident, claim, actor


def _note(claim: Claim, kind: str, actor: User, *, urgency: Urgency = Urgency.LATER, **data: Any) -> None:
    leads = people_for(claim.incident, ["role:CO", "role:MA"]) if urgency != Urgency.LATER else []
    record_in(
        claim.incident,
        kind,
        actor,
        data={"claim": claim.pk, "title": claim.text, **data},
        path=reverse("responses:claim", args=[claim.pk]),
        audience=leads,
        urgency=urgency,
    )


@transaction.atomic
def log_claim(
    *, incident: Incident, actor: User, text: str, seen_at: str = "", against_us: bool = True
) -> Claim:
    """Write down what is being said, before anybody judges it."""
    incident = lock_incident(incident.pk)
    actor = require_worker(actor, incident)
    require_open(incident)
    text = require_text(text, _("Write down what is being claimed, in its own words."))
    if not 3 <= len(text) <= 500:
        raise Invalid(_("A claim has 3 to 500 characters: one claim, one sentence."))
    claim = Claim.objects.create(
        incident=incident, text=text, seen_at=seen_at.strip()[:500], against_us=against_us, logged_by=actor
    )
    keep(incident, CLAIM_UNANSWERED)
    _note(claim, "claim.logged", actor)
    return claim


@transaction.atomic
def begin_verifying(*, claim: Claim, actor: User) -> Claim:
    """Take a claim in hand. Whoever logged it cannot be the one who verifies it."""
    _incident, claim, actor = _lock(claim.pk, actor)
    require_step(claim, ClaimState.VERIFYING, CLAIM_LIFE)
    _require_another(claim, actor)
    change_state(claim, ClaimState.VERIFYING, CLAIM_LIFE, verifier=actor)
    _note(claim, "claim.verifying", actor)
    return claim


def _require_another(claim: Claim, actor: User) -> None:
    if claim.logged_by_id == actor.pk:
        raise NotAllowed(_("You logged this claim; somebody else has to verify it."))


@transaction.atomic
def add_evidence(
    *, claim: Claim, actor: User, kind: str, source: str, finding: str, url: str = ""
) -> Evidence:
    """Add a source. On a claim with a verdict this is new evidence: it has to be verified again."""
    _incident, claim, actor = _lock(claim.pk, actor)
    if kind not in SourceKind.values:
        raise Invalid(_("Say what kind of source this is."))
    evidence = Evidence.objects.create(
        claim=claim,
        kind=kind,
        source=require_text(source, _("Name the source."))[:200],
        finding=require_text(finding, _("Say what the source states."))[:4_000],
        url=url.strip(),
        added_by=actor,
    )
    _note(claim, "claim.evidence", actor, source=evidence.source, finding=evidence.finding)
    if claim.verdict:
        _reopen(claim, actor, evidence.finding)
    return evidence


@transaction.atomic
def give_verdict(*, claim: Claim, actor: User, verdict: str, reason: str) -> Claim:
    """True, false, misleading or not to be verified. Needs one authoritative or two independent sources.

    What was approved on the strength of this claim expires when the verdict changes what is known.
    """
    incident, claim, actor = _lock(claim.pk, actor)
    require_step(claim, ClaimState.VERIFIED, CLAIM_LIFE)
    _require_another(claim, actor)
    if verdict not in Verdict.values:
        raise Invalid(_("Choose a verdict."))
    reason = require_text(reason, _("Say what the verdict rests on."))
    if verdict != Verdict.UNVERIFIABLE and not has_enough_sources(claim):
        raise ActionRefused(
            _(
                "A verdict needs one authoritative or two independent sources; entries of the same name count as one. "
                "Add what is missing."
            )
        )
    change_state(
        claim,
        ClaimState.VERIFIED,
        CLAIM_LIFE,
        verdict=verdict,
        verdict_reason=reason,
        verifier=actor,
        verified_at=timezone.now(),
        answer="",
        answer_reason="",
    )
    label = Verdict(verdict).label
    _note(claim, "claim.verified", actor, urgency=Urgency.SOON, verdict=str(label), reason=reason)
    if verdict == Verdict.TRUE and claim.against_us:
        mark_claim_proven(incident=incident, actor=actor)
    expire_citing(claim=claim, actor=actor, why=str(_("verdict: %(verdict)s") % {"verdict": label}))
    return claim


@transaction.atomic
def decide_answer(*, claim: Claim, actor: User, answer: str, reason: str = "") -> Claim:
    """What we do about it. To watch only is an answer too, and needs a reason."""
    _incident, claim, actor = _lock(claim.pk, actor)
    require_step(claim, ClaimState.DECIDED, CLAIM_LIFE)
    if answer not in Answer.values:
        raise Invalid(_("Choose an answer."))
    if answer == Answer.DEBUNK and claim.verdict not in (Verdict.FALSE, Verdict.MISLEADING):
        raise ActionRefused(_("Only what is verified as false or misleading can be debunked."))
    if answer == Answer.WATCH:
        reason = require_text(reason, _("Say why watching is enough."))
    change_state(claim, ClaimState.DECIDED, CLAIM_LIFE, answer=answer, answer_reason=reason.strip())
    stop(subject=claim, purpose=CLAIM_UNANSWERED)
    _note(claim, "claim.answer_decided", actor, answer=str(Answer(answer).label), reason=claim.answer_reason)
    return claim


@transaction.atomic
def mark_answered(*, claim: Claim, actor: User, response: Response) -> Claim:
    """Name the published text that answers it."""
    incident, claim, actor = _lock(claim.pk, actor)
    require_step(claim, ClaimState.ANSWERED, CLAIM_LIFE)
    if response.incident_id != incident.pk or response.state not in PUBLIC_STATES:
        raise ActionRefused(
            _("Choose a published text of this incident; an unpublished one answers nothing yet.")
        )
    change_state(claim, ClaimState.ANSWERED, CLAIM_LIFE, answered_with=response)
    _note(claim, "claim.answered", actor, response=response.pk, response_title=response.title)
    return claim


@transaction.atomic
def settle_claim(*, claim: Claim, actor: User, reason: str) -> Claim:
    """Nothing more is to be done. From "watch" directly, otherwise after it was answered."""
    _incident, claim, actor = _lock(claim.pk, actor)
    require_step(claim, ClaimState.SETTLED, CLAIM_LIFE)
    if claim.state == ClaimState.DECIDED and claim.answer != Answer.WATCH:
        raise CLAIM_LIFE.refused(claim, ClaimState.SETTLED)
    reason = require_text(reason, _("Say how it was settled."))
    change_state(claim, ClaimState.SETTLED, CLAIM_LIFE, settled_reason=reason)
    _note(claim, "claim.settled", actor, reason=claim.settled_reason)
    return claim


@transaction.atomic
def reopen_claim(*, claim: Claim, actor: User, reason: str) -> Claim:
    """The verdict is in doubt: back to the start of verification, with the sources kept."""
    _incident, claim, actor = _lock(claim.pk, actor)
    if not claim.verdict:
        raise ActionRefused(_("This claim has no verdict yet; there is nothing to reopen."))
    _reopen(claim, actor, require_text(reason, _("Say what casts doubt on the verdict.")))
    return claim


def _reopen(claim: Claim, actor: User, reason: str) -> None:
    before = str(claim.get_verdict_display())
    change_state(
        claim,
        ClaimState.LOGGED,
        CLAIM_LIFE,
        verdict="",
        verdict_reason="",
        verifier=None,
        verified_at=None,
        answer="",
        answer_reason="",
        answered_with=None,
        settled_reason="",
    )
    arm(subject=claim, purpose=CLAIM_UNANSWERED, level=level_of(claim.incident), since=timezone.now())
    _note(claim, "claim.reopened", actor, urgency=Urgency.SOON, before=before, reason=reason)
    expire_citing(
        claim=claim, actor=actor, why=str(_("new evidence: %(finding)s") % {"finding": reason[:500]})
    )
