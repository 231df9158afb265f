"""What has happened since a deadline was set: told with every alert after the first, so that no repeat is old text."""

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
    "context.overdue": _("overdue by {minutes} min"),
    "context.level": _("raised to L{level} since then"),
    "context.acknowledged": _("has acknowledged: {people}"),
    "context.told": _("alerted so far: {people}"),
}
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def about(
    deadline: Deadline, subject: Any, *, told: Collection[User] = (), raised: bool = False
) -> list[Fact]:
    """Facts as they are at this moment, for every alert about a deadline but its first.

    Without what the alert's sentence says already: whom it alerts (`told`), and that it has `raised` the level.
    """
    if not (deadline.step or deadline.repeat or deadline.is_lapse):
        return []
    own = _own(deadline, subject, told, raised)
    return [*own, *(fact for source in _sources for fact in source(subject))]


def _own(deadline: Deadline, subject: Any, told: Collection[User], raised: bool) -> Iterator[Fact]:
    now = Deadline.objects.filter(pk=deadline.pk).values_list(Now(), flat=True).get()
    if (minutes := (now - deadline.target_at) // timedelta(minutes=1)) > 0:
        yield {"kind": "context.overdue", "minutes": minutes}
    level = getattr(getattr(subject, "incident", subject), "level", None)
    if level and level < deadline.level and not raised:
        yield {"kind": "context.level", "level": level}
    others = [person for person in told_so_far(deadline) if person not in told]
    for kind, people in (("acknowledged", acknowledged(deadline)), ("told", others)):
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


def told_so_far(deadline: Deadline) -> list[User]:
    """Whom this deadline has alerted so far, in its last twenty alerts, and who is still there."""
    audiences = (
        Deadline.objects.same_as(deadline)
        .filter(entry__isnull=False)
        .values_list("entry__audience", flat=True)
        .order_by("-pk")[:20]
    )
    return list(User.objects.filter(pk__in={pk for people in audiences for pk in people}, is_active=True))
