"""Fires what is due. Any number of workers and watchdogs may run this at once; there is no leader.

A deadline fires exactly once: the subject's row is locked first (the same order as in every action, so neither
deadlock nor a shot after an acknowledgement is possible), then a guarded update decides who wins. Nothing in
here touches the network.
"""

from __future__ import annotations

import logging
import random
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from escalations import purposes
from escalations.engine_alerts import alert_administrators
from escalations.engine_hold import DatabaseClock, must_wait, reset_heartbeats
from escalations.missed import record_exhausted, record_missed
from escalations.models import Deadline, Heartbeat
from escalations.purposes import Purpose
from journal.actions import together
from journal.models import Entry
from notifications.actions import alert

logger = logging.getLogger(__name__)

BATCH = 25  # in one transaction: whoever acts on one of their subjects waits for all of them
SPREAD = 4  # batches: among so many of the oldest each worker chooses its own
LONGEST_BACKOFF_SECONDS = 60
ALERT_AFTER_FAILURES = 3
ALERT_AFTER_LOCKED_SECONDS = 30

database_clock = DatabaseClock()


def fire(deadline_id: int) -> bool:
    """Fire one deadline; False when it is not due any more or its subject is locked by somebody who is acting."""
    return bool(_fire_together(list(Deadline.objects.filter(pk=deadline_id))))


@transaction.atomic(durable=True)
def _fire_together(batch: list[Deadline]) -> set[int]:
    """Fire these in one transaction, all or none; returns which did, the others are not due or not to be had."""
    fired: list[Deadline] = []
    upcoming: list[Deadline] = []
    missed: list[Entry] = []
    exhausted: list[Entry] = []
    with together():
        for purpose, subject, due in _lock_due(batch):
            missed.append(record_missed(purpose, subject, due))
            fired.append(due)
            if following := _following(due):
                upcoming.append(following)
            else:
                exhausted.append(record_exhausted(purpose, subject, due))
    _mark_fired(fired, missed)
    Deadline.objects.bulk_create(upcoming)
    alert(missed + exhausted)
    return {due.pk for due in fired}


# Django's bulk_update writes a CASE for every row: that alone would cost an eighth of the speed of firing.
MARK_FIRED = """
    UPDATE escalations_deadline deadline SET state = 'fired', fired_at = statement_timestamp(), entry_id = missed.entry
    FROM unnest(%s::bigint[], %s::bigint[]) AS missed (deadline, entry)
    WHERE deadline.id = missed.deadline AND deadline.state = 'armed'
"""


def _mark_fired(fired: list[Deadline], entries: list[Entry]) -> None:
    """Guarded once more by state: of two that ever came this far, one writes nothing."""
    ids = [due.pk for due in fired]
    with connection.cursor() as cursor:
        cursor.execute(MARK_FIRED, [ids, [entry.pk for entry in entries]])
        if cursor.rowcount != len(fired):
            raise RuntimeError(f"one of the deadlines {ids} fired twice")


def _lock_due(batch: list[Deadline]) -> Iterator[tuple[Purpose, Any, Deadline]]:
    """Lock the subjects first, as every action does, then the deadlines that are still due, oldest first.

    They carry the database's time as `database_now`.
    """
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for deadline in batch:
        wanted[deadline.purpose].add(deadline.object_id)
    subjects = {code: _lock_free(purposes.get(code), pks) for code, pks in wanted.items()}
    locked = [row.pk for row in batch if row.object_id in subjects[row.purpose]]
    rows = Deadline.objects.due().filter(pk__in=locked).select_for_update(of=("self",))
    for row in rows.select_related("content_type", "acknowledged_by").annotate(database_now=Now()):
        yield purposes.get(row.purpose), subjects[row.purpose][row.object_id], row


def _lock_free(purpose: Purpose, pks: set[int]) -> dict[int, Any]:
    return purpose.scope.lock(purpose.model, pks, skip_locked=True)


def _following(fired: Deadline) -> Deadline | None:
    """What follows; None after the last step. Repeats that an outage has swallowed are not made up for."""
    following = fired.following
    while following:
        step, repeat, due_at = following
        upcoming = fired.successor(step=step, repeat=repeat, due_at=due_at)
        if not repeat or due_at > fired.database_now:  # type: ignore[attr-defined]
            return upcoming
        following = upcoming.following
    return None


