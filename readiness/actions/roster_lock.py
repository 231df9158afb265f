"""One writer at a time changes the roster, and the stream of the journal that it is recorded in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed
from journal.actions import record
from journal.models import Urgency
from people.models import User

STREAM = "duty-roster"
_LOCK = 0x64757479  # "duty": an arbitrary number that nothing else here locks


def lock_roster() -> None:
    """Until the end of this transaction, every other change of the roster waits.

    Shifts, rotations and swaps all move the same rows about; planning is rare, so one lock for all of it costs
    nothing and leaves no order of locks to get wrong. It is taken first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def require_planner(actor: User) -> None:
    if not actor.has_perm("readiness.plan_duty"):
        raise NotAllowed(_("Only approvers and administrators plan the duty roster."))


def require_able(person: User) -> None:
    if not is_able(person):
        raise Invalid(
            _("%(person)s cannot work in incidents and would not be able to act on an alert.")
            % {"person": person}
        )


def is_able(person: User) -> bool:
    return person.has_perm("people.work")  # people.rules: nobody who left, no readers


def note(
    kind: str,
    actor: User | None,
    *,
    role: str,
    path: str,
    starts: datetime | None = None,
    ends: datetime | None = None,
    audience: Iterable[User] = (),
    urgency: str = Urgency.SOON,
    **data: Any,
) -> int:
    """Record one change of the roster; the number of the entry."""
    spans = {name: at for name, at in (("starts", starts), ("ends", ends)) if at}
    entry = record(
        stream=STREAM,
        kind=kind,
        actor=actor,
        data={"role": role, **spans, **data},
        path=path,
        audience=audience,
        urgency=urgency,
    )
    return entry.pk
