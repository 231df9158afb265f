"""What is recorded when a deadline is missed, and whom that alerts: the same for every purpose.

Every alert after the first carries its context, what has happened since the deadline was set, so that no repeat is
old text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from escalations.models import Acknowledgement, Deadline
from escalations.purposes import Purpose
from journal.models import Entry, Urgency
from people.models import User

# A fact is data for a journal entry: the kind of its sentence, and what the sentence names.
Fact = dict[str, Any]
# Apps further up say what they know about a subject.
Source = Callable[[Any], Iterable[Fact]]
_sources: list[Source] = []


def record_missed(purpose: Purpose, subject: Any, deadline: Deadline) -> Entry:
    """Write the entry about a step that was missed; the subject is locked.

    Raises the level first where the step says so: then the people of the new level are alerted as well.
    """
    if deadline.is_lapse and purpose.on_lapse:
        purpose.on_lapse(subject)
    wants_rise = purpose.can_raise and deadline.current_step["raise_level"] and not deadline.repeat
    raised = purpose.scope.raise_level(subject, deadline) if wants_rise else False
    alerting = audience(deadline, purpose.recipients(subject, deadline.current_step["tell"]))
    return purpose.record(
        subject,
        _kind_of(purpose, deadline, raised),
        None,
        audience=alerting,
        urgency=purpose.urgency_of(subject),
        alert_of=deadline.chain,
        **_facts(deadline, subject, alerting, raised=raised),
    )


def record_exhausted(purpose: Purpose, subject: Any, deadline: Deadline) -> Entry:
    """The last step was missed: the administrators hear that nobody else will be alerted."""
    alerting = purpose.recipients(subject, ["administrators"])
    return purpose.record(
        subject,
        "deadline.exhausted",
        None,
        audience=alerting,
        urgency=Urgency.SOON if purpose.urgency == Urgency.SOON else Urgency.NOW,
        alert_of=deadline.chain,
        **_facts(deadline, subject, alerting, last=True),
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
    done = acknowledged(deadline)
    missing = [person for person in people if person not in done and person.has_perm("people.work")]
    return missing or people


def _facts(
    deadline: Deadline, subject: Any, alerting: list[User], *, raised: bool = False, last: bool = False
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
        "alerted": ", ".join(str(person) for person in alerting),
        "context": _context(deadline, subject, alerting=() if last else alerting, raised=raised),
    }


def add_context(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def _context(
    deadline: Deadline, subject: Any, *, alerting: Collection[User] = (), raised: bool = False
) -> list[Fact]:
    """Facts as they are at this moment, for every alert about a deadline but its first.

    Without what the alert's sentence says already: whom it alerts (`alerting`), and that it has `raised` the level.
    """
    if not (deadline.step or deadline.repeat or deadline.is_lapse):
        return []
    own = _own(deadline, subject, alerting, raised)
    return [*own, *(fact for source in _sources for fact in source(subject))]


def _own(deadline: Deadline, subject: Any, alerting: Collection[User], raised: bool) -> Iterator[Fact]:
    now = Deadline.objects.filter(pk=deadline.pk).values_list(Now(), flat=True).get()
    if (minutes := (now - deadline.target_at) // timedelta(minutes=1)) > 0:
        yield {"kind": "context.overdue", "minutes": minutes}
    level = getattr(getattr(subject, "incident", subject), "level", None)
    if level and level < deadline.level and not raised:
        yield {"kind": "context.level", "level": level}
    others = [person for person in alerted_so_far(deadline) if person not in alerting]
    for kind, people in (("acknowledged", acknowledged(deadline)), ("alerted", others)):
        if people:
            yield {"kind": f"context.{kind}", "people": ", ".join(map(str, people))}


def acknowledged(deadline: Deadline) -> list[User]:
    """Who has acknowledged in this generation of the deadline."""
    rows = Acknowledgement.objects.filter(
        content_type=deadline.content_type_id,
        object_id=deadline.object_id,
        purpose=deadline.purpose,
        generation=deadline.generation,
    )
    return [row.person for row in rows.select_related("person").order_by("at")]


def alerted_so_far(deadline: Deadline) -> list[User]:
    """Whom this deadline has alerted so far, in its last twenty alerts, and who is still there."""
    audiences = (
        Deadline.objects.same_as(deadline)
        .filter(entry__isnull=False)
        .values_list("entry__audience", flat=True)
        .order_by("-pk")[:20]
    )
    return list(User.objects.filter(pk__in={pk for people in audiences for pk in people}, is_active=True))
