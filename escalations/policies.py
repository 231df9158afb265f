"""How administrators change a policy: the one way, recorded with what was before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from common.levels import Level
from escalations import purposes
from escalations.models import Policy, PolicyStep
from escalations.recipient_codes import is_known, who_cannot_act
from journal.actions import record
from journal.models import Urgency
from people.models import User, administrators

STREAM = "policies"
POLICY_FIELDS = ("minutes", "working_days", "lapse_minutes")
STEP_FIELDS = ("times_target", "tell", "raise_level", "repeats", "repeat_minutes", "everyone")
LONGEST_MINUTES = 366 * 24 * 60


def facts_of(policy: Policy) -> dict[str, Any]:
    """Everything that an administrator can change, as the journal keeps it; no steps for what is not set yet."""
    return {
        **{name: getattr(policy, name) for name in POLICY_FIELDS},
        "steps": [_step_facts(step) for step in policy.steps.all()],
    }


def _step_facts(step: PolicyStep) -> dict[str, Any]:
    facts = {name: getattr(step, name) for name in STEP_FIELDS}
    return {**facts, "times_target": f"{step.times_target:.1f}"}


def version_of(policy: Policy | None) -> str:
    """What somebody saw who saw this policy; empty for one that is not set yet."""
    if policy is None:
        return ""
    facts = facts_of(policy)
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest() if facts["steps"] else ""


def require_order(times: Iterable[Decimal]) -> None:
    """Raises Invalid unless there is a step, and each comes later than the one before."""
    listed = list(times)
    if not listed:
        raise Invalid(
            _(
                "Without a step nobody would ever be alerted. Keep at least one; otherwise the deadline would not run."
            )
        )
    if listed != sorted(set(listed)):
        raise Invalid(_("Each step must come later than the one before it."))


@transaction.atomic
def change_policy(
    *,
    actor: User,
    purpose: str,
    level: int,
    minutes: int,
    working_days: bool,
    lapse_minutes: int | None,
    steps: Sequence[Mapping[str, Any]],
    seen: str,
) -> Policy:
    """Set target and steps of a purpose at a level. Deadlines that run already keep what they were set with.

    `seen` is the version (`version_of`) that the administrator had before them. Raises Conflict with what is stored
    when somebody else has changed it since, Invalid for steps that tell nobody or come in no order, NotAllowed.
    """
    if not actor.has_perm("people.administer"):
        raise NotAllowed(_("Only administrators can change escalation policies."))
    rows = [PolicyStep(position=position, **facts) for position, facts in enumerate(steps)]
    require_order(row.times_target for row in rows)
    _require_able(code for row in rows for code in row.tell if is_known(code))
    Policy.objects.bulk_create([Policy(purpose=purpose, level=level, minutes=minutes)], ignore_conflicts=True)
    policy = Policy.objects.select_for_update().get(purpose=purpose, level=level)
    before = facts_of(policy)
    if version_of(policy) != seen:
        raise Conflict(
            _("Somebody else changed this while you were. Both versions are below; nothing is lost."),
            theirs=before,
        )
    policy.minutes, policy.working_days, policy.lapse_minutes = minutes, working_days, lapse_minutes
    policy.save(update_fields=POLICY_FIELDS)
    policy.steps.all().delete()
    for row in rows:
        row.policy = policy
        _require_sound(row)
    PolicyStep.objects.bulk_create(rows)
    if facts_of(policy) != before:
        _tell(actor, policy, before)
    return policy


def _require_able(codes: Iterable[str]) -> None:
    if people := who_cannot_act(codes):
        raise Invalid(
            _("Not able to act on an alert: %(people)s. Choose active people who may work in incidents.")
            % {"people": ", ".join(map(str, people))}
        )


def _require_sound(step: PolicyStep) -> None:
    if not step.tell or not all(map(is_known, step.tell)):
        raise Invalid(_("Say for each step whom it alerts."))
    try:
        step.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as wrong:
        raise Invalid(" ".join(wrong.messages)) from wrong


def _tell(actor: User, policy: Policy, before: dict[str, Any]) -> None:
    record(
        stream=STREAM,
        kind="policy.changed",
        actor=actor,
        data={
            "purpose": policy.purpose,
            "policy_level": policy.level,
            "minutes": policy.minutes,
            "before": before if before["steps"] else None,
            "after": facts_of(policy),
        },
        path=reverse("escalations:policy", args=[policy.purpose, policy.level]),
        audience=administrators(),
        urgency=Urgency.SOON,
    )


def every_policy() -> list[tuple[purposes.Purpose, list[tuple[int, Policy | None]]]]:
    """All purposes with their policy of each level, None where there is no target; two queries."""
    stored = {(row.purpose, row.level): row for row in Policy.objects.prefetch_related("steps")}
    return [
        (
            purpose,
            [(level, stored.get((purpose.code, level))) for level in purpose.level_names or Level.values],
        )
        for purpose in purposes.every()
    ]
