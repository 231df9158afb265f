"""Every deadline of an incident and of what hangs on it: which of them should run as things stand.

They all stop here when an incident stands down or is dismissed, start again here when it is reopened, and follow
its level here. All functions expect the incident locked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from common.levels import Level
from escalations import purposes
from escalations.actions import arm_many, stop_all
from escalations.models import Deadline, DeadlineQuerySet, DeadlineState, Policy, Start
from escalations.purposes import Purpose
from incidents.models import Incident

ACKNOWLEDGE = "incident.acknowledge"
HOLDING_STATEMENT = "incident.holding_statement"
NEXT_UPDATE = "update.promised"
SITREP = "incident.sitrep"
ROLE_VACANT = "role.vacant"
ROLE_UNACCEPTED = "role.unaccepted"
TASK_AGEING = "task.ageing"
STAKEHOLDER_NOTICE = "stakeholder.notice"
# Nobody has scored a fresh incident; "in doubt choose higher" sets its first targets.
LEVEL_BEFORE_TRIAGE = Level.L2


def level_of(incident: Incident) -> int:
    return incident.level or LEVEL_BEFORE_TRIAGE


def deadlines_under(incident: Incident) -> DeadlineQuerySet:
    """Every deadline of the incident and of what hangs on it, whether it runs or not."""
    return Deadline.objects.filter(stream=incident.stream)


def deadlines_ending_with(incident: Incident) -> DeadlineQuerySet:
    """Those of them that end when the incident does; what follows it, as its post-mortem, goes on."""
    return deadlines_under(incident).filter(purpose__in=[purpose.code for purpose in _kept()])


def _kept() -> list[Purpose]:
    """The purposes that stop and start with their incident."""
    return [purpose for purpose in purposes.every() if purpose.wanted]


def _wanted(purpose: Purpose, incident: Incident) -> dict[Any, Start]:
    return dict(purpose.wanted(incident)) if purpose.wanted else {}


def restart(incident: Incident, code: str) -> None:
    """Start a deadline anew: what it asked for has just been done, and will be due again."""
    arm_many(starts=_wanted(purposes.get(code), incident), purpose=code, level=level_of(incident))


def keep(incident: Incident, *codes: str) -> None:
    """Start what should run and does not, stop what runs and should not; what runs rightly is left alone."""
    for code in codes:
        purpose = purposes.get(code)
        wanted = _wanted(purpose, incident) if incident.is_open else {}
        running = purpose.deadlines_in(incident.stream).unsettled()
        ids = set(running.values_list("object_id", flat=True))
        stop_all(running.exclude(object_id__in=[subject.pk for subject in wanted]))
        missing = {subject: start for subject, start in wanted.items() if subject.pk not in ids}
        arm_many(starts=missing, purpose=code, level=level_of(incident))


def stop_everything(incident: Incident) -> None:
    """The incident is over: nothing of it alerts anybody any more."""
    stop_all(deadlines_ending_with(incident))


def resume(incident: Incident) -> None:
    """The incident is open again: what is still to be done has its whole target from now, or the time it was given.

    A given time that passed meanwhile asks nobody for the impossible: the policy's target counts instead.
    """
    now = timezone.now()
    for purpose in _kept():
        starts = {
            subject: Start(now, start.due_at if start.due_at and start.due_at > now else None)
            for subject, start in _wanted(purpose, incident).items()
        }
        arm_many(starts=starts, purpose=purpose.code, level=level_of(incident))


def follow_level(incident: Incident, before: int | None, *, firing: Deadline | None = None) -> None:
    """The level changed: deadlines get its targets, counted from when they began; a rise puts no alert off.

    A lower level leaves alone what somebody has acknowledged, and what is missed by its measure too. `firing` is the
    deadline with which the engine is busy.
    """
    for purpose in _kept():
        _follow_level(
            purpose, incident, rises=level_of(incident) < (before or LEVEL_BEFORE_TRIAGE), firing=firing
        )


def _follow_level(purpose: Purpose, incident: Incident, *, rises: bool, firing: Deadline | None) -> None:
    level, wanted = level_of(incident), _wanted(purpose, incident)
    unsettled = (
        purpose.deadlines_in(incident.stream).unsettled().exclude(pk__in=[firing.pk] if firing else [])
    )
    stop_all(unsettled.exclude(object_id__in=[subject.pk for subject in wanted]))
    if not wanted:
        return
    policy = Policy.objects.find(purpose.code, level)
    running = {row.object_id: row for row in unsettled.order_by("generation", "step")}
    starts = {}
    for subject, start in wanted.items():
        row = running.get(subject.pk)
        if firing and (firing.purpose, firing.object_id) == (purpose.code, subject.pk):
            continue
        if row and not row.is_lapse:
            start = _as_begun(start, row.armed_at)
        if row and rises:
            start = start._replace(latest=row.target_at)
            if not _alerts_sooner(row, start, policy):
                starts[subject] = start
        elif not (row and policy and (row.is_lapse or _is_missed_anyway(row, start, policy))):
            starts[subject] = start
    arm_many(starts=starts, purpose=purpose.code, level=level)


def _as_begun(start: Start, armed_at: datetime) -> Start:
    """What was started again after a reopening counts from there, and not to a time that had passed then."""
    return Start(armed_at, start.due_at if start.due_at and start.due_at > armed_at else None)


def _alerts_sooner(row: Deadline, start: Start, policy: Policy | None) -> bool:
    """Would the deadline as it runs alert before one by the new level's policy?"""
    return row.state == DeadlineState.ARMED and (policy is None or row.due_at < start.first_alert(policy))


def _is_missed_anyway(row: Deadline, start: Start, policy: Policy) -> bool:
    return row.target_at <= timezone.now() and start.target(policy) <= timezone.now()
