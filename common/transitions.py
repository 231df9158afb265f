"""The one place that writes the state of something with a life cycle. Each app's `rules` holds the tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused

ALREADY = _("It is “%(now)s” already. Reload the page to see what changed.")
REFUSAL = _("This is “%(now)s” and cannot become “%(then)s”. Reload the page to see what changed.")


@dataclass(frozen=True)
class LifeCycle:
    """Which states may follow which, and what is said to whoever asks for another step.

    `steps` has a key for every state; `refusal` may hold %(now)s and %(then)s, the labels of the two states.
    """

    steps: Mapping[str, Collection[str]]
    refusal: str | Promise = REFUSAL

    def allows(self, from_state: str, to_state: str) -> bool:
        return to_state in self.steps[from_state]

    def refused(self, subject: Any, to_state: str) -> ActionRefused:
        """What to raise when `subject` may not move to `to_state`."""
        labels = dict(subject._meta.get_field("state").flatchoices)
        words = {"now": subject.get_state_display(), "then": labels.get(to_state, to_state)}
        return ActionRefused(str(ALREADY if subject.state == to_state else self.refusal) % words)


def require_step(subject: Any, to_state: str, life: LifeCycle) -> None:
    """Raises ActionRefused unless `subject` (a model with a field `state`) may move to `to_state` from where it is."""
    if not life.allows(subject.state, to_state):
        raise life.refused(subject, to_state)


def change_state(subject: Any, to_state: str, life: LifeCycle, **fields: Any) -> None:
    """Move `subject`, whose row is locked, to `to_state` and store that with `fields`, which change along with it.

    Raises ActionRefused for a step that `life` does not allow; then nothing is changed. The journal entry, deadlines
    and whatever else the step entails are its action's business.
    """
    require_step(subject, to_state, life)
    set_fields(subject, state=to_state, **fields)


def set_fields(subject: Model, **fields: Any) -> None:
    """Change exactly these fields of a locked row; what others wrote into the other columns stays."""
    for name, value in fields.items():
        setattr(subject, name, value)
    subject.save(update_fields=[*fields])
