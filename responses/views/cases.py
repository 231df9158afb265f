"""Private cases of one incident."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionRefused
from incidents.access import incident_or_404
from incidents.models import Incident
from people.access import SignedInRequest, needs
from people.models import SiteRole, User
from responses import actions
from responses.forms import CaseForm
from responses.models import PrivateCase
from responses.views.fetch import say, worker_required_to_post


def _people() -> object:
    return User.objects.filter(is_active=True).exclude(site_role=SiteRole.READER)


@worker_required_to_post
@require_http_methods(["GET", "POST"])
def cases(request: SignedInRequest, incident_pk: int) -> HttpResponse:
    """Who owns which conversation. Goes on after stand-down."""
    incident = incident_or_404(request, incident_pk)
    form = CaseForm(request.POST or None, people=_people())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.open_case(incident=incident, actor=request.user, **form.cleaned_data)
            except ActionRefused as refusal:
                status = say(request, refusal)
            else:
                return redirect("responses:cases", incident.pk)
    return render(request, "responses/cases.html", _page(request, incident, form), status=status)


def _page(request: SignedInRequest, incident: Incident, form: CaseForm) -> dict[str, object]:
    found = PrivateCase.objects.filter(incident=incident).select_related("owner")
    return {
        "incident": incident,
        "form": form,
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
        "open_count": PrivateCase.objects.open().filter(incident=incident).count(),
        "may_work": request.user.has_perm("people.work"),
    }


@needs("people.work")
@require_POST
def case_step(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a case, or say how it ended. A refused ending keeps what was typed."""
    case = get_object_or_404(PrivateCase.objects.visible_to(request.user), pk=pk)
    note = request.POST.get("note", "")
    try:
        if request.POST.get("step") == "resolve":
            actions.resolve_case(case=case, actor=request.user, note=note)
        else:
            actions.own_case(case=case, actor=request.user, owner=request.user)
            messages.success(request, _("The case is yours."))
    except ActionRefused as refusal:
        status = say(request, refusal)
        incident = incident_or_404(request, case.incident_id)
        page = _page(request, incident, CaseForm(people=_people()))
        return render(
            request, "responses/cases.html", {**page, "typed": {"case": case.pk, "note": note}}, status=status
        )
    return redirect("responses:cases", case.incident_id)
