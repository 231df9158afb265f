"""Are we prepared? Who is on duty, where the roster has gaps, which playbooks there are."""

from __future__ import annotations

from itertools import groupby

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.models import Playbook, PlaybookStep, StepPhase
from people.access import SignedInRequest
from readiness import roster, warnings, wording


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    coming = roster.coming_duty(timezone.now())
    approvers = roster.approvers_by_capacity()
    unreachable = roster.unreachable_people(coming)
    watched = [row for row in coming if row.is_watched]
    context = {
        "duty": coming,
        "hours": roster.LOOK_AHEAD.total_seconds() / 3600,
        "warnings": warnings.collect(coming, approvers, unreachable),
        "unreachable": unreachable,
        "approvers": approvers.items(),
        "staffed": sum(bool(row.now) for row in watched),
        "watched": len(watched),
        "playbooks": Playbook.objects.annotate(step_count=Count("steps")),
        "may_plan": request.user.has_perm("readiness.plan_duty"),
        "section": "overview",
    }
    return render(request, "readiness/overview.html", context)


@require_safe
def gaps(request: SignedInRequest) -> HttpResponse:
    """Every gap of the next four weeks, key roles first."""
    coming = roster.coming_duty(timezone.now(), ahead=roster.FOUR_WEEKS)
    open_roles = sorted((row for row in coming if row.gaps), key=lambda row: not row.is_watched)
    context = {
        "open_roles": [(row, wording.gaps_in_words(row)) for row in open_roles],
        "covered": [row for row in coming if not row.gaps],
        "hours": roster.FOUR_WEEKS.total_seconds() / 3600,
        "may_plan": request.user.has_perm("readiness.plan_duty"),
        "section": "gaps",
    }
    return render(request, "readiness/gaps.html", context)


@require_safe
def playbooks(request: SignedInRequest) -> HttpResponse:
    found = Playbook.objects.annotate(step_count=Count("steps"))
    common = PlaybookStep.objects.filter(playbook__isnull=True).count()
    return render(request, "readiness/playbooks.html", {"playbooks": found, "common": common})


@require_safe
def playbook(request: SignedInRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Playbook, slug=slug)
    steps = list(found.all_steps())
    phases = [
        (StepPhase(phase), list(of_phase)) for phase, of_phase in groupby(steps, key=lambda step: step.phase)
    ]
    return render(
        request, "readiness/playbook.html", {"playbook": found, "phases": phases, "count": len(steps)}
    )
