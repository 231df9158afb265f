"""The one way into the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal

from journal import kinds, live
from journal.models import Entry, Stream, Urgency
from people.models import User

# Sent inside the transaction that wrote the entry: what hangs on it is stored with it or not at all.
entry_recorded = Signal()
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
) -> Entry:
    """Append one entry to `stream`, chain it, and tell `audience` (never the actor about their own action).

    Must run inside the transaction of the change that it records. The time is the database's, so that
    machines with different clocks agree on the order.

    Raises ValueError for a kind that no app declared, TransactionManagementError outside a transaction.
    """
    if not kinds.is_declared(kind):
        raise ValueError(f"journal kind {kind!r} is not declared")
    Stream.objects.bulk_create([Stream(name=stream)], ignore_conflicts=True)
    head = Stream.objects.select_for_update().annotate(clock=Now()).get(name=stream)
    entry = Entry(
        stream=head,
        seq=head.last_seq + 1,
        kind=kind,
        actor=actor,
        at=head.clock,
        # What PostgreSQL gives back is what was hashed: no datetimes, no lazy strings, no NUL characters.
        data=json.loads(json.dumps(dict(data or {}), cls=DjangoJSONEncoder).replace("\\u0000", "")),
        path=path,
        audience=sorted({person.pk for person in audience if person.is_active and person != actor}),
        urgency=urgency,
        prev_hash=head.last_hash,
    )
    entry.hash = entry.computed_hash()
    entry.save(force_insert=True)
    head.last_seq, head.last_hash = entry.seq, entry.hash
    head.save(update_fields=["last_seq", "last_hash"])
    entry_recorded.send(sender=Entry, entry=entry)
    transaction.on_commit(lambda: live.publish(stream, kind), robust=True)
    return entry


def supersede(*, entry_ids: Iterable[int], person: User | None = None) -> None:
    """What these entries asked of people (or of `person` alone) is no longer needed.

    Alerts that have not gone out yet are stopped.
    """
    entries_superseded.send(sender=Entry, entry_ids=list(entry_ids), person=person)
