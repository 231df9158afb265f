"""Setting up, changing and ending a rotation."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.pages import INVALID, Attempt, attempt, confirm, typed
from people.access import SignedInRequest
from people.models import CrisisRole, Rotation
from readiness import actions
from readiness.forms import RotationForm
from readiness.preview import next_turns
from readiness.views.planning import require_planner


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    require_planner(request)
    role = request.GET.get("role", "")
    initial: dict[str, Any] = {
        "role": role if role in CrisisRole.values else "",
        "time_zone": request.user.time_zone,
        "starts_on": timezone.localdate(),
    }
    return _edit(request, RotationForm(typed(request), initial=initial), None)


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    require_planner(request)
    rotation = get_object_or_404(Rotation, pk=pk, ended_at__isnull=True)
    return _edit(request, RotationForm(typed(request), instance=rotation), rotation)


def _edit(request: SignedInRequest, form: RotationForm, rotation: Rotation | None) -> HttpResponse:
    """A valid form shows who hands over to whom and when; only beside that stands the button that saves."""
    sent = Attempt(status=_status_of_a_look(request, form))
    if "save" in request.POST:
        sent = attempt(
            request,
            form,
            partial(actions.save_rotation, actor=request.user, rotation=rotation),
            then=lambda saved: reverse("readiness:role", args=[saved.role]),
            done=lambda saved: (
                _("%(name)s is planned eight weeks ahead; everyone in the rotation has been notified.")
                % {"name": saved}
            ),
        )
    if sent.answer:
        return sent.answer
    preview, others = None, None
    if sent.refusal or form.is_valid():
        preview = next_turns(form.plan, form.people, timezone.now())
        others = Rotation.objects.filter(role=form.facts["role"], ended_at__isnull=True)
        others = others.exclude(pk=rotation.pk) if rotation else others
    context = {"form": form, "rotation": rotation, "preview": preview, "others": others}
    return render(request, "readiness/rotation_form.html", context, status=sent.status)


def _status_of_a_look(request: SignedInRequest, form: RotationForm) -> int:
    """htmx, which looks while somebody is still typing, swaps in only what answers 200."""
    is_sound = not form.is_bound or form.is_valid() or request.htmx  # type: ignore[attr-defined]
    return 200 if is_sound else INVALID


@require_http_methods(["GET", "POST"])
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    require_planner(request)
    rotation = get_object_or_404(Rotation, pk=pk, ended_at__isnull=True)
    return confirm(
        request,
        partial(actions.end_rotation, actor=request.user, rotation=rotation),
        title=_("End this rotation?"),
        text=f"{rotation.get_role_display()}: {rotation}",
        consequences=[
            _("A shift that has begun runs to its end, and what was changed by hand stays."),
            _("All other shifts of this rotation are taken off the roster."),
        ],
        label=_("End the rotation"),
        tone="danger",
        back=reverse("readiness:role", args=[rotation.role]),
        done=_("%(name)s has ended; everyone in the rotation has been notified.") % {"name": rotation},
    )
