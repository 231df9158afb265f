"""Are we prepared? Who is on duty, where the roster has holes, which playbooks there are."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.models import Playbook, PlaybookStep, StepPhase
from journal.errors import ActionRefused
from people.access import SignedInRequest
from people.models import CrisisRole, DutyShift
from readiness import actions, roster, shortcomings
from readiness.forms import ShiftForm

SHIFTS_PER_PAGE = 50


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    coming = roster.coming_duty(timezone.now())
    approvers = roster.approvers_by_capacity()
    watched = [row for row in coming if row.is_watched]
    context = {
        "duty": coming,
        "hours": roster.LOOK_AHEAD.total_seconds() / 3600,
        "shortcomings": shortcomings.collect(coming, approvers),
        "approvers": approvers.items(),
        "staffed": sum(bool(row.now) for row in watched),
        "watched": len(watched),
        "playbooks": Playbook.objects.annotate(step_count=Count("steps")),
        "may_plan": request.user.has_perm("readiness.plan_duty"),
    }
    return render(request, "readiness/overview.html", context)


@require_safe
def duty(request: SignedInRequest) -> HttpResponse:
    """Every shift that is running or still to come."""
    shifts = (
        DutyShift.objects.filter(ends_at__gt=timezone.now())
        .select_related("user")
        .order_by("starts_at", "pk")
    )
    page = Paginator(shifts, SHIFTS_PER_PAGE).get_page(request.GET.get("page"))
    days = groupby(page.object_list, key=lambda shift: timezone.localtime(shift.starts_at).date())
    context = {
        "page_obj": page,
        "days": [(day, list(of_day)) for day, of_day in days],
        "now": timezone.now(),
        "may_plan": request.user.has_perm("readiness.plan_duty"),
    }
    return render(request, "readiness/duty.html", context)


def _require_planner(request: SignedInRequest) -> None:
    if not request.user.has_perm("readiness.plan_duty"):
        raise PermissionDenied(_("Only approvers and administrators plan the duty roster."))


def _suggestion(request: SignedInRequest) -> dict[str, Any]:
    """The role that was asked for and its next hole, so that a warning is one click away from being settled."""
    role = request.GET.get("role", "")
    if role not in CrisisRole.values:
        return {}
    row = next(row for row in roster.coming_duty(timezone.now()) if row.role == role)
    if not row.gaps:
        return {"role": role}
    return {
        "role": role,
        "starts_at": _whole_minute(row.gaps[0].start),
        "ends_at": _whole_minute(row.gaps[0].end),
    }


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def new_shift(request: SignedInRequest) -> HttpResponse:
    _require_planner(request)
    form = ShiftForm(request.POST or None, initial=_suggestion(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            shift = actions.add_shift(actor=request.user, **form.cleaned_data)
        except ActionRefused as refused:
            form.add_error(None, str(refused))
            status = refused.status
        else:
            messages.success(request, _("%(person)s is on the roster and is told.") % {"person": shift.user})
            return redirect("readiness:duty")
    return render(request, "readiness/shift_form.html", {"form": form}, status=status)


def remove_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    _require_planner(request)
    shift = get_object_or_404(DutyShift.objects.select_related("user"), pk=pk)
    if request.method == "POST":
        try:
            actions.remove_shift(actor=request.user, shift=shift)
        except ActionRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request, _("The roster is changed; %(person)s is told.") % {"person": shift.user}
            )
        return redirect("readiness:duty")
    running = shift.starts_at <= timezone.now()
    context = {
        "confirm_title": _("End this shift now?") if running else _("Take this shift off the roster?"),
        "confirm_text": f"{shift}: {shortcomings.span_in_words(roster.Span(shift.starts_at, shift.ends_at))}",
        "consequences": [_("Alerts for this role reach somebody else from then on, or nobody.")],
        "confirm_label": _("End it now") if running else _("Take it off"),
        "confirm_tone": "danger",
        "cancel_url": reverse("readiness:duty"),
    }
    return render(request, "_confirm.html", context)


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
