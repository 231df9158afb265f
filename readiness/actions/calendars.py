"""The secret address at which somebody's calendar program reads the roster."""

from __future__ import annotations

from django.db import transaction

from journal.actions import record
from people.models import User
from readiness.actions.roster_lock import STREAM
from readiness.models import CalendarKey, new_key


@transaction.atomic
def renew_calendar_key(*, actor: User) -> CalendarKey:
    """Give this person an address; the one so far is dead at once. The record says so and holds neither."""
    renewed, _made = CalendarKey.objects.update_or_create(user=actor, defaults={"key": new_key()})
    record(stream=STREAM, kind="duty.calendar_renewed", actor=actor)
    return renewed
