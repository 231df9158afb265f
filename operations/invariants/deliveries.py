"""I6 to I8: everybody is told, nothing goes out unrecorded, and a repeat is known as one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from notifications.models import Attempt, Delivery
from operations.invariants.outcome import Outcome, Scope, entries_of, listed, outcome

# The other end's time may lag by so much, and stamps whole seconds.
TIMES_DIFFER_BY = timedelta(seconds=2)

UNDELIVERED = """
    SELECT entry.stream_id, entry.seq, told.person
    FROM journal_entry entry CROSS JOIN LATERAL jsonb_array_elements_text(entry.audience) AS told (person)
    WHERE entry.at >= %s AND NOT EXISTS (
        SELECT 1 FROM notifications_delivery delivery
        WHERE delivery.entry_id = entry.id AND delivery.person_id = told.person::bigint
    )
    ORDER BY entry.id
"""


def everybody_has_a_delivery(scope: Scope) -> Outcome:
    """I6: every entry has its delivery rows: one at least for everybody whom it must reach."""
    with connection.cursor() as cursor:
        cursor.execute(UNDELIVERED, [scope.since or "-infinity"])
        rows = cursor.fetchall()
    telling = entries_of(scope).exclude(audience=[])
    return listed(
        {"entries": telling.count()}, (f"{stream} #{seq} for person {person}" for stream, seq, person in rows)
    )


def every_receipt_has_an_attempt(scope: Scope) -> Outcome:
    """I7: every receipt at the sink maps to an attempt row, one that had begun when it arrived.

    Without receipts: whoever counts an attempt has its row.
    """
    tried = _tried(scope)
    last = Attempt.objects.filter(delivery=OuterRef("pk"), number=OuterRef("attempt_count"))
    unrecorded = tried.exclude(Exists(last)).order_by("pk")
    if scope.receipts is None:
        return outcome({"tried": tried.count()}, unrecorded, name=_named)
    begun: dict[str, datetime] = {}
    for attempt in _attempts(scope):
        begun.setdefault(attempt.message_id, attempt.started_at)
    unknown = [
        f"receipt {receipt.message_id} at {receipt.at.isoformat()}"
        for receipt in scope.receipts
        if receipt.message_id not in begun or begun[receipt.message_id] > receipt.at + TIMES_DIFFER_BY
    ]
    return listed(
        {"tried": tried.count(), "receipts": len(scope.receipts)}, [*unknown, *map(_named, unrecorded)]
    )


def every_repeat_is_known(scope: Scope) -> Outcome:
    """I8: duplicate receipts => ambiguous count > 0.

    Without receipts: who tried again after a try of which nobody knows the end has counted it.
    """
    if scope.receipts is None:
        unended = Attempt.objects.filter(delivery=OuterRef("pk"), ended_at__isnull=True)
        again = _tried(scope).filter(attempt_count__gt=1)
        blind = again.filter(Exists(unended.filter(number__lt=OuterRef("attempt_count"))), ambiguous_count=0)
        return outcome({"tried again": again.count()}, blind.order_by("pk"), name=_named)
    arrived = Counter(receipt.message_id for receipt in scope.receipts)
    doubled = {message_id for message_id, times in arrived.items() if times > 1}
    on_purpose = Q(delivery__ambiguous_count__gt=0) | Q(delivery__retry_of__isnull=False)
    known = set(_attempts(scope).filter(on_purpose).values_list("message_id", flat=True))
    return listed(
        {"receipts": len(scope.receipts), "arrived twice": len(doubled)},
        (
            f"message {message_id} arrived {arrived[message_id]} times"
            for message_id in sorted(doubled - known)
        ),
    )


def _tried(scope: Scope) -> QuerySet[Delivery]:
    rows = Delivery.objects.outside().filter(attempt_count__gt=0)
    return rows.filter(entry__at__gte=scope.since) if scope.since else rows


def _attempts(scope: Scope) -> QuerySet[Attempt]:
    """The first one of each message first."""
    rows = Attempt.objects.order_by("started_at")
    return rows.filter(delivery__entry__at__gte=scope.since) if scope.since else rows


def _named(delivery: Delivery) -> str:
    return f"delivery {delivery.pk} ({delivery.dedup_key})"
