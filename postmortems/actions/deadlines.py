"""What can be forgotten after an incident: the review meeting, the approval, what somebody promised to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from common.times import end_of_day
from escalations import alerts
from escalations.actions import arm, stop
from escalations.models import Deadline
from incidents.actions.locking import lock_for_clock
from incidents.clocks import level_of
from incidents.recipients import people_for
from journal.models import Entry, Urgency
from people.models import User
from postmortems.actions.locking import note
from postmortems.models import ActionState, CorrectiveAction, PostMortem

APPROVAL = "postmortem.approval"
MEETING = "review.meeting"
ACTION_DUE = "action.due"


def recipients(post_mortem: PostMortem, tell: list[str]) -> list[User]:
    """The author, and whom the policy names in the incident."""
    return people_for(post_mortem.incident, [f"person:{post_mortem.author_id}", *tell])


def overdue_as(missed: str) -> Callable[[PostMortem, Deadline], Entry]:
    """What the engine does, with the post-mortem locked, when a clock of it runs out: `missed` is how that reads."""

    def on_overdue(post_mortem: PostMortem, deadline: Deadline) -> Entry:
        told = alerts.audience(deadline, recipients(post_mortem, deadline.current_step["tell"]))
        kind = alerts.kind_of(deadline)
        return note(
            post_mortem,
            missed if kind == "deadline.missed" else kind,
            None,
            audience=told,
            urgency=Urgency.SOON,
            item=str(post_mortem),
            **alerts.facts(deadline, told),
        )

    return on_overdue


def keep_due_date(action: CorrectiveAction) -> None:
    """Start the clock of a locked action, or stop it when it has no date or is done.

    The day ends where its owner is, else in the site's time zone. A date that has passed already, as when an action
    is sent back, leaves the policy's time from now.
    """
    if action.due_on is None or action.is_settled or action.state == ActionState.DONE:
        stop(subject=action, purpose=ACTION_DUE)
        return
    zone = ZoneInfo(action.owner.time_zone if action.owner else settings.TIME_ZONE)
    now, due_at = timezone.now(), end_of_day(action.due_on, zone)
    arm(
        subject=action,
        purpose=ACTION_DUE,
        level=level_of(action.incident),
        since=now,
        due_at=due_at if due_at > now else None,
    )


def lock_action(pk: int, *, skip_locked: bool) -> CorrectiveAction | None:
    """For the action's clock: the incident first, as every action does."""
    found = CorrectiveAction.objects.filter(pk=pk).values_list("post_mortem__incident_id", flat=True).first()
    incident = lock_for_clock(found, skip_locked=skip_locked) if found else None
    if incident is None:
        return None
    rows = CorrectiveAction.objects.select_for_update(of=("self",))
    action = rows.select_related("post_mortem__author", "owner").filter(pk=pk).first()
    if action:
        action.post_mortem.incident = incident
    return action


def action_recipients(action: CorrectiveAction, tell: list[str]) -> list[User]:
    """The owner, and whom the policy names in the incident."""
    owner = [f"person:{action.owner_id}"] if action.owner_id else []
    return people_for(action.incident, [*owner, *tell])


def note_action(
    action: CorrectiveAction, kind: str, actor: User | None, *, urgency: Urgency = Urgency.LATER, **facts: Any
) -> Entry:
    known = {"owner": str(action.owner) if action.owner else None, "due_on": action.due_on}
    data = {"action": action.title, "item": action.title, **{k: v for k, v in known.items() if v}, **facts}
    return note(action.post_mortem, kind, actor, urgency=urgency, anchor=f"#action-{action.pk}", **data)


def on_action_due(action: CorrectiveAction, deadline: Deadline) -> Entry:
    told = alerts.audience(deadline, action_recipients(action, deadline.current_step["tell"]))
    kind = alerts.kind_of(deadline)
    return note_action(
        action,
        "action.overdue" if kind == "deadline.missed" else kind,
        None,
        audience=told,
        urgency=Urgency.SOON,
        **alerts.facts(deadline, told),
    )
