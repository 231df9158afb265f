"""How things stand now: what an alarm says beyond that nobody has acted yet, so that no repeat is the old text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from escalations.models import Acknowledgement, Deadline
from people.models import User

# A fact is data for a journal entry: the kind of its sentence, and what the sentence names.
Fact = dict[str, Any]
# Apps further up tell what they know about a subject.
Source = Callable[[Any], Iterable[Fact]]

SENTENCES = {
    "news.overdue": _("overdue by {minutes} min"),
    "news.level": _("raised to L{level} since the clock began"),
    "news.acknowledged": _("has acknowledged: {people}"),
    "news.told": _("told so far: {people}"),
}
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def about(deadline: Deadline, *, told: Collection[User] = (), raised: bool = False) -> list[Fact]:
    """Facts as they are at this moment, for every alarm of a clock but its first.

    Without what the alarm's sentence says already: whom it tells (`told`), and that it has `raised` the level.
    """
    if not (deadline.step or deadline.repeat or deadline.is_lapse):
        return []
    subject = deadline.subject
    own = _own(deadline, subject, told, raised)
    return [*own, *(fact for source in _sources for fact in source(subject))]


def _own(deadline: Deadline, subject: Any, told: Collection[User], raised: bool) -> Iterator[Fact]:
    now = Deadline.objects.filter(pk=deadline.pk).values_list(Now(), flat=True).get()
    if (minutes := (now - deadline.target_at) // timedelta(minutes=1)) > 0:
        yield {"kind": "news.overdue", "minutes": minutes}
    level = getattr(getattr(subject, "incident", subject), "level", None)
    if level and level < deadline.level and not raised:
        yield {"kind": "news.level", "level": level}
    others = [person for person in told_so_far(deadline) if person not in told]
    for kind, people in (("acknowledged", acknowledged(deadline)), ("told", others)):
        if people:
            yield {"kind": f"news.{kind}", "people": ", ".join(map(str, people))}


def acknowledged(deadline: Deadline) -> list[User]:
    """Who has said “I have it” in this generation of the clock."""
    rows = Acknowledgement.objects.filter(
        content_type=deadline.content_type_id,
        object_id=deadline.object_id,
        purpose=deadline.purpose,
        generation=deadline.generation,
    )
    return [row.person for row in rows.select_related("person").order_by("at")]


def told_so_far(deadline: Deadline) -> list[User]:
    """Whom this clock has alarmed so far, in its last twenty alarms, and who is still there."""
    audiences = (
        Deadline.objects.filter(
            content_type=deadline.content_type_id,
            object_id=deadline.object_id,
            purpose=deadline.purpose,
            entry__isnull=False,
        )
        .values_list("entry__audience", flat=True)
        .order_by("-pk")[:20]
    )
    return list(User.objects.filter(pk__in={pk for people in audiences for pk in people}, is_active=True))
