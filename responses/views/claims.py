"""What is being said, whether it is true, and what we answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.forms import Form, ModelForm, ReasonForm
from common.pages import INVALID, Attempt, attempt, press, typed
from incidents.fetch import incident_or_404
from people.access import SignedInRequest
from people.models import User
from responses import actions
from responses.forms import LONGEST_NOTE, AnsweredForm, AnswerForm, ClaimForm, EvidenceForm, VerdictForm
from responses.models import Claim, ClaimState, Response
from responses.models.response import PUBLIC_STATES
from responses.rules import has_enough_sources
from responses.views.fetch import worker_required_to_post


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def claims(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    """The claim log of one incident, with the form for the next claim."""
    incident = incident_or_404(request, incident_pk)
    form = ClaimForm(typed(request))
    sent = attempt(
        request,
        form,
        partial(actions.log_claim, incident=incident, actor=request.user),
        then=lambda claim: claim,
        done=_("Logged. Somebody else verifies it now."),
    )
    if sent.answer:
        return sent.answer
    found = Claim.objects.filter(incident=incident).select_related("verifier", "logged_by").open_first()
    context = {
        "incident": incident,
        "form": form,
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
        "unanswered": Claim.objects.filter(incident=incident).unanswered().count(),
        "may_log": request.user.has_perm("people.work") and not incident.is_locked,
    }
    return render(request, "responses/claims.html", context, status=sent.status)


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def claim(request: SignedInRequest, pk: int) -> HttpResponse:
    """One claim with its sources, and the one step that it needs next."""
    found = get_object_or_404(
        Claim.objects.visible_to(request.user).select_related(
            "incident", "logged_by", "verifier", "answered_with"
        ),
        pk=pk,
    )
    step = request.POST.get("step", "")
    if step == "begin":
        return press(request, partial(actions.begin_verifying, claim=found, actor=request.user), then=found)
    forms = _forms(found, step, typed(request))
    sent = Attempt(status=200 if request.method == "GET" else INVALID)
    if step in forms:
        act = partial(_ACTIONS[step], claim=found, actor=request.user)
        sent = attempt(request, forms[step], act, then=found)
    if sent.answer:
        return sent.answer
    return render(
        request, "responses/claim.html", _claim_page(found, request.user, forms), status=sent.status
    )


_ACTIONS: dict[str, Callable[..., Any]] = {
    "evidence": actions.add_evidence,
    "verdict": actions.give_verdict,
    "answer": actions.decide_answer,
    "answered": actions.mark_answered,
    "settle": actions.settle_claim,
    "reopen": actions.reopen_claim,
}


def _forms(claim: Claim, step: str, data: QueryDict | None) -> dict[str, Form | ModelForm]:
    """The forms that fit the claim's state, and the one that was sent, whatever the state is by now.

    Only that one is bound to what was typed.
    """
    is_watched = claim.state == ClaimState.DECIDED and claim.answer == "watch"
    fitting = {
        "evidence": True,
        "verdict": claim.state == ClaimState.VERIFYING,
        "answer": claim.state in (ClaimState.VERIFIED, ClaimState.DECIDED),
        "answered": claim.state == ClaimState.DECIDED and not is_watched,
        "settle": claim.state == ClaimState.ANSWERED or is_watched,
        "reopen": bool(claim.verdict),
    }
    return {
        name: _form(name, claim, data if name == step else None)
        for name, fits in fitting.items()
        if fits or name == step
    }


def _form(name: str, claim: Claim, data: QueryDict | None) -> Form | ModelForm:
    if name == "evidence":
        return EvidenceForm(data, prefix=name)
    if name == "verdict":
        return VerdictForm(data, prefix=name)
    if name == "answer":
        known = {"answer": claim.answer, "reason": claim.answer_reason} if claim.answer else None
        return AnswerForm(data, prefix=name, initial=known)
    if name == "answered":
        published = Response.objects.filter(incident=claim.incident_id, state__in=PUBLIC_STATES)
        return AnsweredForm(data, prefix=name, responses=published)
    return ReasonForm(data, prefix=name, max_length=LONGEST_NOTE)


def _claim_page(claim: Claim, user: User, forms: dict[str, Form | ModelForm]) -> dict[str, Any]:
    may_work = user.has_perm("people.work") and not claim.incident.is_locked
    return {
        "claim": claim,
        "incident": claim.incident,
        "evidence": claim.evidence.select_related("added_by"),
        "forms": {
            name: form
            for name, form in forms.items()
            if form.is_bound or (may_work and not (name == "verdict" and claim.logged_by_id == user.pk))
        },
        "may_begin": may_work and claim.state == ClaimState.LOGGED and claim.logged_by_id != user.pk,
        "own": claim.logged_by_id == user.pk,
        "enough": has_enough_sources(claim),
        "published": Response.objects.filter(incident=claim.incident_id, state__in=PUBLIC_STATES).exists(),
        "cited_in": Response.objects.filter(
            incident=claim.incident_id, current__citations__contains=[{"claim": claim.pk}]
        ),
    }
