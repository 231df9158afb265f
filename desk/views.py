"""The first page after login: what needs me now?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.levels import Level
from desk.work_queue import WorkItem, mine, pressing_deadlines, work_items_of
from incidents.models import Incident, IncidentState, RoleAssignment, StepPhase, Task, TaskState
from incidents.models.incident import ACTIVE_ROLE_STATES, OPEN_STATES
from incidents.next_step import NextStep, next_step
from notifications.models import Delivery
from people.access import SignedInRequest
from people.models import CrisisRole, User

ROWS = 10
# Closing an incident in order is nobody's next task while it still burns.
BEFORE_MONITORING = (IncidentState.DETECTED, IncidentState.TRIAGED, IncidentState.ACTIVE)


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    user = request.user
    work_items = work_items_of(user)
    tasks, task_count = _tasks(user)
    others = _others_of_mine(user, work_items)
    first = [row for incident, _step in others for row in getattr(incident, "pressing_deadlines", [])[:1]]
    dues = [
        *(deadline.counts_to for deadline in first),
        *(item.due_at for item in work_items),
        *(task.due_at for task in tasks),
    ]
    context = {
        "work_items": work_items,
        "state": _state(user, work_items, [due for due in dues if due]),
        "works": user.has_perm("people.work"),
        "mine": others,
        "tasks": tasks,
        "tasks_more": task_count - len(tasks),
        "open_incidents": _open_incidents(user),
        "unread_rows": list(Delivery.objects.inbox(user).unread()[:5]),
    }
    return render(request, "desk/desk.html", context)


def _state(user: User, work_items: list[WorkItem], dues: list[datetime]) -> dict[str, Any]:
    """The figures of the one sentence on top, and of the tiles per level; `dues` is every deadline on the page."""
    by_level = (
        Incident.objects.visible_to(user).open().order_by().values_list("level").annotate(n=Count("pk"))
    )
    counts = dict(by_level)
    kinds = Counter(item.kind for item in work_items)
    today = timezone.now() + timedelta(days=1)
    return {
        "open": sum(counts.values()),
        "levels": [(level, counts.get(level, 0)) for level in (*Level.values, None)],
        "approvals": kinds["approval"],
        "others": len(work_items) - kinds["approval"],
        "next_due": min((due for due in dues if due < today), default=None),
    }


def _others_of_mine(user: User, work_items: list[WorkItem]) -> list[tuple[Incident, NextStep | None]]:
    """Incidents in which the reader has a role but which do not need the reader just now, with what comes next."""
    shown = {item.url for item in work_items if item.kind in ("lead", "calm")}
    incidents = [row for row in mine(user)[: ROWS + len(shown)] if row.get_absolute_url() not in shown]
    return [(incident, next_step(incident)) for incident in incidents[:ROWS]]


def _tasks(user: User) -> tuple[list[Task], int]:
    """Open tasks of the roles that `user` holds, the next to run out first, and how many there are."""
    held = (
        Task.objects.exclude(phase=StepPhase.CLOSE, incident__state__in=BEFORE_MONITORING)
        .filter(
            state=TaskState.OPEN,
            incident__state__in=OPEN_STATES,
            incident__role_assignments__user=user,
            incident__role_assignments__state__in=ACTIVE_ROLE_STATES,
            incident__role_assignments__role=F("role"),
        )
        .distinct()
    )
    tasks = held.select_related("incident").order_by(
        F("due_at").asc(nulls_last=True), "phase", "position", "pk"
    )
    return list(tasks[:ROWS]), held.count()


def _open_incidents(user: User) -> list[Incident]:
    leads = RoleAssignment.objects.active().filter(role=CrisisRole.CRISIS_LEAD, is_deputy=False)
    return list(
        Incident.objects.visible_to(user)
        .open()
        .select_related("brand")
        .prefetch_related(
            pressing_deadlines(), Prefetch("role_assignments", leads.select_related("user"), to_attr="leads")
        )
        .order_by(F("level").asc(nulls_first=True), "-detected_at")[:ROWS]
    )
