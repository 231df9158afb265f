"""Writing: list, new text, editor, revisions, submission."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict
from common.forms import ReasonForm
from common.pages import attempt, confirm, form_page, typed
from incidents.fetch import incident_or_404
from incidents.models import Incident
from people.access import SignedInRequest, requires
from responses import actions
from responses.cards import cards_of, cited_by, compared, compared_as_typed, compared_with
from responses.content import clean_text
from responses.forms import LONGEST_NOTE, ChecklistForm, NewTextForm, TextForm
from responses.listing import approvers_needed, rows_of
from responses.models import Account, Approval, Response, ResponseKind, Tone
from responses.rules import live_approvals, submission_problems, why_locked
from responses.views.fetch import may_edit, next_step, response_for


@require_safe
def incident_responses(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    """Everything that we said, or mean to say, in one incident."""
    incident = incident_or_404(request, incident_pk)
    page = Paginator(Response.objects.filter(incident=incident).with_seal(), 25).get_page(
        request.GET.get("page")
    )
    context = {
        "incident": incident,
        "page_obj": page,
        "rows": rows_of(page.object_list, request.user, incident=incident),
        "may_draft": request.user.has_perm("people.work") and _open_kinds(incident),
    }
    return render(request, "responses/list.html", context)


def _open_kinds(incident: Incident) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in ResponseKind if why_locked(kind, incident) is None]


@requires("people.work")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    incident = incident_or_404(request, incident_pk)
    kinds = _open_kinds(incident)
    initial = {name: request.GET[name] for name in ("kind", "corrects") if name in request.GET}
    form = NewTextForm(
        typed(request), incident=incident, initial=initial or _first_kind(kinds), **_choices(incident)
    )
    if (
        request.method == "GET"
    ):  # what was chosen before it was locked is refused with the reason, by the action
        form.fields["kind"].choices = kinds  # type: ignore[attr-defined]
    return form_page(
        request,
        "responses/edit.html",
        form,
        partial(actions.start_response, incident=incident, actor=request.user),
        then=lambda response: reverse("responses:draft", args=[response.pk]),
        done=_("Saved as a draft. Nothing is approved or published yet."),
        incident=incident,
        locked=why_locked(ResponseKind.HOLDING, incident) if not kinds else None,
    )


def _first_kind(kinds: list[tuple[str, str]]) -> dict[str, Any]:
    return {"kind": kinds[0][0]} if kinds else {}


def _choices(incident: Incident) -> dict[str, Any]:
    return {
        "accounts": Account.objects.filter(brand=incident.brand_id, is_active=True),
        "claims": incident.claims.open_first(),
    }


@require_safe
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """One text: the words as they stand, who has said yes, what comes next, and how it came about."""
    response = response_for(request, pk)
    incident = response.incident
    revision = response.current
    context = {
        "response": response,
        "incident": incident,
        "row": rows_of([response], request.user)[0],
        "cards": cards_of(revision) if revision else [],
        "cited": cited_by(revision) if revision else [],
        "decisions": Approval.objects.filter(revision__response=response)
        .select_related("approver", "revision")
        .order_by("-id"),
        "revisions": response.revisions.select_related("author"),
        "tones": [(tone.label, tone.value in response.checklist) for tone in Tone]
        if response.checklist
        else [],
        "may_edit": may_edit(request, response, incident),
        "step": next_step(response, incident) if request.user.has_perm("people.work") else None,
        "may_work": request.user.has_perm("people.work"),
        "accounts_left": _accounts_left(response),
    }
    return render(request, "responses/draft.html", context)


def _accounts_left(response: Response) -> bool:
    published = {publication.account_id for publication in response.publications.all()}
    return bool(response.current) and any(
        item["account"] not in published for item in (response.current.renditions if response.current else [])
    )


@requires("people.work")
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The editor. After a refusal or a conflict everything typed is still there."""
    response = response_for(request, pk)
    incident = response.incident
    if request.method == "GET" and not response.is_editable:
        messages.info(request, _("What was published stays as it is. Write a correction instead."))
        return redirect("responses:draft", pk)
    initial = TextForm.initial_from(response.current, response.title)
    form = TextForm(typed(request), initial=initial, **_choices(incident))
    sent = attempt(
        request,
        form,
        partial(actions.save_text, response=response, actor=request.user),
        then=reverse("responses:draft", args=[pk]),
        done=partial(_what_saving_did, response),
    )
    if sent.answer:
        return sent.answer
    conflict = None
    if isinstance(sent.refusal, Conflict):
        response = response_for(request, pk)
        form = _typed_again(form, request, response)
        conflict = _conflict(sent.refusal, form, incident)
    context = {
        "response": response,
        "incident": incident,
        "form": form,
        "conflict": conflict,
        "locked": why_locked(response.kind, incident),
    }
    return render(request, "responses/edit.html", context, status=sent.status)


