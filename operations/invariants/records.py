"""I9 to I11: what is over stays over, nobody publishes alone, and the past is what it was."""

from __future__ import annotations

import pgtrigger
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from journal.models import FIRST_HASH, Stream
from journal.verification import Break, breaks, first_break
from notifications.models import Delivery, DeliveryState
from operations.invariants import heads
from operations.invariants.outcome import Outcome, Scope, listed, outcome
from operations.models import VerifiedHead
from responses.models import Approval, Publication, Response, Revision
from responses.models.response import PUBLIC_STATES
from responses.models.seal import Decision

# Entries re-computed before a run of every minute leaves the other streams to the next one: about two seconds.
MOST_RECOMPUTED = 20_000

DISABLED_TRIGGERS = """
    SELECT expected.relation, expected.name
    FROM unnest(%s::text[], %s::text[]) AS expected (relation, name)
    LEFT JOIN pg_trigger found ON found.tgname = expected.name AND found.tgrelid = to_regclass(expected.relation)
    WHERE found.tgenabled IS NULL OR found.tgenabled NOT IN ('O', 'A')
"""


def what_is_over_stays_over(scope: Scope) -> Outcome:
    """I9: terminal states never change.

    PostgreSQL triggers refuse such a change, so each must be there and enabled. What was turned back behind their
    back shows it: it carries the time of an end at which it does not stand.
    """
    triggers = [(model._meta.db_table, trigger.get_pgid(model)) for model, trigger in pgtrigger.registered()]
    with connection.cursor() as cursor:
        cursor.execute(
            DISABLED_TRIGGERS, [[table for table, _name in triggers], [name for _table, name in triggers]]
        )
        disabled = cursor.fetchall()
    unsent = Delivery.objects.filter(sent_at__isnull=False).exclude(state=DeliveryState.SENT).order_by("pk")
    if scope.since:
        unsent = unsent.filter(entry__at__gte=scope.since)
    unsaid = (
        Response.objects.filter(published_at__isnull=False).exclude(state__in=PUBLIC_STATES).order_by("pk")
    )
    return listed(
        {"triggers": len(triggers)},
        [
            *(f"trigger {name} of {table} is off" for table, name in disabled),
            *(f"delivery {row.pk} was sent, and is {row.state}" for row in unsent),
            *(f"response {row.pk} was published, and is {row.state}" for row in unsaid),
        ],
    )


def nobody_publishes_alone(scope: Scope) -> Outcome:
    """I10: no published statement without a distinct approver of the same content hash."""
    wrote = Revision.objects.filter(response=OuterRef("revision__response"), author=OuterRef("approver"))
    approved = (
        Approval.objects.filter(
            revision=OuterRef("revision"), content_hash=OuterRef("content_hash"), decision=Decision.APPROVED
        )
        .filter(Q(voided_at__isnull=True) | Q(voided_at__gt=OuterRef("recorded_at")))
        .exclude(Exists(wrote) | Q(approver=F("revision__response__author")))
    )
    alone = Publication.objects.exclude(Exists(approved), content_hash=F("revision__content_hash")).order_by(
        "pk"
    )
    return outcome(
        {"published": Publication.objects.count()},
        alone,
        name=lambda row: f"publication {row.pk} of response {row.response_id}",
    )


def the_past_is_what_it_was(scope: Scope) -> Outcome:
    """I11: the journal chain verifies against its exported head.

    Every minute what is new since the last time; without a beginning in `scope` every entry and every kept export.
    """
    exports = heads.files() if scope.since is None else heads.files()[-1:]
    cut = {problem for path in exports for problem in _contradictions(path)}
    found = breaks() if scope.since is None else _new_breaks()
    return listed(
        {"streams": Stream.objects.count(), "exports": len(exports)}, [*map(str, found), *sorted(cut)]
    )


def _contradictions(path: heads.Path) -> list[str]:
    try:
        export = heads.read(path)
    except heads.Forged as forged:
        return [str(forged)]
    return [f"{stream} #{seq}: is not what was exported" for stream, seq in heads.contradicted(export.heads)]


def _new_breaks() -> list[Break]:
    """Walk what was appended since each stream was last found whole. Where one breaks, it is looked at again."""
    found, whole, recomputed = [], [], 0
    as_verified = Q(last_seq=F("verified__seq"), last_hash=F("verified__hash"))
    grown = Stream.objects.select_related("verified").exclude(as_verified, verified__isnull=False)
    for stream in grown.order_by("name").iterator():
        verified = getattr(stream, "verified", None)
        seq, digest = (verified.seq, verified.hash) if verified else (0, FIRST_HASH)
        broken = first_break(stream, after_seq=seq, after_hash=digest)
        if broken:
            found.append(broken)
        else:
            whole.append(VerifiedHead(stream=stream, seq=stream.last_seq, hash=stream.last_hash))
        recomputed += stream.last_seq - seq
        if recomputed > MOST_RECOMPUTED:
            break
    VerifiedHead.objects.bulk_create(
        whole, update_conflicts=True, unique_fields=["stream"], update_fields=["seq", "hash"]
    )
    return found
