"""What is recorded when a deadline is missed, and whom that alerts: the same for every purpose."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from escalations import context
from escalations.models import Deadline
from escalations.purposes import Purpose
from journal.models import Entry, Urgency
from people.models import User

SENTENCES = {
    "deadline.missed": _("Missed: {purpose}. Alerted: {told}"),
    "deadline.missed_raised": _("Missed: {purpose}. Raised to L{level}. Alerted: {told}"),
    "deadline.repeated": _("Still nobody has acted: {purpose}, due {target_at}. Alerted again: {told}"),
    "deadline.lapsed": _("{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Alerted: {told}"),
    "deadline.lapsed_raised": _(
        "{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Raised to L{level}. Alerted: {told}"
    ),
    "deadline.exhausted": _(
        "Nobody has acted: {purpose}, due {target_at}. Nobody else is alerted from here on: call people yourself."
    ),
    "deadline.acknowledged": _("{actor} has acknowledged: {purpose}"),
    "deadline.acknowledged_by_one": _("{actor} has acknowledged: {purpose}. Still to come: {waiting}"),
}


def record_missed(purpose: Purpose, subject: Any, deadline: Deadline) -> Entry:
    """Write the entry about a step that was missed; the subject is locked.

    Raises the level first where the step says so: then the people of the new level are alerted as well.
    """
    if deadline.is_lapse and purpose.on_lapse:
        purpose.on_lapse(subject)
    wants_rise = purpose.can_raise and deadline.current_step["raise_level"] and not deadline.repeat
    raised = purpose.scope.raise_level(subject, deadline) if wants_rise else False
    told = audience(deadline, purpose.recipients(subject, deadline.current_step["tell"]))
    return purpose.record(
        subject,
        _kind_of(purpose, deadline, raised),
        None,
        audience=told,
        urgency=purpose.urgency_of(subject),
        alert_of=deadline.chain,
        **_facts(deadline, subject, told, raised=raised),
    )


def record_exhausted(purpose: Purpose, subject: Any, deadline: Deadline) -> Entry:
    """The last step was missed: the administrators hear that nobody else will be alerted."""
    told = purpose.recipients(subject, ["administrators"])
    return purpose.record(
        subject,
        "deadline.exhausted",
        None,
        audience=told,
        urgency=Urgency.SOON if purpose.urgency == Urgency.SOON else Urgency.NOW,
        alert_of=deadline.chain,
        **_facts(deadline, subject, told, last=True),
    )


def _kind_of(purpose: Purpose, deadline: Deadline, raised: bool) -> str:
    if deadline.is_lapse:
        return "deadline.lapsed_raised" if raised else "deadline.lapsed"
    if raised:
        return "deadline.missed_raised"
    return "deadline.repeated" if deadline.repeat else purpose.missed


def audience(deadline: Deadline, people: list[User]) -> list[User]:
    """Where everybody must acknowledge, whoever has done so is left in peace, and who may not work is not waited for;
    but never nobody is alerted.
    """
    if not deadline.current_step["everyone"]:
        return people
    done = context.acknowledged(deadline)
    missing = [person for person in people if person not in done and person.has_perm("people.work")]
    return missing or people


def _facts(
    deadline: Deadline, subject: Any, told: list[User], *, raised: bool = False, last: bool = False
) -> dict[str, Any]:
    """What every entry about a missed step states, whatever it is about.

    `raised`: the sentence says so itself. `last`: it is the one that names nobody as alerted.
    """
    return {
        "purpose": deadline.purpose,
        "deadline": deadline.pk,
        "target_at": deadline.target_at,
        "step": deadline.step + 1,
        "steps": len(deadline.steps),
        "repeat": deadline.repeat,
        "lapsed": deadline.is_lapse,
        "acknowledged_by": str(deadline.acknowledged_by) if deadline.acknowledged_by else "",
        "everyone": bool(deadline.current_step["everyone"]),
        "told": ", ".join(str(person) for person in told),
        "context": context.about(deadline, subject, told=() if last else told, raised=raised),
    }
