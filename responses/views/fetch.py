"""How every page of this app finds its row, and what can be done with it next."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from incidents.models import Incident
from people.access import SignedInRequest, View
from responses.models import Response, ResponseState
from responses.models.response import EDITABLE_STATES


def worker_required_to_post(view: View) -> View:
    """Everybody who sees it may read the page; only those who work may send its form."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" and not request.user.has_perm("people.work"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def response_for(request: SignedInRequest, pk: int) -> Response:
    """404 for a response of an incident that the user may not see."""
    return get_object_or_404(Response.objects.visible_to(request.user).with_seal(), pk=pk)


def next_step(response: Response, incident: Incident) -> tuple[str, str] | None:
    """The one thing to do next with a text, as (URL name, label); None when nothing is left or it is locked."""
    if (
        incident.is_locked
        and response.state not in (ResponseState.PUBLISHED,)
        and response.kind != "recovery"
    ):
        return None
    if response.state in (ResponseState.DRAFT, ResponseState.EXPIRED):
        return "responses:submit", _("Submit for approval")
    if response.state == ResponseState.CHANGES_REQUESTED:
        return "responses:edit", _("Change the text")
    if response.state == ResponseState.APPROVED:
        return "responses:publish", _("Record the publication")
    return None


def may_edit(request: SignedInRequest, response: Response, incident: Incident) -> bool:
    locked = incident.is_locked and response.kind != "recovery"
    return response.state in EDITABLE_STATES and not locked and request.user.has_perm("people.work")
