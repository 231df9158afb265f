"""The way out of crisis mode: monitoring, the gate, the signatures, closing, reopening."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.http import attempt
from incidents import actions, gates
from incidents.access import incident_or_404
from incidents.actions.standdown import SIGNING_ROLES
from incidents.models import Incident, IncidentState
from incidents.views.reasons import reason_page
from people.access import SignedInRequest, needs
from people.models import CrisisRole, User


@needs("people.work")
def gate(request: SignedInRequest, pk: int) -> HttpResponse:
    """What still blocks the stand-down, each with the page on which it is settled."""
    incident = incident_or_404(request, pk)
    if (
        request.method == "POST"
        and attempt(
            request,
            lambda: actions.resolve(incident=incident, actor=request.user),
            _("Stood down. Public replies are locked; the post-mortem is waiting."),
        )
        is not None
    ):
        return redirect(incident)
    results = gates.results(incident, IncidentState.RESOLVED)
    context = {
        "incident": incident,
        "results": results,
        "ready": all(result.passed for result in results) and incident.state == IncidentState.MONITORING,
        "signatures": incident.sign_offs.select_related("user"),
        "may_sign": _may_sign(incident, request.user),
        "leads": request.user.has_perm("incidents.lead", incident),
    }
    return render(request, "incidents/stand_down.html", context)


def _may_sign(incident: Incident, user: User) -> list[CrisisRole]:
    """The roles in which `user` can sign now: offered only while the signature would be taken."""
    if incident.state != IncidentState.MONITORING:
        return []
    held = incident.role_assignments.active().filter(user=user, role__in=SIGNING_ROLES)
    signed = incident.sign_offs.values_list("role", flat=True)
    return [CrisisRole(role) for role in sorted(set(held.values_list("role", flat=True)) - set(signed))]


@require_POST
@needs("people.work")
def sign(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    attempt(
        request,
        lambda: actions.sign_off(incident=incident, actor=request.user, role=request.POST.get("role", "")),
        _("Signed."),
    )
    return redirect("incidents:stand_down", pk)


@needs("people.work")
def waive(request: SignedInRequest, pk: int, check: str) -> HttpResponse:
    incident = incident_or_404(request, pk)
    try:
        waived = gates.get(check)
    except KeyError:
        raise Http404 from None
    page = "incidents:monitoring" if waived.to_state == IncidentState.MONITORING else "incidents:stand_down"
    return reason_page(
        request,
        incident,
        lambda reason: actions.waive_check(
            incident=incident, actor=request.user, check_code=check, reason=reason
        ),
        title=f"{_('Does not apply')}: {waived.label}",
        text=_("The reason stands in the record and in the post-mortem."),
        label=_("It does not apply"),
        then=reverse(page, args=[pk]),
    )


@needs("people.work")
def monitoring(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    if (
        request.method == "POST"
        and attempt(
            request,
            lambda: actions.begin_monitoring(incident=incident, actor=request.user),
            _("Now being monitored. If it flares up, go back to active."),
        )
        is not None
    ):
        return redirect(incident)
    results = gates.results(incident, IncidentState.MONITORING)
    leads = request.user.has_perm("incidents.lead", incident)
    context = {"incident": incident, "results": results, "leads": leads}
    return render(request, "incidents/monitoring.html", context)


@needs("people.work")
def flare_up(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return reason_page(
        request,
        incident,
        lambda reason: actions.breach(incident=incident, actor=request.user, reason=reason),
        title=_("It flares up again"),
        text=_("The incident goes back to active and everybody of its level is alerted."),
        label=_("Back to active"),
    )


@needs("people.work")
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    if (
        request.method == "POST"
        and attempt(request, lambda: actions.close(incident=incident, actor=request.user), _("Closed."))
        is not None
    ):
        return redirect(incident)
    results = gates.results(incident, IncidentState.CLOSED)
    return render(request, "incidents/close.html", {"incident": incident, "results": results})


@needs("people.work")
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return reason_page(
        request,
        incident,
        lambda reason: actions.reopen(incident=incident, actor=request.user, reason=reason),
        title=_("Reopen the incident"),
        text=_("A late comment rekindles a crisis: reopen only when there is something new to act on."),
        consequences=[
            _("Public replies are possible again."),
            _("Signatures under the stand-down are void."),
        ],
        label=_("Reopen"),
    )
