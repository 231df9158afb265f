"""Fires what is due. Any number of workers and watchdogs may run this at once; there is no leader.

A deadline fires exactly once: the subject's row is locked first (the same order as in every action, so neither
deadlock nor a shot after an acknowledgement is possible), then a guarded update decides who wins. Nothing in
here touches the network.
"""

from __future__ import annotations

import logging
import random
import sys
import time
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from escalations import alerts, purposes
from escalations.alarms import alarm
from escalations.clock import Clock
from escalations.holds import must_wait, take_heartbeats_anew
from escalations.models import Deadline, DeadlineState, Heartbeat
from escalations.purposes import Purpose
from journal.actions import together
from journal.models import Entry, Urgency

logger = logging.getLogger(__name__)

BATCH = 25  # in one transaction: whoever acts on one of their subjects waits for all of them
SPREAD = 4  # batches: among so many of the oldest each worker chooses its own
LONGEST_BACKOFF_SECONDS = 60
ALARM_AFTER_FAILURES = 3
ALARM_AFTER_LOCKED_SECONDS = 30

clock = Clock()


def fire(deadline_id: int) -> bool:
    """Fire one deadline; False when it is not due any more or its subject is locked by somebody who is acting."""
    return bool(_fire_together([deadline_id]))


@transaction.atomic(durable=True)
def _fire_together(deadline_ids: list[int]) -> list[int]:
    """Fire these in one transaction, all or none; returns which did, the others are not due or not to be had.

    Each subject is locked, and looked at, when its turn comes; what is written for all of them is written at once.
    """
    fired: list[Deadline] = []
    upcoming: list[Deadline] = []
    entries: list[Entry] = []
    with together():
        for pk, code, object_id in (
            Deadline.objects.due().filter(pk__in=deadline_ids).values_list("pk", "purpose", "object_id")
        ):
            purpose = purposes.get(code)
            subject = purpose.lock(object_id, skip_locked=True)
            due = _lock_due(pk) if subject is not None else None
            if due is None:
                continue
            entries.append(purpose.on_missed(subject, due))
            fired.append(due)
            if following := _following(due):
                upcoming.append(following)
            else:
                _say_that_nobody_else_is_told(purpose, subject, due)
    for due, entry in zip(fired, entries, strict=True):
        due.state, due.fired_at, due.entry = DeadlineState.FIRED, Now(), entry
    # Guarded once more by state: of two that ever came this far, one writes nothing.
    if Deadline.objects.armed().bulk_update(fired, ["state", "fired_at", "entry"]) != len(fired):
        raise RuntimeError(f"one of the deadlines {deadline_ids} fired twice")
    Deadline.objects.bulk_create(upcoming)
    return [due.pk for due in fired]


def _lock_due(deadline_id: int) -> Deadline | None:
    """The deadline, locked, with the database's time as `clock`, if it is still due."""
    rows = Deadline.objects.due().filter(pk=deadline_id).select_for_update(of=("self",))
    return rows.select_related("content_type", "acknowledged_by").annotate(clock=Now()).first()


def _following(fired: Deadline) -> Deadline | None:
    """What follows; None after the last step. Repeats that an outage has swallowed are not made up for."""
    following = fired.following
    while following:
        step, repeat, due_at = following
        upcoming = Deadline(
            content_type=fired.content_type,
            object_id=fired.object_id,
            purpose=fired.purpose,
            level=fired.level,
            generation=fired.generation,
            step=step,
            repeat=repeat,
            steps=fired.steps,
            lapse_seconds=fired.lapse_seconds,
            armed_at=fired.armed_at,
            target_at=fired.target_at,
            due_at=due_at,
        )
        if not repeat or due_at > fired.clock:  # type: ignore[attr-defined]
            return upcoming
        following = upcoming.following
    return None


def _say_that_nobody_else_is_told(purpose: Purpose, subject: Any, deadline: Deadline) -> None:
    told = purpose.recipients(subject, ["administrators"])
    purpose.note(
        subject,
        "deadline.exhausted",
        None,
        audience=told,
        urgency=Urgency.SOON if purpose.can_wait else Urgency.NOW,
        **alerts.facts(deadline, told),
    )


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
        if deadline.failures == ALARM_AFTER_FAILURES:
            alarm(
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
        if seconds > ALARM_AFTER_LOCKED_SECONDS:
            alarm(
                "engine.deadline_locked",
                once=Q(data__deadline=pk),
                deadline=pk,
                purpose=deadline.purpose,
                seconds=round(seconds),
            )


def may_act() -> bool:
    """Whether anything may fire or be sent just now: looks at the clock, and for a hold."""
    if clock.watch():
        take_heartbeats_anew()
    return not must_wait()


def tick(process: str = "engine", *, seconds: float = 20) -> int:
    """Fire everything that is due, at most for `seconds`, and leave a heartbeat; returns how many fired.

    Nothing fires while a hold is open. Raises OperationalError or InterfaceError when the database is gone: the
    caller drops the connection and waits.
    """
    total, clean, until = 0, True, time.monotonic() + seconds
    skipped: set[int] = set()
    while may_act() and time.monotonic() < until:
        oldest = Deadline.objects.due().exclude(pk__in=skipped).values_list("pk", flat=True)[: BATCH * SPREAD]
        # Workers that begin at the same moment do not all want the same ones.
        ids = random.sample(list(oldest), min(BATCH, len(oldest)))
        if not ids:
            break
        fired, failed = _fire_batch(ids)
        total += len(fired)
        clean = clean and not failed
        skipped |= {*ids} - {*fired}
    _watch_locked(skipped)
    beat(process, clean=clean)
    return total


def _fire_batch(ids: list[int]) -> tuple[list[int], bool]:
    """Fire them together, or one by one when that does not work, so that one that fails takes no other with it.

    Returns which have fired, and whether any could not.
    """
    try:
        return _fire_together(ids), False
    except Exception:
        _raise_if_database_is_gone()
        logger.warning("these could not fire together, so each fires by itself: %s", ids, exc_info=True)
    fired, failed = [], False
    for deadline_id in ids:
        try:
            if fire(deadline_id):
                fired.append(deadline_id)
        except Exception as failure:  # noqa: BLE001 - one bad row must not stop the others
            _raise_if_database_is_gone()
            failed = True
            _note_failure(deadline_id, failure)
    return fired, failed


def _raise_if_database_is_gone() -> None:
    """Raise the error that is being handled when it is not about a row but about the connection."""
    if isinstance(sys.exception(), OperationalError | InterfaceError) and not connection.is_usable():
        raise


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
