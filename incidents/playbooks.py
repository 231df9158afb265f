"""Turns a playbook into the tasks of one incident, and its level into targets."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.levels import Level
from incidents.models import (
    Category,
    Incident,
    Playbook,
    StakeholderGroup,
    StakeholderNotice,
    StepPhase,
    Task,
)
from people.models import CrisisRole

# Step targets are written for L2; a graver level leaves less time, a lighter one more.
TARGET_FACTOR: dict[int, float] = {Level.L1: 0.5, Level.L2: 1, Level.L3: 4, Level.L4: 8}

PLAYBOOK_OF_CATEGORY: dict[str, str] = {
    Category.MISINFORMATION: "rumour",
    Category.RUMOUR: "rumour",
    Category.MALICIOUS_POST: "rumour",
    Category.CONTENT_THEFT: "content-theft",
    Category.CUSTOMER_COMPLAINT: "viral-complaint",
    Category.MISUNDERSTANDING: "viral-complaint",
    Category.QUALITY_FAULT: "viral-complaint",
    Category.SERVICE_OUTAGE: "outage",
    Category.PRODUCT_SCANDAL: "product-harm",
    Category.CYBER_ATTACK: "hijack",
    Category.NATURAL_DISASTER: "product-harm",
    Category.ACCIDENT: "product-harm",
    Category.BAD_CAMPAIGN: "bad-campaign",
    Category.EMPLOYEE_MISTAKE: "employee-mistake",
    Category.MANAGEMENT_DECISION: "management-decision",
}


def suggest(category: str) -> Playbook | None:
    """The playbook that usually fits a category."""
    return Playbook.objects.filter(slug=PLAYBOOK_OF_CATEGORY.get(category, "")).first()


def target(minutes: int | None, level: int | None, since: datetime | None) -> datetime | None:
    """When a step with `minutes` at L2 is due at `level`; None for a step without a target."""
    if minutes is None or level is None or since is None:
        return None
    return since + timedelta(minutes=minutes * TARGET_FACTOR[level])


def create_tasks(incident: Incident, playbook: Playbook) -> None:
    """One task for each step, due counted from activation; closing steps are due only after the stand-down.

    After a reopening the steps that exist already are not created again.
    """
    existing = set(incident.tasks.values_list("step_id", flat=True))
    Task.objects.bulk_create(
        Task(
            incident=incident,
            step=step,
            phase=step.phase,
            position=step.position,
            role=step.role,
            text=step.text,
            due_at=None
            if step.phase == StepPhase.CLOSE
            else target(step.target_minutes, incident.level, incident.activated_at),
        )
        for step in playbook.all_steps()
        if step.pk not in existing
    )


def create_stakeholder_notices(incident: Incident) -> None:
    """Who nearly always has to hear it from us, in the order: affected people, then staff, then the media."""
    if incident.stakeholder_notices.exists():
        return
    first = (
        (StakeholderGroup.AFFECTED, CrisisRole.CUSTOMER_CARE, 60),
        (StakeholderGroup.STAFF, CrisisRole.INTERNAL_COMMS, 90),
        (StakeholderGroup.MEDIA, CrisisRole.COMMS_LEAD, 120),
    )
    StakeholderNotice.objects.bulk_create(
        StakeholderNotice(
            incident=incident,
            group=group,
            name=str(group.label),
            sender_role=sender,
            due_at=target(minutes, incident.level, incident.activated_at),
        )
        for group, sender, minutes in first
    )
