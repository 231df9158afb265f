"""What every action begins with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from incidents.models import Incident, IncidentState
from people.models import User


def lock_incident(incident_id: int) -> Incident:
    """The incident's row, locked until the transaction ends. Always lock it before anything that hangs on it."""
    return Incident.objects.select_for_update(of=("self",)).select_related("brand").get(pk=incident_id)


def require(actor: User, permission: str, incident: Incident | None = None) -> None:
    """Raises NotAllowed unless `actor` holds `permission` (for `incident`)."""
    allowed = actor.has_perm(permission, incident) if incident else actor.has_perm(permission)
    if not allowed:
        raise NotAllowed(_("Your role does not allow this. Ask the crisis lead or an administrator."))


def require_open(incident: Incident) -> None:
    """Raises ActionRefused once an incident has stood down or was dismissed."""
    if incident.state == IncidentState.DISMISSED:
        raise ActionRefused(_("This incident was dismissed. Reopen it with a reason to go on."))
    if incident.is_locked:
        raise ActionRefused(
            _("This incident has stood down and is locked. Reopen it with a reason to go on.")
        )
