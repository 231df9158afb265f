"""Who cannot be reached outside the app."""

from __future__ import annotations

from collections.abc import Iterable

from notifications.models import ContactPoint
from people.models import User


def unreachable(people: Iterable[User]) -> set[int]:
    """Ids of those without a verified contact point that works; one query for any number of people."""
    ids = {person.pk for person in people}
    reached = ContactPoint.objects.working().filter(person_id__in=ids).values_list("person_id", flat=True)
    return ids - set(reached)
