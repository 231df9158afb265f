"""Plans age: a playbook is gone through again by the day that stands on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.levels import Level
from common.times import end_of_day
from escalations.actions import arm
from escalations.outside_incidents import OutsideIncidents
from incidents.actions.locking import require
from incidents.models import Playbook
from journal.actions import record
from journal.models import Entry, Urgency
from people.models import User

PLAYBOOK_REVIEW = "playbook.review"
STREAM = "playbooks"
LONGEST_INTERVAL = timedelta(days=366)


@transaction.atomic
def review_playbook(*, playbook: Playbook, actor: User, next_on: date) -> Playbook:
    """Record that somebody went through it and it holds; `next_on` is the day by which that is due again.

    Raises Invalid for a day that has passed or is more than a year away.
    """
    require(actor, "incidents.change_playbook")
    playbook = Playbook.objects.select_for_update().get(pk=playbook.pk)
    today = timezone.localdate()
    if not today < next_on <= today + LONGEST_INTERVAL:
        raise Invalid(
            _("Choose a day after today and within a year: plans are reviewed at least once a year.")
        )
    playbook.review_due_on = next_on
    playbook.save(update_fields=["review_due_on"])
    schedule_review(playbook)
    note(playbook, "playbook.reviewed", actor, next_on=next_on)
    return playbook


def schedule_review(playbook: Playbook) -> None:
    """Start the review deadline of a new or changed playbook; its day ends in the site's time zone."""
    due_at = end_of_day(playbook.review_due_on, ZoneInfo(settings.TIME_ZONE))
    arm(subject=playbook, purpose=PLAYBOOK_REVIEW, level=Level.L4, since=timezone.now(), due_at=due_at)


class PlaybookScope(OutsideIncidents):
    """The playbook library; see `escalations.purposes.Scope`."""

    def stream_of(self, _playbook: Playbook) -> str:
        return STREAM

    def lock(self, _model: type[Model], pks: Collection[int], *, skip_locked: bool) -> dict[int, Any]:
        rows = Playbook.objects.select_for_update(skip_locked=skip_locked).filter(pk__in=pks)
        return {playbook.pk: playbook for playbook in rows}


def note(
    playbook: Playbook,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    alert_of: str = "",
    **data: Any,
) -> Entry:
    return record(
        stream=STREAM,
        kind=kind,
        actor=actor,
        data={"item": playbook.name, **data},
        path=playbook.get_absolute_url(),
        audience=audience,
        urgency=urgency,
        alert_of=alert_of,
    )
