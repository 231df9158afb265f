"""The one way into the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal

from common import hints
from journal import entry_kinds
from journal.models import Entry, Stream, Urgency
from people.models import User

# Sent inside the transaction that wrote them (argument: entries): what hangs on them is stored with them or not at all.
entries_recorded = Signal()
# Sent when somebody acted on what entries asked for (arguments: entry_ids; person, when it was settled for one alone).
entries_superseded = Signal()


def record(
    *,
    stream: str,
    kind: str,
    actor: User | None,
    data: Mapping[str, Any] | None = None,
    path: str = "",
    audience: Iterable[User] = (),
    urgency: str = Urgency.LATER,
    alert_of: str = "",
) -> Entry:
    """Append one entry to `stream`, chain it, and tell `audience` (never the actor about their own action).

    An entry that is an alert about a missed deadline names that in `alert_of`; whoever records it calls
    `notifications.actions.alert` in the same transaction.

    Must run inside the transaction of the change that it records. The time is the database's, so that machines
    with different times agree on the order.

    Raises ValueError for a kind that no app declared, TransactionManagementError outside a transaction.
    """
    if not entry_kinds.is_declared(kind):
        raise ValueError(f"journal kind {kind!r} is not declared")
    entry = Entry(
        stream_id=stream,
        kind=kind,
        actor=actor,
        # What PostgreSQL gives back is what was hashed: no datetimes, no lazy strings, no NUL characters.
        data=json.loads(json.dumps(dict(data or {}), cls=DjangoJSONEncoder).replace("\\u0000", "")),
        path=path,
        audience=sorted({person.pk for person in audience if person.is_active and person != actor}),
        urgency=urgency,
        alert_of=alert_of,
    )
    waiting = _together.get()
    if waiting is None:
        _append([entry])
    else:
        waiting.append(entry)
    return entry


_together: ContextVar[list[Entry] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write what is recorded while the block lasts when it ends, with the same few queries for all of it.

    Only then do the entries have a number and a key. For whoever records many at once inside one transaction.
    """
    waiting: list[Entry] = []
    before = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(before)
    if waiting:
        _append(waiting)


def _append(entries: list[Entry]) -> None:
    """Number and chain the entries in the order given, and store them."""
    heads = _lock_streams({entry.stream_id for entry in entries})
    for entry in entries:
        head = heads[entry.stream_id]
        entry.seq, entry.at, entry.prev_hash = head.last_seq + 1, head.database_now, head.last_hash  # type: ignore[attr-defined]
        entry.hash = entry.computed_hash()
        head.last_seq, head.last_hash = entry.seq, entry.hash
        transaction.on_commit(partial(hints.publish, entry.stream_id, entry.kind), robust=True)
    Entry.objects.bulk_create(entries)
    Stream.objects.bulk_create(
        heads.values(),
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last_seq", "last_hash"],
    )
    entries_recorded.send(sender=Entry, entries=entries)


def _lock_streams(names: set[str]) -> dict[str, Stream]:
    """The streams by name, locked in one order for everybody; a new one begins here."""
    rows = Stream.objects.select_for_update().filter(pk__in=names).order_by("pk").annotate(database_now=Now())
    heads: dict[str, Stream] = {head.name: head for head in rows}
    if missing := names - heads.keys():
        Stream.objects.bulk_create([Stream(name=name) for name in sorted(missing)], ignore_conflicts=True)
        heads |= {head.name: head for head in rows.filter(pk__in=missing)}
    return heads


def supersede(*, entry_ids: Iterable[int], person: User | None = None) -> None:
    """What these entries asked of people (or of `person` alone) is no longer needed.

    Alerts that have not gone out yet are stopped.
    """
    entries_superseded.send(sender=Entry, entry_ids=list(entry_ids), person=person)
