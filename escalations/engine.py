"""Fires what is due. Any number of workers and watchdogs may run this at once; there is no leader.

A deadline fires exactly once: the subject's row is locked first (the same order as in every action, so neither
deadlock nor a shot after an acknowledgement is possible), then a guarded update decides who wins. Nothing in
here touches the network.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
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
from journal.models import Urgency

logger = logging.getLogger(__name__)

BATCH = 50
LONGEST_BACKOFF_SECONDS = 60
ALARM_AFTER_FAILURES = 3
ALARM_AFTER_LOCKED_SECONDS = 30

clock = Clock()


def fire(deadline_id: int) -> bool:
    """Fire one deadline; False when it is not due any more or its subject is locked by somebody who is acting."""
    with transaction.atomic(durable=True):
        deadline = Deadline.objects.get(pk=deadline_id)
        purpose = purposes.get(deadline.purpose)
        subject = purpose.lock(deadline.object_id, skip_locked=True)
        if subject is None:
            return False
        due = (
            Deadline.objects.due()
            .filter(pk=deadline_id)
            .select_for_update(of=("self",))
            .select_related("content_type", "acknowledged_by")
            .annotate(clock=Now())
            .first()
        )
        if due is None:
            return False
        entry = purpose.on_missed(subject, due)
        # Guarded once more by state: of two that ever came this far, one writes nothing.
        if (
            not Deadline.objects.armed()
            .filter(pk=due.pk)
            .update(state=DeadlineState.FIRED, fired_at=Now(), entry=entry)
        ):
            raise RuntimeError(f"deadline {due.pk} fired twice")
        if not _arm_next(due, due.clock):
            _say_that_nobody_else_is_told(purpose, subject, due)
    return True


def _arm_next(fired: Deadline, now: datetime) -> bool:
    """Arm what follows; False after the last step. Repeats that an outage has swallowed are not made up for."""
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
        if not repeat or due_at > now:
            upcoming.save(force_insert=True)
            return True
        following = upcoming.following
    return False


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


def _watch_locked(skipped: list[int]) -> None:
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
    fired, clean, until = 0, True, time.monotonic() + seconds
    seen: set[int] = set()
    skipped: list[int] = []
    while may_act() and time.monotonic() < until:
        ids = list(Deadline.objects.due().exclude(pk__in=seen).values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        for deadline_id in ids:
            seen.add(deadline_id)
            try:
                if fire(deadline_id):
                    fired += 1
                else:
                    skipped.append(deadline_id)
            except Exception as failure:
                if isinstance(failure, OperationalError | InterfaceError) and not connection.is_usable():
                    raise
                clean = False
                _note_failure(deadline_id, failure)
    _watch_locked(skipped)
    beat(process, clean=clean)
    return fired


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
