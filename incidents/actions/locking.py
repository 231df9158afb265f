"""What every action begins and ends with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.levels import Level
from incidents.models import Incident
from incidents.recipients import read_together, who_see
from journal.actions import record
from journal.models import Entry, Urgency
from people.models import User


def lock_incident(incident_id: int) -> Incident:
    """The incident's row, locked until the transaction ends. Always lock it before anything that hangs on it."""
    return Incident.objects.select_for_update(of=("self",)).select_related("brand").get(pk=incident_id)


def lock_for_clock(incident_id: int, *, skip_locked: bool) -> Incident | None:
    """The same lock for a clock of the incident; None, with `skip_locked`, while somebody acts on it."""
    rows = Incident.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    return rows.select_related("brand").filter(pk=incident_id).first()


def lock_together_for_clocks(incident_ids: Collection[int]) -> dict[int, Incident]:
    """Those that nobody acts on just now, locked; whom their clocks reach is read for all of them at once."""
    rows = Incident.objects.select_for_update(of=("self",), skip_locked=True).select_related("brand")
    incidents = {incident.pk: incident for incident in rows.filter(pk__in=incident_ids)}
    read_together(incidents.values())
    return incidents


def lock_under_incident(model: type[Model]) -> Callable[..., Any]:
    """How a clock of something that hangs on an incident locks it: the incident first, as every action does."""

    def lock(pk: int, *, skip_locked: bool) -> Any:
        incident_id = model._default_manager.filter(pk=pk).values_list("incident_id", flat=True).first()
        incident = lock_for_clock(incident_id, skip_locked=skip_locked) if incident_id else None
        if incident is None:
            return None
        subject: Any = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
        if subject is not None:
            subject.incident = incident
        return subject

    return lock


def may_acknowledge(actor: User, incident: Incident) -> bool:
    """Whoever may work in an incident may take on what its clocks ask for."""
    return actor.has_perm("incidents.work", incident)


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
    )
