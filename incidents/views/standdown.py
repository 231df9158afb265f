"""The way out of crisis mode: monitoring, the gate, the signatures, closing, reopening."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.forms import Form, ReasonForm
from common.pages import attempt, confirm, form_page, press, typed
from incidents import actions, gates
from incidents.actions.standdown import SIGNING_ROLES
from incidents.fetch import incident_or_404
from incidents.models import Incident, IncidentState
from people.access import SignedInRequest, requires
from people.models import CrisisRole, User


@requires("people.work")
def gate(request: SignedInRequest, pk: int) -> HttpResponse:
    """What still blocks the stand-down, each with the page on which it is settled."""
    incident = incident_or_404(request, pk)
    form = Form(typed(request))
    sent = attempt(
        request,
        form,
        partial(actions.resolve, incident=incident, actor=request.user),
        then=incident,
        done=_("Incident stood down. Public responses are locked and a post-mortem has been opened."),
    )
    if sent.answer:
        return sent.answer
    results = gates.results(incident, IncidentState.RESOLVED)
    context = {
        "incident": incident,
        "form": form,
        "results": results,
        "ready": all(result.passed for result in results) and incident.state == IncidentState.MONITORING,
        "signatures": incident.sign_offs.select_related("user"),
        "may_sign": _may_sign(incident, request.user),
        "leads": request.user.has_perm("incidents.lead", incident),
    }
    return render(request, "incidents/stand_down.html", context, status=sent.status)


def _may_sign(incident: Incident, user: User) -> list[CrisisRole]:
    """The roles in which `user` can sign now: offered only while the signature would be taken."""
    if incident.state != IncidentState.MONITORING:
        return []
    held = incident.role_assignments.active().filter(user=user, role__in=SIGNING_ROLES)
    signed = incident.sign_offs.values_list("role", flat=True)
    return [CrisisRole(role) for role in sorted(set(held.values_list("role", flat=True)) - set(signed))]


@require_POST
@requires("people.work")
def sign(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    role = request.POST.get("role", "")
    return press(
        request,
        partial(actions.sign_off, incident=incident, actor=request.user, role=role),
        then=reverse("incidents:stand_down", args=[pk]),
        done=_("Signed."),
    )


@requires("people.work")
def waive(request: SignedInRequest, pk: int, check: str) -> HttpResponse:
    incident = incident_or_404(request, pk)
    try:
        waived = gates.get(check)
    except KeyError:
        raise Http404 from None
    page = "incidents:monitoring" if waived.to_state == IncidentState.MONITORING else "incidents:stand_down"
    return confirm(
        request,
        partial(actions.waive_check, incident=incident, actor=request.user, check_code=check),
        title=f"{_('Does not apply')}: {waived.label}",
        text=_("The reason stands in the record and in the post-mortem."),
        label=_("It does not apply"),
        tone="danger",
        form=ReasonForm(typed(request)),
        back=incident,
        then=reverse(page, args=[pk]),
    )


@requires("people.work")
def monitoring(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return form_page(
        request,
        "incidents/monitoring.html",
        Form(typed(request)),
        partial(actions.begin_monitoring, incident=incident, actor=request.user),
        then=incident,
        done=_("Now being monitored. If it flares up, go back to active."),
        incident=incident,
        results=gates.results(incident, IncidentState.MONITORING),
        leads=request.user.has_perm("incidents.lead", incident),
    )


@requires("people.work")
def flare_up(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return confirm(
        request,
        partial(actions.breach, incident=incident, actor=request.user),
        title=_("It flares up again"),
        text=_("The incident goes back to active and everybody of its level is alerted."),
        label=_("Back to active"),
        tone="danger",
        form=ReasonForm(typed(request)),
        back=incident,
    )


@requires("people.work")
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return form_page(
        request,
        "incidents/close.html",
        Form(typed(request)),
        partial(actions.close, incident=incident, actor=request.user),
        then=incident,
        done=_("Closed."),
        incident=incident,
        results=gates.results(incident, IncidentState.CLOSED),
    )


@requires("people.work")
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return confirm(
        request,
        partial(actions.reopen, incident=incident, actor=request.user),
        title=_("Reopen the incident"),
        text=_("A late comment rekindles a crisis: reopen only when there is something new to act on."),
        consequences=[
            _("Public responses are possible again."),
            _("Signatures under the stand-down are void."),
        ],
        label=_("Reopen"),
        tone="danger",
        form=ReasonForm(typed(request)),
        back=incident,
    )
