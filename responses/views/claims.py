"""What is being said, whether it is true, and what we answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionRefused
from incidents.access import incident_or_404
from people.access import SignedInRequest
from people.models import User
from responses import actions
from responses.actions.claims import has_enough_sources
from responses.forms import AnsweredForm, AnswerForm, ClaimForm, EvidenceForm, ReasonForm, VerdictForm
from responses.models import Claim, ClaimState, Response
from responses.models.response import PUBLIC_STATES
from responses.views.fetch import say, worker_required_to_post


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def claims(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    """The claim log of one incident, with the form for the next claim."""
    incident = incident_or_404(request, incident_pk)
    form = ClaimForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                claim = actions.log_claim(
                    incident=incident,
                    actor=request.user,
                    **form.cleaned_data,
                )
            except ActionRefused as refusal:
                status = say(request, refusal)
            else:
                messages.success(request, _("Logged. Somebody else verifies it now."))
                return redirect("responses:claim", claim.pk)
    found = Claim.objects.filter(incident=incident).select_related("verifier", "logged_by").open_first()
    context = {
        "incident": incident,
        "form": form,
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
        "unanswered": Claim.objects.filter(incident=incident).unanswered().count(),
        "may_log": request.user.has_perm("people.work") and not incident.is_locked,
    }
    return render(request, "responses/claims.html", context, status=status)


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
    user = request.user
    forms = _forms(found, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "begin":
            form, action = None, actions.begin_verifying
        elif step in forms:
            form, action = forms[step], _ACTIONS[step]
        else:
            form, action = None, None
        status = 422
        if action and (form is None or form.is_valid()):
            try:
                action(claim=found, actor=user, **(form.cleaned_data if form else {}))
            except ActionRefused as refusal:
                status = say(request, refusal)
            else:
                return redirect("responses:claim", pk)
    return render(request, "responses/claim.html", _claim_page(found, user, forms), status=status)


_ACTIONS: dict[str, Callable[..., Any]] = {
    "evidence": actions.add_evidence,
    "verdict": actions.give_verdict,
    "answer": actions.decide_answer,
    "answered": actions.mark_answered,
    "settle": actions.settle_claim,
    "reopen": actions.reopen_claim,
}


def _forms(claim: Claim, data: Any) -> dict[str, Form]:
    """The forms that fit the claim's state. Only the one that was sent is bound to what was typed."""
    step = data.get("step") if data else None

    def bound(name: str) -> dict[str, Any]:
        return {"data": data if step == name else None, "prefix": name}

    forms: dict[str, Form] = {"evidence": EvidenceForm(**bound("evidence"))}
    if claim.state == ClaimState.VERIFYING:
        forms["verdict"] = VerdictForm(**bound("verdict"))
    if claim.state in (ClaimState.VERIFIED, ClaimState.DECIDED):
        known = {"answer": claim.answer, "reason": claim.answer_reason} if claim.answer else None
        forms["answer"] = AnswerForm(initial=known, **bound("answer"))
    if claim.state == ClaimState.DECIDED and claim.answer != "watch":
        published = Response.objects.filter(incident=claim.incident_id, state__in=PUBLIC_STATES)
        forms["answered"] = AnsweredForm(responses=published, **bound("answered"))
    if claim.state == ClaimState.ANSWERED or (claim.state == ClaimState.DECIDED and claim.answer == "watch"):
        forms["settle"] = ReasonForm(**bound("settle"))
    if claim.verdict:
        forms["reopen"] = ReasonForm(**bound("reopen"))
    return forms


def _claim_page(claim: Claim, user: User, forms: dict[str, Form]) -> dict[str, Any]:
    may_work = user.has_perm("people.work") and not claim.incident.is_locked
    return {
        "claim": claim,
        "incident": claim.incident,
        "evidence": claim.evidence.select_related("added_by"),
        "forms": forms if may_work else {},
        "may_begin": may_work and claim.state == ClaimState.LOGGED and claim.logged_by_id != user.pk,
        "own": claim.logged_by_id == user.pk,
        "enough": has_enough_sources(claim),
        "published": Response.objects.filter(incident=claim.incident_id, state__in=PUBLIC_STATES).exists(),
        "cited_in": Response.objects.filter(
            incident=claim.incident_id, current__citations__contains=[{"claim": claim.pk}]
        ),
    }
