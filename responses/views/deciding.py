"""Exactly what am I saying yes to?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict
from common.pages import attempt, typed
from people.access import SignedInRequest
from people.models import CrisisRole, User
from responses import actions
from responses.cards import Comparison, cited_by, compared, compared_with
from responses.forms import DecisionForm
from responses.listing import Row, rows_of
from responses.models import Response, ResponseState, Tone
from responses.models.response import IN_FLIGHT_STATES
from responses.rules import (
    held_capacities,
    leads_of,
    missing_capacities,
    required_capacities,
    why_not_approve,
)
from responses.views.fetch import response_for, worker_required_to_post

SHOWN = 100


@require_safe
def approvals(request: SignedInRequest) -> HttpResponse:
    """What waits for me first, then what waits for others, then what is approved and waits to be published."""
    responses = (
        Response.objects.visible_to(request.user)
        .filter(state__in=IN_FLIGHT_STATES)
        .with_seal()
        .order_by("incident__level", "submitted_at")[:SHOWN]
    )
    rows = rows_of(responses, request.user)
    mine = [row for row in rows if row.waits_for_me]
    others = [row for row in rows if not row.waits_for_me and row.response.state == ResponseState.IN_REVIEW]
    context = {
        "mine": sorted(mine, key=_due),
        "others": sorted(others, key=_due),
        "approved": [
            row for row in rows if not row.waits_for_me and row.response.state == ResponseState.APPROVED
        ],
    }
    return render(request, "responses/approvals.html", context)


def _due(row: Row) -> tuple[bool, Any]:
    return (row.deadline is None, row.deadline.due_at if row.deadline else row.response.pk)


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """The exact words, and two buttons. A decision names the words that were on the page."""
    response = response_for(request, pk)
    user = request.user
    capacities = _capacities(response, user)
    form = DecisionForm(typed(request), capacities=capacities)
    sent = attempt(
        request,
        form,
        partial(_decide, response=response, actor=user),
        then="responses:approvals",
        done=_said,
    )
    if sent.answer:
        return sent.answer
    seen = None
    if sent.refusal:
        response = response_for(request, pk)
    if isinstance(sent.refusal, Conflict):
        seen = _seen(response, form.cleaned_data["content_hash"])
    context = _page(response, user, form, seen)
    # An open page asks now and then whether what it shows still stands; its words are never exchanged under the thumb.
    shown = request.GET.get("shown")
    context["moved"] = bool(shown) and (
        context["refusal"] is not None or shown != context["revision"].content_hash
    )
    return render(request, "responses/approve.html", context, status=sent.status)


def _decide(*, decision: str, **words: Any) -> Response:
    return actions.approve(**words) if decision == DecisionForm.APPROVE else actions.request_changes(**words)


def _said(response: Response) -> str:
    if response.state == ResponseState.CHANGES_REQUESTED:
        return _("The author was told what to change.")
    if response.state == ResponseState.APPROVED:
        return _("Approved. It may be published now; publishing is a step of its own.")
    return _("Your approval is recorded. Others still have to decide.")


def _capacities(response: Response, user: User) -> list[tuple[str, str]]:
    """In which capacities this user could decide on this text, missing ones first."""
    incident = response.incident
    held = held_capacities(user, leads=(incident.pk, user.pk) in leads_of([incident.pk]))
    missing = missing_capacities(response, incident)
    roles = missing or required_capacities(response.kind, incident)
    return [(role.value, str(CrisisRole(role).label)) for role in roles if role in held]


def _seen(response: Response, content_hash: str) -> Comparison | None:
    """What changed between the words that the approver had read and those that stand now."""
    read = next((item for item in response.revisions.all() if item.content_hash == content_hash), None)
    if read is None or response.current is None:
        return None
    return compared(response.current.content, read.content)


def _page(response: Response, user: User, form: DecisionForm, seen: Comparison | None) -> dict[str, Any]:
    revision = response.current
    against, was_approved = compared_with(response)
    comparison = compared(revision.content, against.content if against else None) if revision else None
    row = rows_of([response], user)[0]
    refusal = why_not_approve(user, response, response.incident)
    return {
        "response": response,
        "incident": response.incident,
        "revision": revision,
        "row": row,
        "form": form,
        "refusal": refusal,
        "comparison": comparison,
        "against": against,
        "was_approved": was_approved,
        "seen": seen,
        "cited": cited_by(revision) if revision else [],
        "tones": [(tone.label, tone.value in response.checklist) for tone in Tone],
        "others_left": len(row.pending) - 1,
        "capacities": form.capacities,
    }
