"""What a deadline can ask for. Apps further up declare their purposes; the engine knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from escalations.models import Deadline, DeadlineQuerySet, Start
from journal import entry_kinds
from journal.models import Entry, Urgency
from people.models import User


class Scope(Protocol):
    """What deadlines hang on, together with everything in it: an incident, the playbook library.

    A *subject* is the row that one deadline is about: the incident itself, a task in it, a playbook.
    """

    def stream_of(self, subject: Any) -> str:
        """The journal stream in which everything about the subject stands."""

    def lock(self, model: type[Model], pks: Collection[int], *, skip_locked: bool) -> dict[int, Any]:
        """The subjects among `pks`, locked in the order of every action, by pk; without those that are gone or,
        with `skip_locked`, on which somebody acts just now.
        """

    def people_for(self, subject: Any, codes: Iterable[str]) -> list[User]:
        """Whom recipient codes mean for this subject just now; never nobody while the site has anybody."""

    def may_acknowledge(self, actor: User, subject: Any) -> bool: ...

    def urgency_of(self, subject: Any) -> Urgency: ...

    def codes_after_rise(self, subject: Any, codes: list[str]) -> list[str]:
        """How recipient codes read once the level has been raised."""

    def raise_level(self, subject: Any, deadline: Deadline) -> bool:
        """Raise the level because `deadline` was missed; False where there is no higher one."""


def _nobody(_subject: Any) -> list[Any]:
    return []


def _no_facts(_subject: Any) -> dict[str, Any]:
    return {}


def _its_incident(subject: Any) -> Any:
    return getattr(subject, "incident", None)


@dataclass(frozen=True, kw_only=True)
class Purpose:
    code: str
    label: str | Promise
    model: type[Model]  # of the subject
    scope: Scope
    # Writes an entry about the subject: note(subject, kind, actor, audience=..., urgency=..., **facts).
    note: Callable[..., Entry]
    # The subjects that should have this deadline running, asked of an open incident; None where nothing but the
    # actions of its own app starts and ends it.
    wanted: Callable[[Any], Mapping[Any, Start]] | None = None
    # The kind of the entry about the missed target; its sentence may name whatever `facts` returns.
    missed: str = "deadline.missed"
    facts: Callable[[Any], Mapping[str, Any]] = _no_facts
    # Recipient codes of those whose business it is: alerted at every step, before those whom the step names.
    responsible: Callable[[Any], Iterable[str]] = _nobody
    # People who are alerted at every step after those whom the step names.
    also: Callable[[Any], Iterable[User]] = _nobody
    # Ids of people whom the sentence is about: asked already, and alerted only when nobody else is left.
    about: Callable[[Any], Iterable[int]] = _nobody
    # Can a step raise the level?
    can_raise: bool = False
    # How urgent a missed target is; None: as urgent as the scope says.
    urgency: Urgency | None = None
    # Who may acknowledge, where that is not for the scope to say.
    rule: Callable[[User, Any], bool] | None = None
    # Where acknowledging is an action of its own: acknowledge(locked subject, actor).
    acknowledge: Callable[[Any, User], object] | None = None
    # What a lapsed acknowledgement undoes in the locked subject.
    on_lapse: Callable[[Any], object] | None = None
    # What keeps an acknowledgement from lapsing, as a sentence; empty where the thing itself must be settled.
    follows: str | Promise = ""
    # Kinds of entries, other than those about a missed target, whose readers are asked to acknowledge.
    asked_by: Collection[str] = ()
    # What the levels of its policies are called, where they are not those of an incident; others are not used.
    level_names: Mapping[int, str | Promise] = field(default_factory=dict)
    # The incident on which a subject hangs, shown to whoever may see the subject.
    incident_of: Callable[[Any], Any] = _its_incident

    @property
    def must_follow(self) -> str:
        """What somebody who has acknowledged must still do."""
        return str(self.follows) or _("“%(what)s” must be settled by then.") % {"what": self.label}

    def lock(self, pk: int) -> Any:
        """The subject's row, locked; None when it is gone."""
        return self.scope.lock(self.model, [pk], skip_locked=False).get(pk)

    def record(self, subject: Any, kind: str, actor: User | None, **facts: Any) -> Entry:
        """Write an entry about the subject that states its own facts and these."""
        return self.note(subject, kind, actor, **{**self.facts(subject), **facts})

    def recipients(self, subject: Any, codes: Iterable[str]) -> list[User]:
        """Whom a step with these recipient codes alerts just now; also drawn on the page before it happens."""
        people = self.scope.people_for(subject, [*self.responsible(subject), *codes])
        unique = {person.pk: person for person in (*people, *self.also(subject))}
        about = set(self.about(subject))
        return [person for pk, person in unique.items() if pk not in about] or list(unique.values())

    def may_acknowledge(self, actor: User, subject: Any) -> bool:
        return (self.rule or self.scope.may_acknowledge)(actor, subject)

    def urgency_of(self, subject: Any) -> Urgency:
        return self.urgency or self.scope.urgency_of(subject)

    def deadlines_in(self, stream: str) -> DeadlineQuerySet:
        """Every deadline of this purpose in a journal stream."""
        return Deadline.objects.filter(stream=stream, purpose=self.code)

    def subjects_for(self, user: User) -> QuerySet[Any]:
        """Subjects of this purpose that `user` may see: by their own `visible_to`, or by that of their incident."""
        manager: Any = self.model._default_manager
        if hasattr(manager, "visible_to"):
            return manager.visible_to(user)
        incidents: Any = self.model._meta.get_field("incident").related_model
        seen = incidents._default_manager.visible_to(user)
        return manager.filter(incident__in=seen).select_related("incident")


_purposes: dict[str, Purpose] = {}


def declare(*purposes: Purpose) -> None:
    for purpose in purposes:
        _purposes[purpose.code] = purpose
        entry_kinds.declare_labels("purpose", {purpose.code: purpose.label})


def get(code: str) -> Purpose:
    """Raises KeyError for a purpose that no app declared."""
    return _purposes[code]


def every() -> list[Purpose]:
    return list(_purposes.values())
