"""My own duty: my shifts, what I offer to colleagues and what they offer me, my calendar addresses."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from common.pages import confirm, form_page, press, typed
from people.access import SignedInRequest, requires
from people.models import CrisisRole, DutyShift
from readiness import actions, wording
from readiness.forms import SwapForm
from readiness.models import CalendarKey, SwapOffer
from readiness.spans import Span

SHIFTS_SHOWN = 60


@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    offers = SwapOffer.objects.open().filter(gives_start__gt=now).select_related("giver", "taker")
    key = CalendarKey.objects.filter(user=request.user).first()
    context = {
        "shifts": request.user.duty_shifts.filter(ends_at__gt=now).select_related("instead_of")[
            :SHIFTS_SHOWN
        ],
        "asked": offers.filter(taker=request.user),
        "offered": offers.filter(giver=request.user),
        "own_calendar": _address("calendar_mine", key.key) if key else "",
        "role_calendars": [
            (label, _address("calendar_role", key.key, code)) for code, label in CrisisRole.choices
        ]
        if key
        else [],
        "now": now,
        "may_work": request.user.has_perm("people.work"),
        "section": "mine",
    }
    return render(request, "readiness/mine.html", context)


def _address(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(f"readiness:{name}", args=args)


@require_http_methods(["GET", "POST"])
@requires("people.work")
def offer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer one of my shifts."""
    shift = get_object_or_404(DutyShift.objects.select_related("user"), pk=pk)
    if shift.user != request.user:
        raise PermissionDenied(_("You can offer only your own shifts."))
    return form_page(
        request,
        "readiness/swap_form.html",
        SwapForm(typed(request), shift=shift),
        partial(actions.offer_swap, actor=request.user, shift=shift),
        then="readiness:mine",
        done=lambda made: (
            _("%(person)s is asked. Until the answer you stay on duty.") % {"person": made.taker}
        ),
        shift=shift,
        span=wording.span_in_words(Span(shift.starts_at, shift.ends_at)),
        cancel_url=reverse("readiness:mine"),
    )


ANSWERS = {
    "accept": (actions.accept_swap, gettext_noop("The shifts have changed hands; %(giver)s is told.")),
    "decline": (actions.decline_swap, gettext_noop("Declined; %(giver)s is told and stays on duty.")),
    "withdraw": (actions.withdraw_swap, gettext_noop("The offer is taken back; %(taker)s is told.")),
}


@require_http_methods(["GET", "POST"])
@requires("people.work")
def swap(request: SignedInRequest, pk: int) -> HttpResponse:
    """One offer: whom it was made to answers here, whoever made it can take it back, planners look."""
    found = get_object_or_404(SwapOffer.objects.select_related("giver", "taker"), pk=pk)
    if request.user not in (found.giver, found.taker) and not request.user.has_perm("readiness.plan_duty"):
        raise Http404
    if request.method == "POST":
        action, done = ANSWERS.get(request.POST.get("answer", ""), (None, ""))
        here = reverse("readiness:swap", args=[pk])
        if action is None:
            return redirect(here)
        names = {"giver": found.giver, "taker": found.taker}
        return press(
            request, partial(action, actor=request.user, offer=found), then=here, done=_(done) % names
        )
    context = {
        "offer": found,
        "gives": wording.span_in_words(found.gives),
        "wants": wording.span_in_words(found.wants) if found.wants else "",
        "is_over": found.gives_start <= timezone.now(),
    }
    return render(request, "readiness/swap.html", context)


@require_http_methods(["GET", "POST"])
def renew_calendar(request: SignedInRequest) -> HttpResponse:
    return confirm(
        request,
        partial(actions.renew_calendar_key, actor=request.user),
        title=_("Renew your calendar addresses?"),
        consequences=[
            _("The addresses so far stop working at once, wherever somebody subscribed to them."),
            _("You subscribe to the new ones in your calendar program."),
        ],
        label=_("Renew them"),
        back=reverse("readiness:mine"),
        then=reverse("readiness:mine") + "#calendars",
        done=_("These are your calendar addresses now. Older ones no longer work."),
    )
