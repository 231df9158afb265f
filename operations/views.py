"""For administrators: is the engine well, what does it wait for, and what did the checks find?"""

from __future__ import annotations

from functools import partial

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.pages import attempt, press, typed
from escalations import purposes
from escalations.engine_hold import open_holds, release
from escalations.models import Deadline, Heartbeat
from notifications.models import Delivery
from operations.engine_health import engine_health
from operations.forms import SettleForm
from operations.invariants import RULES
from operations.invariants.actions import settle
from operations.models import Violation
from people.access import SignedInRequest, requires

MOST_SHOWN = 50


@require_safe
@requires("people.administer")
def engine(request: SignedInRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: SignedInRequest,
    *,
    settling: tuple[Violation, SettleForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """What is due is named by purpose and level alone: it may be about what is none of an administrator's business."""
    due = Deadline.objects.armed().filter(due_at__lte=Now()).order_by("due_at")
    labels = {purpose.code: purpose.label for purpose in purposes.every()}
    shown = list(due.select_related("content_type")[:MOST_SHOWN])
    waiting = Delivery.objects.overdue()
    failed = waiting.exclude(last_error="").order_by("-available_at")
    unsettled = Violation.objects.unsettled()[:MOST_SHOWN]
    forms = {violation: SettleForm(auto_id=f"violation-{violation.pk}-%s") for violation in unsettled}
    forms |= dict([settling]) if settling else {}
    return render(
        request,
        "operations/engine.html",
        {
            "problems": engine_health().problems(),
            "hold": open_holds().first(),
            "due": [(deadline, labels.get(deadline.purpose, deadline.purpose)) for deadline in shown],
            "due_more": due.count() - len(shown),
            "waiting": waiting.aggregate(count=Count("pk"), oldest=Min("entry__at")),
            "last_error": failed.values_list("last_error", flat=True).first(),
            "violations": [
                (violation, RULES.get(violation.invariant, ""), form) for violation, form in forms.items()
            ],
            "settled": Violation.objects.exclude(settled_at=None)
            .select_related("settled_by")
            .order_by("-settled_at")[:10],
            "heartbeats": Heartbeat.objects.order_by("process"),
        },
        status=status,
    )


@require_POST
@requires("people.administer")
def release_hold(request: SignedInRequest) -> HttpResponse:
    return press(request, partial(release, actor=request.user), then="engine", done=_("The engine goes on."))


@require_POST
@requires("people.administer")
def settle_violation(request: SignedInRequest, pk: int) -> HttpResponse:
    violation = get_object_or_404(Violation, pk=pk)
    form = SettleForm(typed(request), auto_id=f"violation-{pk}-%s")
    sent = attempt(
        request,
        form,
        partial(settle, violation=violation, actor=request.user),
        then="engine",
        done=_("Noted. Nobody is alerted about this any more."),
    )
    return sent.answer or _page(request, settling=(violation, form), status=sent.status)
