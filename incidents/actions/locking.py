"""What every action begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.levels import Level
from incidents.models import Incident
from incidents.recipients import who_see
from journal.actions import record
from journal.models import Entry, Urgency
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
    """Raises ActionRefused once an incident has stood down."""
    if incident.is_locked:
        raise ActionRefused(
            _("This incident has stood down and is locked. Reopen it with a reason to go on.")
        )


def urgency_of(incident: Incident) -> Urgency:
    """L1 and L2 (and what nobody has triaged) cannot wait."""
    return Urgency.NOW if (incident.level or Level.L2) <= Level.L2 else Urgency.SOON


def note(
    incident: Incident,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    anchor: str = "",
    alert_of: str = "",
    **data: Any,
) -> Entry:
    """One journal entry in the incident's own stream; `anchor` leads to the place in the room.

    Of `audience` only those are told who may see the incident.
    """
    facts = {"incident": incident.pk, "level": incident.level, "about": incident.title, **data}
    return record(
        stream=incident.stream,
        kind=kind,
        actor=actor,
        data=facts,
        path=incident.get_absolute_url() + anchor,
        audience=who_see(incident, audience),
        urgency=urgency,
        alert_of=alert_of,
    )
