"""What an alarm says, and to whom: the same for every purpose."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from escalations import news
from escalations.models import Deadline
from people.models import User

SENTENCES = {
    "deadline.missed": _("Missed: {purpose}. Told: {told}"),
    "deadline.missed_raised": _("Missed: {purpose}. Raised to L{level}. Told: {told}"),
    "deadline.repeated": _("Still nobody has acted: {purpose}, due {target_at}. Told again: {told}"),
    "deadline.lapsed": _("{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Told: {told}"),
    "deadline.lapsed_raised": _(
        "{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Raised to L{level}. Told: {told}"
    ),
    "deadline.exhausted": _(
        "Nobody has acted: {purpose}, due {target_at}. Nobody else is alerted from here on: call people yourself."
    ),
    "deadline.acknowledged": _("{actor} has acknowledged: {purpose}"),
    "deadline.acknowledged_by_one": _("{actor} has acknowledged: {purpose}. Still to come: {waiting}"),
}


def kind_of(deadline: Deadline) -> str:
    """How the entry about this missed step reads."""
    if deadline.is_lapse:
        return "deadline.lapsed"
    return "deadline.repeated" if deadline.repeat else "deadline.missed"


def audience(deadline: Deadline, people: list[User]) -> list[User]:
    """Where everybody must acknowledge, whoever has done so is left in peace, and who may not work is not waited for;
    but never nobody is told.
    """
    if not deadline.current_step["everyone"]:
        return people
    done = news.acknowledged(deadline)
    missing = [person for person in people if person not in done and person.has_perm("people.work")]
    return missing or people


def facts(
    deadline: Deadline, told: list[User], *, raised: bool = False, last: bool = False
) -> dict[str, Any]:
    """What every entry about a missed step states, whatever it is about.

    `raised`: the sentence says so itself. `last`: it is the one that names nobody as told.
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
        "news": news.about(deadline, told=() if last else told, raised=raised),
    }
