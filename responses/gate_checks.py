"""What responses, claims and private cases demand before an incident moves on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.gates import Blocker, Check, register
from incidents.models import Incident, IncidentState
from responses.models import Response
from responses.models.response import PUBLIC_STATES


def not_spoken(incident: Incident) -> list[Blocker]:
    if incident.no_response_reason or incident.responses.filter(state__in=PUBLIC_STATES).exists():
        return []
    return [
        Blocker(
            _("nothing is published, and no decision against a response is recorded"),
            reverse("responses:list", args=[incident.pk]),
        )
    ]


def unanswered_claims(incident: Incident) -> list[Blocker]:
    return [
        Blocker(_("claim not answered: “%(claim)s”") % {"claim": claim.text}, claim.get_absolute_url())
        for claim in incident.claims.unanswered()
    ]


def unowned_cases(incident: Incident) -> list[Blocker]:
    path = reverse("responses:cases", args=[incident.pk])
    return [
        Blocker(_("private case without an owner: %(case)s") % {"case": case.reference}, path)
        for case in incident.private_cases.open().exclude(owner__is_active=True)
    ]


def unfinished_responses(incident: Incident) -> list[Blocker]:
    return [
        Blocker(
            _("“%(title)s” is neither published nor taken back") % {"title": response.title},
            response.get_absolute_url(),
        )
        for response in Response.objects.in_flight().filter(incident=incident)
    ]


def register_checks() -> None:
    register(
        Check(
            "responses.spoken",
            _("Public response published, or decision not to respond recorded"),
            IncidentState.MONITORING,
            not_spoken,
        )
    )
    register(
        Check("responses.claims", _("Every claim is answered"), IncidentState.RESOLVED, unanswered_claims)
    )
    register(
        Check("responses.cases", _("Every private case has an owner"), IncidentState.RESOLVED, unowned_cases)
    )
    register(
        Check(
            "responses.finished",
            _("No text waits for approval or publication"),
            IncidentState.RESOLVED,
            unfinished_responses,
        )
    )
