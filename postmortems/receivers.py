"""What an incident's moves mean for its post-mortem. Runs inside the transaction of the move."""

from __future__ import annotations

from typing import Any

from incidents.models import Incident, IncidentState
from people.models import User
from postmortems import actions

STOOD_DOWN = (IncidentState.RESOLVED, IncidentState.CLOSED)


def on_incident_moved(
    *, incident: Incident, actor: User | None, from_state: str, to_state: str, **_signal: Any
) -> None:
    if to_state == IncidentState.RESOLVED:
        actions.prepare(incident=incident, actor=actor)
    elif from_state in STOOD_DOWN and to_state not in STOOD_DOWN:
        actions.suspend(incident=incident)
