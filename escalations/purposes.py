"""What a deadline can be about. Apps further up register their purposes; the engine knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from escalations.models import Deadline
from journal import kinds
from journal.models import Entry
from people.models import User


@dataclass(frozen=True)
class Purpose:
    code: str
    label: str | Promise
    model: type[Model]
    # Called with the locked subject when a step is missed: writes and returns the journal entry, which tells people.
    on_missed: Callable[[Any, Deadline], Entry]
    # Whom a step's `tell` means for this subject just now; also drawn on the page before it happens.
    recipients: Callable[[Any, list[str]], list[User]]
    # Writes an entry about the subject: note(subject, kind, actor, audience=..., urgency=..., **facts).
    note: Callable[..., Entry]
    # The subject's row, locked in the order of every action; None when it is gone or, with `skip_locked`, when
    # somebody acts on it just now: lock(pk, skip_locked=True).
    lock: Callable[..., Any]
    # May this person say “I have it” about the subject?
    may_acknowledge: Callable[[User, Any], bool]
    # Where saying so is an action of its own: acknowledge(locked subject, actor).
    acknowledge: Callable[[Any, User], object] | None = None
    # What keeps an acknowledgement from lapsing, as a sentence; empty where the thing itself must be settled.
    follows: str | Promise = ""
    # Where a step can raise the level: how its `tell` reads once it has; None where it cannot.
    after_rise: Callable[[Any, list[str]], list[str]] | None = None
    # What is due on a day wakes nobody, not even when nobody has acted on it.
    can_wait: bool = False
    # Where many can be locked with the same few queries: those of these pks that nobody acts on, by pk.
    lock_together: Callable[[Collection[int]], Mapping[int, Any]] | None = None

    @property
    def must_follow(self) -> str:
        """What somebody who has acknowledged must still do."""
        return str(self.follows) or _("“%(what)s” must be settled by then.") % {"what": self.label}

    def lock_free(self, pks: Collection[int]) -> Mapping[int, Any]:
        """The subjects among `pks` that nobody acts on just now, locked, by pk."""
        if self.lock_together:
            return self.lock_together(pks)
        locked = {pk: self.lock(pk, skip_locked=True) for pk in pks}
        return {pk: subject for pk, subject in locked.items() if subject is not None}

    def subjects_for(self, user: User) -> QuerySet[Any]:
        """Subjects of this purpose that `user` may see: by their own `visible_to`, or by that of their incident."""
        manager: Any = self.model._default_manager
        if hasattr(manager, "visible_to"):
            return manager.visible_to(user)
        incidents: Any = self.model._meta.get_field("incident").related_model
        seen = incidents._default_manager.visible_to(user)
        return manager.filter(incident__in=seen).select_related("incident")


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    _purposes[purpose.code] = purpose
    kinds.declare_labels("purpose", {purpose.code: purpose.label})


def get(code: str) -> Purpose:
    """Raises KeyError for a purpose that no app registered."""
    return _purposes[code]


def every() -> list[Purpose]:
    return list(_purposes.values())
