"""What comes next in an incident: shown in its room, and on the desk of whoever leads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, IncidentState, ScheduledContent


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now."""

    label: str | Promise
    url: str
    is_post: bool = False


def next_step(incident: Incident) -> NextStep | None:
    """The one next step of an incident; None once it is closed or dismissed."""
    at = incident.get_absolute_url()
    state = incident.state
    if incident.is_open and not incident.acknowledged_at:
        return NextStep(_("Acknowledge"), reverse("incidents:acknowledge", args=[incident.pk]), is_post=True)
    if state == IncidentState.DETECTED:
        return NextStep(_("Triage"), reverse("incidents:triage", args=[incident.pk]))
    if state == IncidentState.TRIAGED:
        return NextStep(_("Activate the response"), reverse("incidents:activate", args=[incident.pk]))
    if state == IncidentState.ACTIVE and incident.scheduled_content == ScheduledContent.UNDECIDED:
        return NextStep(
            _("Pause scheduled posts?"),
            f"{reverse('incidents:situation', args=[incident.pk])}#id_scheduled_content",
        )
    if state == IncidentState.ACTIVE and not incident.has_spoken:
        return NextStep(_("Get the holding statement out"), f"{at}#responses")
    if state == IncidentState.ACTIVE:
        return NextStep(_("Begin monitoring"), reverse("incidents:monitoring", args=[incident.pk]))
    if state == IncidentState.MONITORING:
        return NextStep(_("Stand down"), reverse("incidents:stand_down", args=[incident.pk]))
    if state == IncidentState.RESOLVED:
        return NextStep(_("Close"), reverse("incidents:close", args=[incident.pk]))
    return None
