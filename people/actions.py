"""Changes that people make to themselves."""

from django.db import transaction

from people.models import User


@transaction.atomic
def set_preferences(*, person: User, language: str, time_zone: str) -> User:
    """How `person` reads the desk from now on; their own wish, so there is no other actor to check.

    Raises ValidationError for a time zone that does not exist.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    person.language = language
    person.time_zone = time_zone
    person.clean_fields(exclude=["password", "email", "name", "capacities"])
    person.save(update_fields=["language", "time_zone"])
    return person