def _what_saving_did(before: Response, after: Response) -> str:
    if after.current_id == before.current_id:
        return _("Nothing was changed.") if after.title == before.title else _("Saved.")
    if live_approvals(before.current):
        return _("Saved. Approvals given so far no longer count: submit the text again.")
    return _("Saved.")


def _conflict(refusal: Conflict, form: TextForm, incident: Incident) -> dict[str, Any]:
    """What the page says about a conflict: the reason, and both versions side by side where both have words."""
    comparison = compared_as_typed(form.content(), incident, refusal.theirs) if form.is_valid() else None
    return {"message": str(refusal), "comparison": comparison}


def _typed_again(form: TextForm, request: SignedInRequest, response: Response) -> TextForm:
    """What the writer typed, now based on the revision that the other saved.

    Fields that the writer had left alone take the other's value, so that saving again reverts nothing unseen.
    """
    data = request.POST.copy()
    base = response.revisions.filter(number=form.cleaned_data["base_number"] or 0).first()
    before = form.shown(TextForm.initial_from(base, response.title))
    theirs = form.shown(TextForm.initial_from(response.current, response.title))
    for name, value in theirs.items():
        if name in data and base and clean_text(str(data[name])) == before.get(name, ""):
            data[name] = value
    data["base_number"] = str(response.current.number if response.current else 0)
    return TextForm(data, accounts=form.accounts, claims=form.claims)


@require_safe
def revision(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """One revision beside the one before it, or beside the one given as ?against=."""
    response = response_for(request, pk)
    revisions = {item.number: item for item in response.revisions.select_related("author")}
    if number not in revisions:
        raise Http404
    wanted = request.GET.get("against", "")
    against = revisions.get(int(wanted) if wanted.isdecimal() and len(wanted) < 9 else number - 1)
    shown = revisions[number]
    context = {
        "response": response,
        "incident": response.incident,
        "revision": shown,
        "against": against,
        "comparison": compared(shown.content, against.content if against else None),
        "others": [item for item in revisions.values() if item.number != number],
        "decisions": shown.approvals.select_related("approver"),
    }
    return render(request, "responses/revision.html", context)


@requires("people.work")
@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    response = response_for(request, pk)
    form = ChecklistForm(typed(request))
    sent = attempt(
        request,
        form,
        partial(actions.submit, response=response, actor=request.user),
        then=reverse("responses:draft", args=[pk]),
        done=_("Submitted. The approvers have been told."),
    )
    if sent.answer:
        return sent.answer
    against, was_approved = compared_with(response)
    context = {
        "response": response,
        "incident": response.incident,
        "form": form,
        "cards": cards_of(response.current, against) if response.current else [],
        "against": against,
        "was_approved": was_approved,
        "approvers": approvers_needed(response, response.incident),
        # What else is missing is said before the checklist is filled in, not after.
        "problems": submission_problems(response, response.incident),
    }
    return render(request, "responses/submit.html", context, status=sent.status)


@requires("people.work")
@require_http_methods(["GET", "POST"])
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    response = response_for(request, pk)
    return confirm(
        request,
        partial(actions.take_back, response=response, actor=request.user),
        title=_("Take “%(title)s” back?") % {"title": response.title},
        text=_("It becomes a draft again."),
        consequences=[
            _("Nobody has to decide on it any more; the approval deadline stops."),
            _("Approvals that were given no longer count."),
        ],
        label=_("Take it back"),
        form=ReasonForm(typed(request), required=False, max_length=LONGEST_NOTE),
        back=reverse("responses:draft", args=[pk]),
        done=_("Taken back: it is a draft again."),
    )
