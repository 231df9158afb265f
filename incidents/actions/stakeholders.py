"""Who has to hear it from us, and whether they did. The order is that of `StakeholderGroup`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused
from common.text import require_text
from common.times import require_to_come
from escalations.actions import stop
from incidents import running_deadlines
from incidents.actions.locking import lock_incident, require, require_open
from incidents.actions.tasks import tick_tasks
from incidents.models import DoneBy, Incident, StakeholderGroup, StakeholderNotice
from incidents.scope import note
from people.models import User


@transaction.atomic
def add_stakeholder(
    *, incident: Incident, actor: User, group: str, name: str, due_at: datetime | None = None, **details: Any
) -> StakeholderNotice:
    """`details`: channel, sender_role, message."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    require_to_come(due_at, "due_at")
    notice = StakeholderNotice.objects.create(
        incident=incident,
        group=StakeholderGroup(group),
        name=require_text(name, _("Say who has to be notified.")),
        due_at=due_at,
        **details,
    )
    running_deadlines.keep(incident, running_deadlines.STAKEHOLDER_NOTICE)
    note(incident, "stakeholder.added", actor, name=notice.name)
    return notice


@transaction.atomic
def notify_stakeholder(*, notice: StakeholderNotice, actor: User, message: str = "") -> StakeholderNotice:
    """Record that somebody was notified, now, and what they were told."""
    incident, notice = _lock(notice, actor)
    notice.notified_at, notice.notified_by = timezone.now(), actor
    if message.strip():
        notice.message = message.strip()
    notice.save(update_fields=["notified_at", "notified_by", "message"])
    stop(subject=notice)
    note(incident, "stakeholder.notified", actor, name=notice.name, message=notice.message)
    return notice


@transaction.atomic
def skip_stakeholder(*, notice: StakeholderNotice, actor: User, reason: str) -> StakeholderNotice:
    incident, notice = _lock(notice, actor)
    notice.skipped_reason = require_text(reason, _("Say why they do not have to be notified."))
    notice.save(update_fields=["skipped_reason"])
    stop(subject=notice)
    note(incident, "stakeholder.skipped", actor, name=notice.name, reason=notice.skipped_reason)
    return notice


@transaction.atomic
def notify_department(*, incident: Incident, actor: User, department: str, reply: str = "") -> Incident:
    """Record that the department where it began was notified, and what it answered."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    incident.department = require_text(department, _("Name the responsible department."))
    incident.department_notified_at = incident.department_notified_at or timezone.now()
    incident.department_reply = reply.strip() or incident.department_reply
    incident.save(update_fields=["department", "department_notified_at", "department_reply"])
    note(incident, "department.notified", actor, department=incident.department, reply=reply.strip())
    tick_tasks(incident, actor, DoneBy.DEPARTMENT)
    return incident


def _lock(notice: StakeholderNotice, actor: User) -> tuple[Incident, StakeholderNotice]:
    incident = lock_incident(notice.incident_id)
    require(actor, "incidents.work", incident)
    require_open(incident)
    notice = StakeholderNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.is_settled:
        raise ActionRefused(_("%(name)s is settled already.") % {"name": notice.name})
    return incident, notice