def _note_failure(deadline_id: int, failure: Exception) -> None:
    """Put a deadline that cannot fire back for a while, so that it holds up no other."""
    logger.exception("deadline %s could not fire", deadline_id)
    with transaction.atomic():
        deadline = Deadline.objects.select_for_update().get(pk=deadline_id)
        deadline.failures += 1
        deadline.last_error = type(failure).__name__
        wait = min(2**deadline.failures, LONGEST_BACKOFF_SECONDS)
        deadline.next_try_at = Now() + timedelta(seconds=wait)
        deadline.save(update_fields=["failures", "next_try_at", "last_error"])
        if deadline.failures == ALERT_AFTER_FAILURES:
            alert_administrators(
                "engine.deadline_failed",
                deadline=deadline.pk,
                purpose=deadline.purpose,
                error=deadline.last_error,
            )


# Deadlines whose subject somebody holds locked, and since when (by CLOCK_MONOTONIC) this process has seen so.
_locked_since: dict[int, float] = {}


def _watch_locked(skipped: set[int]) -> None:
    """Somebody who acts holds a lock for moments; one that stays keeps a deadline from firing, which must be known."""
    now = time.monotonic()
    due = {deadline.pk: deadline for deadline in Deadline.objects.due().filter(pk__in=skipped)}
    for settled in _locked_since.keys() - due.keys():
        del _locked_since[settled]
    for pk, deadline in due.items():
        seconds = now - _locked_since.setdefault(pk, now)
        if seconds > ALERT_AFTER_LOCKED_SECONDS:
            alert_administrators(
                "engine.deadline_locked",
                once=Q(data__deadline=pk),
                deadline=pk,
                purpose=deadline.purpose,
                seconds=round(seconds),
            )


def may_act() -> bool:
    """Whether anything may fire or be sent just now: looks at the database clock, and for a hold."""
    if database_clock.watch():
        reset_heartbeats()
    return not must_wait()


def tick(process: str = "engine", *, seconds: float = 20) -> int:
    """Fire everything that is due, at most for `seconds`, and leave a heartbeat; returns how many fired.

    Nothing fires while a hold is open. Raises OperationalError or InterfaceError when the database is gone: the
    caller drops the connection and waits.
    """
    total, clean, until = 0, True, time.monotonic() + seconds
    skipped: set[int] = set()
    while may_act() and time.monotonic() < until:
        batch = _choose(skipped)
        if not batch:
            break
        fired, failed = _fire_batch(batch)
        total += len(fired)
        clean = clean and not failed
        skipped |= {deadline.pk for deadline in batch} - fired
    _watch_locked(skipped)
    beat(process, clean=clean)
    return total


def _choose(skipped: set[int]) -> list[Deadline]:
    """Some of the oldest that are due. At random, because other workers choose at the same moment."""
    oldest = Deadline.objects.due().exclude(pk__in=skipped).values_list("pk", flat=True)[: BATCH * SPREAD]
    some = random.sample(list(oldest), min(BATCH, len(oldest)))
    return list(Deadline.objects.filter(pk__in=some))


def _fire_batch(batch: list[Deadline]) -> tuple[set[int], bool]:
    """Fire what can fire together; by itself what cannot, so that one that fails takes no other with it.

    Returns which have fired, and whether any failed.
    """
    fired, failed = set[int](), False
    alone = [row for row in batch if _stands_alone(row)]
    groups = deque([[row for row in batch if row not in alone], *([row] for row in alone)])
    while groups:
        group = groups.popleft()
        try:
            fired |= _fire_together(group)
        except Exception as failure:
            if isinstance(failure, OperationalError | InterfaceError) and not connection.is_usable():
                raise
            if len(group) > 1:
                logger.warning("%s deadlines could not fire together: each fires by itself", len(group))
                groups.extend([row] for row in group)
            else:
                failed = True
                _note_failure(group[0].pk, failure)
    return fired, failed


def _stands_alone(deadline: Deadline) -> bool:
    """Does firing it change the subject itself, on which others of the batch may hang? Or is there no telling?"""
    try:
        return deadline.is_lapse or (deadline.current_step["raise_level"] and not deadline.repeat)
    except (LookupError, TypeError):
        return True


def oldest_due_seconds() -> float:
    """For how long the oldest armed deadline has been due, in seconds; 0 when none is."""
    overdue = Deadline.objects.armed().filter(due_at__lte=Now()).order_by("due_at")
    age = overdue.annotate(age=Now() - F("due_at")).values_list("age", flat=True).first()
    return age.total_seconds() if age else 0


def beat(process: str, *, clean: bool) -> None:
    """Write the heartbeat of `process` with the database's time."""
    values = {"last_tick_at": Now(), "oldest_due_seconds": oldest_due_seconds()}
    if clean:
        values["last_clean_tick_at"] = Now()
    Heartbeat.objects.update_or_create(process=process, defaults=values)
