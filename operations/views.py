"""For administrators: is the engine well, what does it wait for, and what did the checks find?"""

from __future__ import annotations

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.http import attempt
from escalations import purposes
from escalations.holds import open_holds, release
from escalations.models import Deadline, Heartbeat
from notifications.models import Delivery
from operations.engine_state import engine_state
from operations.invariants import RULES
from operations.invariants.actions import settle
from operations.models import Violation
from people.access import SignedInRequest, needs

MOST_SHOWN = 50


@require_safe
@needs("people.administer")
def engine(request: SignedInRequest) -> HttpResponse:
    """What is due is named by purpose and level alone: it may be about what is none of an administrator's business."""
    due = Deadline.objects.armed().filter(due_at__lte=Now()).order_by("due_at")
    labels = {purpose.code: purpose.label for purpose in purposes.every()}
    shown = list(due.select_related("content_type")[:MOST_SHOWN])
    waiting = Delivery.objects.overdue()
    failed = waiting.exclude(last_error="").order_by("-available_at")
    violations = Violation.objects.unsettled()[:MOST_SHOWN]
    return render(
        request,
        "operations/engine.html",
        {
            "problems": engine_state().problems(),
            "hold": open_holds().first(),
            "due": [(deadline, labels.get(deadline.purpose, deadline.purpose)) for deadline in shown],
            "due_more": due.count() - len(shown),
            "waiting": waiting.aggregate(count=Count("pk"), oldest=Min("entry__at")),
            "last_error": failed.values_list("last_error", flat=True).first(),
            "violations": [(violation, RULES.get(violation.invariant, "")) for violation in violations],
            "settled": Violation.objects.exclude(settled_at=None)
            .select_related("settled_by")
            .order_by("-settled_at")[:10],
            "heartbeats": Heartbeat.objects.order_by("process"),
        },
    )


@require_POST
@needs("people.administer")
def release_hold(request: SignedInRequest) -> HttpResponse:
    attempt(request, lambda: release(actor=request.user), _("The engine goes on."))
    return redirect("engine")


@require_POST
@needs("people.administer")
def settle_violation(request: SignedInRequest, pk: int) -> HttpResponse:
    violation = get_object_or_404(Violation, pk=pk)
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: settle(violation=violation, actor=request.user, reason=reason),
        _("Noted. Nobody is alerted about this any more."),
    )
    return redirect("engine")
