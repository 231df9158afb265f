"""Alarms of one incident: what runs, what fires next, and everything that has been sent."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.access import incident_or_404
from incidents.escalation_facts import ALARMS_IN_PANEL, alarms_of, by_person, escalation_of
from people.access import SignedInRequest

ALARMS_PER_PAGE = 20


@require_safe
def escalation(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    team = [row.user for row in incident.role_assignments.active().select_related("user")]
    alarms = alarms_of(incident)
    in_panel = bool(request.htmx)  # type: ignore[attr-defined]
    page = Paginator(alarms, ALARMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "incident": incident,
        "works": request.user.has_perm("people.work"),
        "escalation": escalation_of(incident, request.user, team),
        "alarms": by_person(alarms[:ALARMS_IN_PANEL] if in_panel else page.object_list),
        "page_obj": page,
    }
    return render(request, f"incidents/{'_escalation' if in_panel else 'escalation'}.html", context)
