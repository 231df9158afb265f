"""Starting, stopping and missing a clock. All of them expect the subject's row to be locked by the caller."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Max
from django.db.models.functions import Now

from escalations.models import Deadline, DeadlineState, Policy
from journal.actions import supersede
from journal.wake import wake


def arm(
    *, subject: models.Model, purpose: str, level: int, since: datetime, minutes: int | None = None
) -> Deadline | None:
    """Start (or start again) the clock of `purpose` for a locked subject, counting from `since`.

    A clock that was already running stops first: only the new one can fire. `minutes` replaces the policy's target
    for a time that somebody promised. Returns None when the level has no such target.
    """
    policy = Policy.objects.prefetch_related("steps").filter(purpose=purpose, level=level).first()
    stop(subject=subject, purpose=purpose)
    if policy is None:
        return None
    if minutes is not None:
        policy.minutes = minutes
    steps = policy.frozen_steps()
    if not steps:
        return None
    earlier = Deadline.objects.of(subject).filter(purpose=purpose).aggregate(last=Max("generation"))["last"]
    deadline = Deadline.objects.create(
        content_type=ContentType.objects.get_for_model(subject),
        object_id=subject.pk,
        purpose=purpose,
        level=level,
        generation=(earlier or 0) + 1,
        steps=steps,
        armed_at=since,
        due_at=since + timedelta(seconds=steps[0]["after_seconds"]),
    )
    transaction.on_commit(partial(wake, "escalations.tasks.fire_due"), robust=True)
    return deadline


def stop(*, subject: models.Model, purpose: str | None = None) -> int:
    """Stop the subject's clocks (one purpose, or all of them) and withdraw alerts that have not gone out.

    Returns how many clocks were running. Under the subject's lock nothing can fire between this and the commit.
    """
    deadlines = Deadline.objects.of(subject)
    if purpose:
        deadlines = deadlines.filter(purpose=purpose)
    stopped = deadlines.armed().update(state=DeadlineState.CANCELLED, cancelled_at=Now())
    supersede(entry_ids=deadlines.filter(entry__isnull=False).values_list("entry_id", flat=True))
    return stopped
