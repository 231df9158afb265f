"""What the engine tells about itself: entries in a stream of its own, each once for what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from journal.actions import record
from journal.models import Entry, Stream, Urgency
from people.models import User, administrators

STREAM = "engine"

SENTENCES = {
    "engine.held": _(
        "The escalation engine was not running from {silent_since}, as after a restored backup, and {due} deadlines "
        "are due. Alerts are on hold until an administrator decides. If nobody does, it continues by itself at "
        "{ends_at}"
    ),
    "engine.released": _("{actor} let the engine go on after its hold"),
    "engine.hold_lapsed": _("Nobody has decided about the hold: the engine goes on by itself"),
    "engine.deadline_failed": _(
        "Deadline {deadline} ({purpose}) has failed three times ({error}): whom it should alert is not alerted. "
        "Call people yourself"
    ),
    "engine.deadline_locked": _(
        "Deadline {deadline} ({purpose}) cannot fire: what it belongs to has been locked for {seconds} s. "
        "Look for a transaction that hangs"
    ),
    "engine.clock_jumped": _(
        "Between two ticks the database's clock went {seconds} s wrong: its time was set, or a machine had slept. "
        "Deadlines go by it, so check it"
    ),
}


def lock_stream() -> None:
    """Whoever holds this decides alone what the engine's stream lacks."""
    Stream.objects.bulk_create([Stream(name=STREAM)], ignore_conflicts=True)
    Stream.objects.select_for_update().get(name=STREAM)


@transaction.atomic
def alert_administrators(
    kind: str,
    *,
    once: Q | None = None,
    actor: User | None = None,
    audience: Iterable[User] | None = None,
    urgency: str = Urgency.NOW,
    **data: Any,
) -> Entry | None:
    """Record something about the engine and alert the administrators (or `audience`).

    None when an entry of this kind that matches `once` is there already.
    """
    lock_stream()
    if once is not None and Entry.objects.filter(once, stream=STREAM, kind=kind).exists():
        return None
    return record(
        stream=STREAM,
        kind=kind,
        actor=actor,
        data=data,
        path=reverse("engine"),
        audience=administrators() if audience is None else audience,
        urgency=urgency,
    )
