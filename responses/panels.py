"""The panels of responses and claims in the incident room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from incidents.panels import Panel
from people.models import User
from responses.listing import rows_of
from responses.models import Claim, Response

SHOWN = 12  # of each; the whole list is a click away


def responses_panel(incident: Incident, user: User) -> dict[str, Any]:
    found = Response.objects.filter(incident=incident).with_seal()[: SHOWN + 1]
    rows = rows_of(list(found)[:SHOWN], user, incident=incident)
    return {
        "rows": rows,
        "more": len(found) > SHOWN,
        "may_draft": user.has_perm("people.work") and not incident.is_locked,
    }


def claims_panel(incident: Incident, user: User) -> dict[str, Any]:
    found = list(Claim.objects.filter(incident=incident).select_related("verifier").open_first()[: SHOWN + 1])
    return {
        "claims": found[:SHOWN],
        "more": len(found) > SHOWN,
        "may_log": user.has_perm("people.work") and not incident.is_locked,
    }


PANELS = (
    Panel("responses", _("Responses"), "message-square-quote", "responses/_panel.html", responses_panel, 30),
    Panel("claims", _("Claims"), "scale", "responses/_claims_panel.html", claims_panel, 40),
)
