"""What only incidents draw: their state, and what a deadline is about."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.templatetags.ui import state_chip
from escalations import purposes
from escalations.models import Deadline
from incidents.models import Incident, IncidentState

register = template.Library()

TONES = {
    IncidentState.DETECTED: "attention",
    IncidentState.TRIAGED: "attention",
    IncidentState.ACTIVE: "attention",
    IncidentState.MONITORING: "neutral",
    IncidentState.RESOLVED: "good",
    IncidentState.CLOSED: "good",
    IncidentState.DISMISSED: "stopped",
}


@register.simple_tag
def incident_state(incident: Incident) -> SafeString:
    return state_chip(incident.get_state_display(), TONES[IncidentState(incident.state)])


@register.filter
def purpose_label(deadline: Deadline) -> str | Promise:
    """What a deadline is about, and who has acknowledged it."""
    label = purposes.get(deadline.purpose).label
    if not deadline.is_lapse:
        return label
    return _("%(person)s has “%(what)s”") % {"person": deadline.acknowledged_by, "what": label}
