"""Private cases of one incident."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.pages import attempt, press, typed
from incidents.fetch import incident_or_404
from incidents.models import Incident
from people.access import SignedInRequest, requires
from responses import actions
from responses.forms import CaseForm, ResolveForm
from responses.models import PrivateCase
from responses.views.fetch import worker_required_to_post


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def cases(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    """Who owns which conversation. Goes on after stand-down."""
    incident = incident_or_404(request, incident_pk)
    form = CaseForm(typed(request))
    sent = attempt(
        request,
        form,
        partial(actions.open_case, incident=incident, actor=request.user),
        then=reverse("responses:cases", args=[incident.pk]),
    )
    return sent.answer or _page(request, incident, form, status=sent.status)


def _page(
    request: SignedInRequest,
    incident: Incident,
    form: CaseForm,
    *,
    resolving: tuple[int, ResolveForm] = (0, ResolveForm()),
    status: int = 200,
) -> HttpResponse:
    """The list, each case with the form that resolves it: `resolving` is the one that was sent, by its case's key."""
    found = PrivateCase.objects.filter(incident=incident).select_related("owner")
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    sent_for, sent = resolving
    context = {
        "incident": incident,
        "form": form,
        "page_obj": page,
        "rows": [(case, sent if case.pk == sent_for else _resolve_form(case)) for case in page],
        "open_count": PrivateCase.objects.open().filter(incident=incident).count(),
        "may_work": request.user.has_perm("people.work"),
    }
    return render(request, "responses/cases.html", context, status=status)


def _resolve_form(case: PrivateCase, request: SignedInRequest | None = None) -> ResolveForm:
    return ResolveForm(typed(request) if request else None, auto_id=f"case-{case.pk}-%s")


@requires("people.work")
@require_POST
def case_step(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a case, or say how it ended."""
    case = get_object_or_404(PrivateCase.objects.visible_to(request.user), pk=pk)
    then = reverse("responses:cases", args=[case.incident_id])
    if request.POST.get("step") != "resolve":
        own = partial(actions.own_case, case=case, actor=request.user, owner=request.user)
        return press(request, own, then=then, done=_("The case is yours."))
    form = _resolve_form(case, request)
    sent = attempt(request, form, partial(actions.resolve_case, case=case, actor=request.user), then=then)
    if sent.answer:
        return sent.answer
    incident = incident_or_404(request, case.incident_id)
    return _page(request, incident, CaseForm(), resolving=(case.pk, form), status=sent.status)
