"""Starting, stopping and acknowledging deadlines. All but `acknowledge_deadline` expect the subject locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.hints import wake
from escalations import missed, purposes
from escalations.models import Acknowledgement, Deadline, DeadlineQuerySet, DeadlineState, Policy, Start
from journal.actions import supersede
from people.models import User


def arm(
    *, subject: models.Model, purpose: str, level: int, since: datetime, due_at: datetime | None = None
) -> Deadline | None:
    """Start (or start again) the deadline of `purpose` for a locked subject, counting from `since`.

    One that was already running stops first: only the new one can fire. `due_at` replaces the policy's target
    for a time that somebody promised; later steps follow it at the policy's distances. Returns None when the level
    has no such target.
    """
    armed = arm_many(starts={subject: Start(since, due_at)}, purpose=purpose, level=level)
    return armed[0] if armed else None


def arm_many(*, starts: Mapping[Any, Start], purpose: str, level: int) -> list[Deadline]:
    """The same for many locked subjects of one model, in a fixed number of queries."""
    if not starts:
        return []
    ids = [subject.pk for subject in starts]
    earlier = Deadline.objects.of_any(type(next(iter(starts))), ids).filter(purpose=purpose)
    stop_all(earlier)
    policy = Policy.objects.find(purpose, level)
    if policy is None:
        return []
    stream_of = purposes.get(purpose).scope.stream_of
    generations = dict(earlier.order_by().values_list("object_id").annotate(last=Max("generation")))
    steps = policy.frozen_steps()
    armed = []
    for subject, start in starts.items():
        deadline = Deadline(
            content_type=ContentType.objects.get_for_model(subject),
            object_id=subject.pk,
            stream=stream_of(subject),
            purpose=purpose,
            level=level,
            generation=generations.get(subject.pk, 0) + 1,
            steps=steps,
            lapse_seconds=policy.lapse_seconds,
            armed_at=start.since,
            target_at=start.target(policy),
            due_at=start.first_alert(policy),
        )
        armed.append(deadline)
    Deadline.objects.bulk_create(armed)
    transaction.on_commit(partial(wake, "escalations.tasks.fire_due"), robust=True)
    return armed


def stop(*, subject: models.Model, purpose: str | None = None) -> int:
    """Stop the subject's deadlines (one purpose, or all of them) and withdraw alerts that have not gone out.

    Returns how many were running. Under the subject's lock nothing can fire between this and the commit.
    """
    deadlines = Deadline.objects.of(subject)
    if purpose:
        deadlines = deadlines.filter(purpose=purpose)
    return stop_all(deadlines)


def stop_all(deadlines: DeadlineQuerySet) -> int:
    """Stop all of `deadlines`, as `stop` does; their subjects are locked."""
    unsettled = list(deadlines.unsettled().values_list("pk", "entry_id"))
    if not unsettled:  # mostly: whatever starts a deadline stops its earlier ones
        return 0
    rows = Deadline.objects.filter(pk__in=[pk for pk, _entry in unsettled])
    entry_ids = [entry for _pk, entry in unsettled if entry]
    rows.missed().update(settled_at=Now())
    stopped = rows.armed().update(state=DeadlineState.CANCELLED, settled_at=Now())
    if entry_ids:
        supersede(entry_ids=entry_ids)
    return stopped


def acknowledge(*, subject: models.Model, purpose: str, actor: User) -> list[User]:
    """`actor` is acting on it: this deadline alerts nobody any more, unless nothing follows within its lapse time.

    Where a step says that everybody must acknowledge, it runs on until the last of those alerted has; they are
    returned. Raises ActionRefused when there is nothing to acknowledge.
    """
    last = (
        Deadline.objects.of(subject)
        .filter(purpose=purpose)
        .order_by("-generation", "-step", "-repeat")
        .first()
    )
    if last is None or last.settled_at:
        raise ActionRefused(_("There is nothing to acknowledge any more: this has been settled."))
    if last.is_lapse and last.state == DeadlineState.ARMED:
        raise ActionRefused(_("%(person)s has acknowledged this already.") % {"person": last.acknowledged_by})
    generation = Deadline.objects.of(subject).filter(purpose=purpose, generation=last.generation)
    fired = generation.filter(state=DeadlineState.FIRED).select_related("entry").order_by("-step", "-repeat")
    Acknowledgement.objects.get_or_create(
        content_type=last.content_type,
        object_id=last.object_id,
        purpose=purpose,
        generation=last.generation,
        person=actor,
        defaults={"at": Now()},
    )
    if waiting := _still_waiting(subject, fired[0] if fired else None):
        supersede(entry_ids=[row.entry_id for row in fired if row.entry_id], person=actor)
        return waiting
    stop_all(generation)
    _arm_lapse(last, actor)
    return []


def _still_waiting(subject: models.Model, fired: Deadline | None) -> list[User]:
    """Those of the last alert who must still acknowledge it; whoever may not (any more) is not waited for."""
    if fired is None or fired.entry is None or not fired.current_step["everyone"]:
        return []
    missing = set(fired.entry.audience) - {person.pk for person in missed.acknowledged(fired)}
    may = purposes.get(fired.purpose).may_acknowledge
    people = User.objects.filter(pk__in=missing, is_active=True)
    return [person for person in people if may(person, subject)]


def _arm_lapse(last: Deadline, actor: User) -> None:
    now = Deadline.objects.filter(pk=last.pk).values_list(Now(), flat=True).get()
    lapses_at = now + timedelta(seconds=last.lapse_seconds)
    last.successor(
        generation=last.generation + 1,
        step=last.step,
        armed_at=now,
        # Who acknowledges early has the whole target all the same.
        due_at=max(lapses_at, last.target_at),
        acknowledged_by=actor,
        acknowledged_at=now,
    ).save(force_insert=True)


def settle_lapses(*, streams: Iterable[str], purpose: str) -> None:
    """Something followed the acknowledgements of this purpose in these streams: they do not lapse any more."""
    running = Deadline.objects.armed().filter(
        stream__in=streams, purpose=purpose, acknowledged_at__isnull=False
    )
    running.update(state=DeadlineState.CANCELLED, settled_at=Now())


@transaction.atomic
def acknowledge_deadline(*, deadline: Deadline, actor: User) -> list[User]:
    """Acknowledge what `deadline` belongs to; returns those who must still do so as well.

    Raises NotAllowed for whoever may not act on the subject, ActionRefused when it is settled or acknowledged already.
    """
    purpose = purposes.get(deadline.purpose)
    subject = purpose.lock(deadline.object_id)
    if subject is None or not actor.is_active or not purpose.may_acknowledge(actor, subject):
        raise NotAllowed(_("Your role does not allow this. Ask the crisis lead or an administrator."))
    if purpose.acknowledge:
        purpose.acknowledge(subject, actor)
        return []
    alerted = missed.alerted_so_far(deadline)
    waiting = acknowledge(subject=subject, purpose=deadline.purpose, actor=actor)
    purpose.record(
        subject,
        "deadline.acknowledged_by_one" if waiting else "deadline.acknowledged",
        actor,
        audience=alerted,
        purpose=deadline.purpose,
        waiting=", ".join(str(person) for person in waiting),
    )
    return waiting
