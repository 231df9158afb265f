"""What people change about themselves."""

from __future__ import annotations

from django.db import transaction

from people.models import User
from people.signals import person_changed


def set_preferences(*, user: User, name: str, language: str, time_zone: str) -> User:
    """Raises ValidationError for an unknown time zone or an empty name."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        before = person.name
        person.name, person.language, person.time_zone = name.strip(), language, time_zone
        person.full_clean(exclude=["password"])
        person.save(update_fields=["name", "language", "time_zone"])
        if person.name != before:
            person_changed.send(sender=User, person=person, actor=person, fields=["name"], before=before)
    return person
