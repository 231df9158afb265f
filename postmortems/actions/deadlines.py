"""The deadline of a corrective action follows the day that it was promised for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from common.times import end_of_day
from escalations.actions import arm, stop
from incidents.running_deadlines import level_of
from postmortems.models import CorrectiveAction, CorrectiveActionState

APPROVAL = "postmortem.approval"
MEETING = "review.meeting"
CORRECTIVE_ACTION_DUE = "corrective_action.due"


def keep_due_date(action: CorrectiveAction) -> None:
    """Start the deadline of a locked action, or stop it when it has no date or is done.

    The day ends where its owner is, else in the site's time zone. A date that has passed already, as when an action
    is sent back, leaves the policy's time from now.
    """
    if action.due_on is None or action.is_settled or action.state == CorrectiveActionState.DONE:
        stop(subject=action, purpose=CORRECTIVE_ACTION_DUE)
        return
    zone = ZoneInfo(action.owner.time_zone if action.owner else settings.TIME_ZONE)
    now, due_at = timezone.now(), end_of_day(action.due_on, zone)
    arm(
        subject=action,
        purpose=CORRECTIVE_ACTION_DUE,
        level=level_of(action.incident),
        since=now,
        due_at=due_at if due_at > now else None,
    )
