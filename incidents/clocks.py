"""Every clock of an incident and of what hangs on it: which of them should run as things stand.

They all stop here when an incident stands down or is dismissed, start again here when it is reopened, and follow
its level here. All functions expect the incident locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise

from common.levels import Level
from escalations.actions import Start, arm_many, stop_all
from escalations.models import Deadline, DeadlineQuerySet, DeadlineState, Policy
from incidents.models import Incident
from people.models import User

ACKNOWLEDGE = "incident.acknowledge"
HOLDING_STATEMENT = "incident.holding_statement"
NEXT_UPDATE = "update.promised"
SITREP = "incident.sitrep"
ROLE_VACANT = "role.vacant"
ROLE_UNACCEPTED = "role.unaccepted"
TASK_AGEING = "task.ageing"
STAKEHOLDER_NOTICE = "stakeholder.notice"
# Nobody has scored a fresh incident; "in doubt choose higher" sets its first clocks.
LEVEL_BEFORE_TRIAGE = Level.L2


def _nobody(_subject: Any) -> list[str]:
    return []


def _nobody_asked(_subject: Any) -> list[int]:
    return []


def _no_facts(_subject: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Clock:
    """One purpose, and the rows of an incident (or the incident itself) that should have its clock running."""

    purpose: str
    label: str | Promise
    model: type[Model]
    # Asked of an open incident only.
    wanted: Callable[[Incident], Mapping[Any, Start]]
    # How the entry about the missed target reads; it may name whatever `facts` returns.
    missed: str = "deadline.missed"
    # Whose business this one is, by the policy's codes: told at every step, besides those whom the step names.
    responsible: Callable[[Any], list[str]] = _nobody
    # Whom the sentence is about: asked already, and told only when nobody else is left.
    about: Callable[[Any], list[int]] = _nobody_asked
    facts: Callable[[Any], dict[str, Any]] = _no_facts
    follows: str | Promise = ""  # what keeps an acknowledgement from lapsing; empty: that it is settled
    anchor: str = ""  # where in the room it is settled
    acknowledge: Callable[[Any, User], object] | None = None

    def of(self, incident: Incident) -> DeadlineQuerySet:
        """All deadlines of this purpose in `incident`."""
        return _under(self.model, incident).filter(purpose=self.purpose)


_clocks: dict[str, Clock] = {}


def add(clock: Clock) -> None:
    _clocks[clock.purpose] = clock


def get(purpose: str) -> Clock:
    """Raises KeyError for a purpose that is none of an incident's clocks."""
    return _clocks[purpose]


def level_of(incident: Incident) -> int:
    return incident.level or LEVEL_BEFORE_TRIAGE


def deadlines_under(incident: Incident) -> DeadlineQuerySet:
    """Every deadline of the incident and of what hangs on it."""
    models = {clock.model for clock in _clocks.values()}
    return reduce(or_, (_under(model, incident) for model in models))


def _under(model: type[Model], incident: Incident) -> DeadlineQuerySet:
    if model is Incident:
        return Deadline.objects.of(incident)
    return Deadline.objects.of_any(
        model, model._default_manager.filter(incident=incident).order_by().values("pk")
    )


def restart(incident: Incident, purpose: str) -> None:
    """Start the clock anew: what it asked for has just been done, and will be due again."""
    clock = get(purpose)
    arm_many(starts=clock.wanted(incident), purpose=purpose, level=level_of(incident))


def keep(incident: Incident, *purposes: str) -> None:
    """Start what should run and does not, stop what runs and should not; what runs rightly is left alone."""
    for purpose in purposes:
        clock = get(purpose)
        wanted = clock.wanted(incident) if incident.is_open else {}
        running = clock.of(incident).unsettled()
        ids = set(running.values_list("object_id", flat=True))
        stop_all(running.exclude(object_id__in=[subject.pk for subject in wanted]))
        missing = {subject: start for subject, start in wanted.items() if subject.pk not in ids}
        arm_many(starts=missing, purpose=purpose, level=level_of(incident))


def stop_everything(incident: Incident) -> None:
    """The incident is over: nothing of it alarms anybody any more."""
    stop_all(deadlines_under(incident))


def resume(incident: Incident) -> None:
    """The incident is open again: what is still to be done has its whole target from now, or the time it was given.

    A given time that passed meanwhile asks nobody for the impossible: the policy's target counts instead.
    """
    now = timezone.now()
    for clock in _clocks.values():
        starts = {
            subject: Start(now, start.due_at if start.due_at and start.due_at > now else None)
            for subject, start in clock.wanted(incident).items()
        }
        arm_many(starts=starts, purpose=clock.purpose, level=level_of(incident))


def follow_level(incident: Incident, before: int | None, *, firing: Deadline | None = None) -> None:
    """The level changed: clocks get its targets, counted from when they began; a rise puts no alarm off.

    A lower level leaves alone what somebody has taken on, and what is missed by its measure too. `firing` is the
    deadline with which the engine is busy.
    """
    level, rises = level_of(incident), level_of(incident) < (before or LEVEL_BEFORE_TRIAGE)
    for clock in _clocks.values():
        wanted, policy = clock.wanted(incident), Policy.objects.find(clock.purpose, level)
        unsettled = clock.of(incident).unsettled().exclude(pk__in=[firing.pk] if firing else [])
        stop_all(unsettled.exclude(object_id__in=[subject.pk for subject in wanted]))
        running = {row.object_id: row for row in unsettled.order_by("generation", "step")}
        starts = {}
        for subject, start in wanted.items():
            row = running.get(subject.pk)
            if firing and (firing.purpose, firing.object_id) == (clock.purpose, subject.pk):
                continue
            if row and not row.is_lapse:
                start = _as_begun(start, row.armed_at)
            if row and rises:
                start = start._replace(latest=row.target_at)
                if not _alarms_sooner(row, start, policy):
                    starts[subject] = start
            elif not (row and policy and (row.is_lapse or _is_missed_anyway(row, start, policy))):
                starts[subject] = start
        arm_many(starts=starts, purpose=clock.purpose, level=level)


def _as_begun(start: Start, armed_at: datetime) -> Start:
    """A clock that was started again after a reopening counts from there, and not to a time that had passed then."""
    return Start(armed_at, start.due_at if start.due_at and start.due_at > armed_at else None)


def _alarms_sooner(row: Deadline, start: Start, policy: Policy | None) -> bool:
    """Would the clock as it runs alarm before one by the new level's policy?"""
    return row.state == DeadlineState.ARMED and (policy is None or row.due_at < start.first_alarm(policy))


def _is_missed_anyway(row: Deadline, start: Start, policy: Policy) -> bool:
    return row.target_at <= timezone.now() and start.target(policy) <= timezone.now()
