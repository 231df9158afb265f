"""Setting up, changing and ending a rotation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionRefused
from common.http import attempt
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
    return _edit(request, RotationForm(request.POST or None, initial=initial), None)


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    require_planner(request)
    rotation = get_object_or_404(Rotation, pk=pk, ended_at__isnull=True)
    return _edit(request, RotationForm(request.POST or None, instance=rotation), rotation)


def _edit(request: SignedInRequest, form: RotationForm, rotation: Rotation | None) -> HttpResponse:
    """A valid form shows who hands over to whom and when; only beside that stands the button that saves."""
    status, preview, others = 200, None, None
    if request.method == "POST" and form.is_valid():
        preview = next_turns(form.plan, form.people, timezone.now())
        others = Rotation.objects.filter(role=form.facts["role"], ended_at__isnull=True)
        others = others.exclude(pk=rotation.pk) if rotation else others
        if "save" in request.POST:
            try:
                saved = actions.save_rotation(actor=request.user, rotation=rotation, **form.facts)
            except ActionRefused as refused:
                form.add_error(None, str(refused))
                status = refused.status
            else:
                messages.success(
                    request,
                    _("%(name)s is planned eight weeks ahead; who takes turns is told.") % {"name": saved},
                )
                return redirect("readiness:role", saved.role)
    context = {"form": form, "rotation": rotation, "preview": preview, "others": others}
    return render(request, "readiness/rotation_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    require_planner(request)
    rotation = get_object_or_404(Rotation, pk=pk, ended_at__isnull=True)
    if request.method == "POST":
        attempt(
            request,
            lambda: actions.end_rotation(actor=request.user, rotation=rotation),
            _("%(name)s has ended; who took turns is told.") % {"name": rotation},
        )
        return redirect("readiness:role", rotation.role)
    context = {
        "confirm_title": _("End this rotation?"),
        "confirm_text": f"{rotation.get_role_display()}: {rotation}",
        "consequences": [
            _("A shift that has begun runs to its end, and what was changed by hand stays."),
            _("All other shifts of this rotation are taken off the roster."),
        ],
        "confirm_label": _("End the rotation"),
        "confirm_tone": "danger",
        "cancel_url": reverse("readiness:role", args=[rotation.role]),
    }
    return render(request, "_confirm.html", context)
