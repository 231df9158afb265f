"""The engine was away for long and something is due, as after a restored backup: an administrator decides.

What is due may have been fired already by the engine of which the backup was taken. But silence is worse than a
repeat, so a hold that nobody decides about ends by itself.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.hints import wake
from escalations.engine_alerts import alert_administrators
from escalations.models import Deadline, Heartbeat, Hold
from notifications.held_deliveries import hold_back, let_go
from people.models import CrisisRole, User, administrators, on_duty

SILENT_AFTER = timedelta(minutes=10)
TOLERATED_SECONDS = 5
# Every process sees the same jump, within seconds of each other.
SAME_JUMP = timedelta(minutes=1)
# Whoever fires deadlines: the workers, or the watchdog while they are silent. Others live on beside a dead engine.
FIRING = ("engine", "watchdog-firing")


def open_holds() -> QuerySet[Hold]:
    """The hold that is open, if there is one."""
    return Hold.objects.filter(ended_at__isnull=True)


def must_wait() -> bool:
    """Is there a hold? Opens one where it is called for, and ends one whose time is over."""
    # First whether all were silent: whoever opens a hold has the heartbeats count anew, so a hold that is opened
    # between the two questions is seen by the second.
    was_silent = _was_silent()
    hold = open_holds().annotate(is_over=Q(ends_at__lte=Now())).first()
    if hold is None:
        return was_silent and open_if_silent()
    if not hold.is_over:
        return True
    _end(None, "engine.hold_lapsed")
    return False


def _was_silent() -> bool:
    firing = Heartbeat.objects.filter(process__in=FIRING)
    return firing.exists() and not firing.filter(last_tick_at__gt=Now() - SILENT_AFTER).exists()


@transaction.atomic
def open_if_silent(*, tell: bool = True) -> bool:
    """Open a hold when nobody has fired for ten minutes and something is due; whether there is one now.

    The heartbeats are the lock, and count from here on: of several workers that start at once, one opens it.
    Without `tell` nobody is alerted: the one who opens it ends it.
    """
    firing = list(Heartbeat.objects.filter(process__in=FIRING).select_for_update().order_by("pk"))
    if open_holds().exists():
        return True
    due = Deadline.objects.due().count()
    if not due or not _was_silent():
        return False
    silent_since = max(heartbeat.last_tick_at for heartbeat in firing)
    hold = Hold.objects.create(
        silent_since=silent_since, ends_at=Now() + timedelta(minutes=settings.HOLD_MINUTES)
    )
    hold.refresh_from_db()
    reset_heartbeats()
    hold_back(until=hold.ends_at)
    alert_administrators(
        "engine.held",
        audience=[*administrators(), *on_duty(CrisisRole.CRISIS_LEAD)] if tell else [],
        silent_since=hold.silent_since,
        ends_at=hold.ends_at,
        due=due,
    )
    return True


def reset_heartbeats() -> None:
    """After a clock jump their age says nothing: whoever calls this has just looked after deadlines."""
    Heartbeat.objects.filter(process__in=FIRING).update(last_tick_at=Now())


def release(*, actor: User) -> None:
    """Let the engine go on. Raises NotAllowed for whoever is no administrator, ActionRefused when nothing is held."""
    if not actor.has_perm("people.administer"):
        raise NotAllowed(_("Only administrators decide about a hold."))
    if not _end(actor, "engine.released"):
        raise ActionRefused(_("The engine is not held: it has gone on already."))


def release_from_cli() -> bool:
    """What an operator at the machine says with `manage.py release_hold`, also before the engine has ticked.

    Returns whether there was anything to release.
    """
    open_if_silent(tell=False)
    return _end(None, "engine.released")


@transaction.atomic
def _end(actor: User | None, kind: str) -> bool:
    hold = open_holds().select_for_update().first()
    if hold is None:
        return False
    Hold.objects.filter(pk=hold.pk).update(ended_at=Now(), ended_by=actor)
    let_go(held_until=hold.ends_at)
    alert_administrators(kind, actor=actor)
    for task in ("escalations.tasks.fire_due", "notifications.tasks.deliver"):
        transaction.on_commit(partial(wake, task), robust=True)
    return True


class DatabaseClock:
    """Compares the database's clock with CLOCK_MONOTONIC, which nobody can set, from one look to the next."""

    def __init__(self) -> None:
        self.last: tuple[float, float, datetime] | None = None

    def jump(self) -> tuple[float, datetime]:
        """By how many seconds the database's clock went wrong since the last look (0: evenly), and what it shows.

        However long the question takes: what may be its delay is no jump.
        """
        before = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            (shown,) = cursor.fetchone()
        after = time.monotonic()
        last, self.last = self.last, (before, after, shown)
        if last is None:
            return 0, shown
        passed = (shown - last[2]).total_seconds()
        least, most = before - last[1], after - last[0]
        wrong = min(passed - least, 0) or max(passed - most, 0)
        return (wrong if abs(wrong) > TOLERATED_SECONDS else 0), shown

    def watch(self) -> bool:
        """Whether it jumped. Tells administrators, once for all processes; what is due fires all the same."""
        seconds, shown = self.jump()
        if seconds:
            known = Q(at__range=(shown - SAME_JUMP, shown + SAME_JUMP))
            alert_administrators("engine.clock_jumped", once=known, seconds=round(seconds))
        return bool(seconds)
