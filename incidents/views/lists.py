from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.pages import form_page, typed
from escalations.models import Deadline
from incidents import actions
from incidents.forms import FilterForm, LogForm
from incidents.models import Incident, RoleAssignment
from incidents.models.incident import IncidentQuerySet
from people.access import SignedInRequest, requires
from people.models import CrisisRole

PAGE_SIZE = 50


@require_safe
def incident_list(request: SignedInRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    visible = Incident.objects.visible_to(request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    incidents = visible if chosen.get("show") == "all" else visible.open()
    if chosen.get("show") not in (None, "", "all"):
        incidents = visible.filter(state=chosen["show"])
    for field in ("level", "brand"):
        if chosen.get(field):
            incidents = incidents.filter(**{field: chosen[field]})
    if chosen.get("q"):
        incidents = incidents.filter(title__icontains=chosen["q"])
    page = Paginator(with_lead_and_deadlines(incidents), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "incidents/list.html",
        {
            "page_obj": page,
            "filter_form": form,
            "filtered": any(chosen.values()),
            "open_count": visible.open().count(),
        },
    )


def with_lead_and_deadlines(incidents: IncidentQuerySet) -> IncidentQuerySet:
    """The gravest first (untriaged before everything), each with its lead and running deadlines in two more queries."""
    leads = RoleAssignment.objects.active().filter(role=CrisisRole.CRISIS_LEAD, is_deputy=False)
    return (
        incidents.select_related("brand")
        .order_by(F("level").asc(nulls_first=True), "-detected_at")
        .prefetch_related(
            Prefetch("role_assignments", leads.select_related("user"), to_attr="leads"),
            Prefetch("deadlines", Deadline.objects.pressing(), to_attr="pressing_deadlines"),
        )
    )


@requires("people.work")
def log(request: SignedInRequest) -> HttpResponse:
    return form_page(
        request,
        "incidents/log.html",
        LogForm(typed(request)),
        partial(actions.log_incident, actor=request.user),
        then=lambda incident: reverse("incidents:triage", args=[incident.pk]),
        done=_("Logged. Those on duty have been alerted. Next: score it."),
        cancel_url=reverse("incidents:list"),
    )
