"""What the engine tells about itself: entries in a stream of its own, each once for what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from journal.actions import record
from journal.models import Entry, Stream, Urgency
from people.models import User, administrators

STREAM = "engine"


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
