"""The roster: every coming shift, one role week by week, and what planners do with a shift."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.pages import confirm, form_page, typed
from people.access import SignedInRequest
from people.models import CrisisRole, DutyShift, Rotation
from readiness import actions, roster, week, wording
from readiness.forms import GiveForm, ShiftForm
from readiness.models import SwapOffer
from readiness.spans import Span

SHIFTS_PER_PAGE = 50


@require_safe
def duty(request: SignedInRequest) -> HttpResponse:
    """Every shift that is running or still to come."""
    now = timezone.now()
    shifts = (
        DutyShift.objects.filter(ends_at__gt=now)
        .select_related("user", "instead_of", "rotation")
        .order_by("starts_at", "pk")
    )
    page = Paginator(shifts, SHIFTS_PER_PAGE).get_page(request.GET.get("page"))
    days = groupby(page.object_list, key=lambda shift: timezone.localtime(shift.starts_at).date())
    context = {
        "page_obj": page,
        "days": [(day, list(of_day)) for day, of_day in days],
        "now": now,
        "rotations": Rotation.objects.filter(ended_at__isnull=True).prefetch_related("members__user"),
        "offers": SwapOffer.objects.open().filter(gives_start__gt=now).select_related("giver", "taker"),
        "may_plan": request.user.has_perm("readiness.plan_duty"),
        "section": "duty",
    }
    return render(request, "readiness/duty.html", context)


@require_safe
def role(request: SignedInRequest, code: str) -> HttpResponse:
    """One role: who has it now, who is next, and the week day by day."""
    if code not in CrisisRole.values:
        raise Http404
    now = timezone.now()
    monday = _monday(parse_date_or_none(request.GET.get("week", "")) or timezone.localdate(now))
    coming = roster.coming_duty(now, ahead=roster.FOUR_WEEKS, roles=[CrisisRole(code)])[0]
    context = {
        "row": coming,
        "unreachable": roster.unreachable_people([coming]),
        "days": week.days_of(code, monday, now),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "gaps": wording.gaps_in_words(coming),
        "rotations": Rotation.objects.filter(role=code, ended_at__isnull=True).prefetch_related(
            "members__user"
        ),
        "roles": CrisisRole.choices,
        "now": now,
        "may_plan": request.user.has_perm("readiness.plan_duty"),
        "section": "duty",
    }
    return render(request, "readiness/role.html", context)


def parse_date_or_none(text: str) -> date | None:
    """What cannot be a date that has weeks around it is none."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 1990 <= found.year < 2200 else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def require_planner(request: HttpRequest) -> None:
    if not request.user.has_perm("readiness.plan_duty"):
        raise PermissionDenied(_("Only approvers and administrators plan the duty roster."))


def _suggestion(request: SignedInRequest) -> dict[str, Any]:
    """The role that was asked for and its next gap, so that a warning is one click away from being settled."""
    role = request.GET.get("role", "")
    if role not in CrisisRole.values:
        return {}
    row = roster.coming_duty(timezone.now(), ahead=roster.FOUR_WEEKS, roles=[CrisisRole(role)])[0]
    wanted = request.GET.get("from", "")
    chosen = next((gap for gap in row.gaps if gap.start.isoformat() == wanted), next(iter(row.gaps), None))
    if chosen is None:
        return {"role": role}
    return {"role": role, "starts_at": _whole_minute(chosen.start), "ends_at": _whole_minute(chosen.end)}


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def new_shift(request: SignedInRequest) -> HttpResponse:
    require_planner(request)
    return form_page(
        request,
        "readiness/shift_form.html",
        ShiftForm(typed(request), initial=_suggestion(request)),
        partial(actions.add_shift, actor=request.user),
        then="readiness:duty",
        done=lambda shift: _("%(person)s is on the roster and is told.") % {"person": shift.user},
        cancel_url=reverse("readiness:duty"),
    )


def give(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a shift, or a part of it, to somebody else."""
    require_planner(request)
    shift = get_object_or_404(DutyShift.objects.select_related("user"), pk=pk)
    now, back = timezone.now(), reverse("readiness:role", args=[shift.role])
    if shift.ends_at <= now and request.method == "GET":
        messages.error(request, _("This shift is over; what was stays on record."))
        return redirect(back)
    initial = {"starts_at": _whole_minute(max(shift.starts_at, now)), "ends_at": shift.ends_at}
    return form_page(
        request,
        "readiness/give_form.html",
        GiveForm(typed(request), initial=initial, giver=shift.user),
        partial(actions.give_duty, actor=request.user, role=shift.role, giver=shift.user),
        then=back,
        done=lambda given: (
            _("%(taker)s is on duty instead of %(giver)s; both are told.")
            % {"taker": given.user, "giver": shift.user}
        ),
        shift=shift,
        span=wording.span_in_words(Span(shift.starts_at, shift.ends_at)),
        cancel_url=back,
    )


def remove_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    require_planner(request)
    shift = get_object_or_404(DutyShift.objects.select_related("user"), pk=pk)
    running = shift.starts_at <= timezone.now()
    return confirm(
        request,
        partial(actions.remove_shift, actor=request.user, shift=shift),
        title=_("End this shift now?") if running else _("Take this shift off the roster?"),
        text=f"{shift}: {wording.span_in_words(Span(shift.starts_at, shift.ends_at))}",
        consequences=[_("Alerts for this role reach somebody else from then on, or nobody.")],
        label=_("End it now") if running else _("Take it off"),
        tone="danger",
        back=reverse("readiness:duty"),
        done=_("The roster is changed; %(person)s is told.") % {"person": shift.user},
    )
