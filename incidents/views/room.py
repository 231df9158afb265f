"""The incident room: what is true, who does what, what have we said, what is next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from incidents.actions.situation import advice_for
from incidents.escalation_facts import MESSAGES_IN_PANEL, by_person, escalation_of, messages_of
from incidents.fetch import incident_or_404
from incidents.models import Incident, IncidentState, RoleState, StepPhase, Task, TaskState
from incidents.next_step import next_step
from incidents.panels import every as every_panel
from incidents.severity import INPUTS, UNKNOWN_COUNTS_AS
from journal.models import Entry, Stream
from people.access import SignedInRequest
from people.models import CrisisRole

ENTRIES_SHOWN = 30
ENTRIES_PER_PAGE = 100


@require_safe
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    user = request.user
    assignments = sorted(
        incident.role_assignments.active().select_related("user", "assigned_by"),
        key=lambda row: (CrisisRole.values.index(row.role), row.is_deputy),
    )
    tasks = current_tasks(incident)
    context = {
        "incident": incident,
        "works": user.has_perm("people.work"),
        "next_step": next_step(incident),
        "assignments": assignments,
        "lead": next(
            (row for row in assignments if row.role == CrisisRole.CRISIS_LEAD and not row.is_deputy), None
        ),
        "asked": [row for row in assignments if row.user_id == user.pk and row.state == RoleState.ASSIGNED],
        "my_roles": {row.role for row in assignments if row.user_id == user.pk},
        "tasks": tasks,
        "tasks_done": sum(task.state != "open" for task in tasks),
        "notices": incident.stakeholder_notices.select_related("notified_by"),
        "escalation": escalation_of(incident, user, [row.user for row in assignments]),
        "alerts": by_person(messages_of(incident)[:MESSAGES_IN_PANEL]),
        "assessment": _assessment(incident),
        "advice": advice_for(incident),
        "entries": entries(incident)[:ENTRIES_SHOWN],
        "entry_count": Entry.objects.filter(stream=incident.stream).count(),
        "last_seq": Stream.objects.filter(pk=incident.stream).values_list("last_seq", flat=True).first() or 0,
        "panels": [
            (panel, facts) for panel in every_panel() if (facts := panel.context(incident, user)) is not None
        ],
    }
    return render(request, "incidents/room.html", context)


def current_tasks(incident: Incident) -> list[Task]:
    """What is due first stands first, what is settled last; the closing steps wait until the curve has fallen."""
    closing = incident.state in (IncidentState.MONITORING, IncidentState.RESOLVED, IncidentState.CLOSED)
    tasks = [
        task
        for task in incident.tasks.select_related("settled_by")
        if closing or task.phase != StepPhase.CLOSE or task.state != TaskState.OPEN
    ]
    return sorted(tasks, key=_by_urgency)


def _by_urgency(task: Task) -> tuple[bool, datetime, int, int]:
    return (
        task.state != TaskState.OPEN,
        task.due_at or datetime.max.replace(tzinfo=UTC),
        task.phase,
        task.position,
    )


@require_safe
def timeline(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    page = Paginator(entries(incident), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "incidents/timeline.html", {"incident": incident, "page_obj": page})


def entries(incident: Incident) -> Any:
    """The incident's journal, newest first."""
    return Entry.objects.filter(stream=incident.stream).select_related("actor").order_by("-seq")


def _assessment(incident: Incident) -> dict[str, Any] | None:
    """The last scoring with each input in words, for the situation panel."""
    last = incident.assessments.select_related("by").first()
    if last is None:
        return None
    rows = []
    for item in INPUTS:
        score = last.scores.get(item.code)
        rows.append(
            {
                "label": item.label,
                "unknown": score is None,
                "words": item.scale[score] if score is not None else _("unknown"),
                "points": item.weight * (UNKNOWN_COUNTS_AS if score is None else score),
                "most": item.weight * 3,
            }
        )
    return {"row": last, "inputs": rows}
