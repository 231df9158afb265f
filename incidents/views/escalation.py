"""Alerts of one incident: what runs, what fires next, and everything that has been sent."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.escalation_facts import MESSAGES_IN_PANEL, by_person, escalation_of, messages_of
from incidents.fetch import incident_or_404
from people.access import SignedInRequest

MESSAGES_PER_PAGE = 20


@require_safe
def escalation(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    team = [row.user for row in incident.role_assignments.active().select_related("user")]
    sent = messages_of(incident)
    in_panel = bool(request.htmx)  # type: ignore[attr-defined]
    page = Paginator(sent, MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "incident": incident,
        "works": request.user.has_perm("people.work"),
        "escalation": escalation_of(incident, request.user, team),
        "alerts": by_person(sent[:MESSAGES_IN_PANEL] if in_panel else page.object_list),
        "page_obj": page,
    }
    return render(request, f"incidents/{'_escalation' if in_panel else 'escalation'}.html", context)
