"""What a published statement means for the incident's deadlines. Called by the responses app inside its transaction."""

from __future__ import annotations

from datetime import datetime

from escalations.actions import arm, stop
from incidents.actions.tasks import tick_tasks
from incidents.models import DoneBy, Incident
from incidents.running_deadlines import HOLDING_STATEMENT, NEXT_UPDATE
from people.models import User


def note_first_response(*, incident: Incident, actor: User, published_at: datetime) -> None:
    """The brand has spoken: the holding-statement deadline of the locked incident stops."""
    if incident.first_response_at is None:
        incident.first_response_at = published_at
        incident.save(update_fields=["first_response_at"])
    stop(subject=incident, purpose=HOLDING_STATEMENT)
    tick_tasks(incident, actor, DoneBy.SPOKEN)


def promise_next_update(*, incident: Incident, by: datetime | None, since: datetime) -> None:
    """A statement of the locked incident promised the next one: that promise is a deadline of its own."""
    incident.next_update_by = by
    incident.save(update_fields=["next_update_by"])
    stop(subject=incident, purpose=NEXT_UPDATE)
    if by and incident.level:
        arm(subject=incident, purpose=NEXT_UPDATE, level=incident.level, since=since, due_at=by)
