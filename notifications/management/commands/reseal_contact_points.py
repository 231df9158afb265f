from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.signing import BadSignature
from django.db import transaction

from notifications.models import ContactPoint
from notifications.models.contact import reseal


class Command(BaseCommand):
    help = "Encrypts every contact point with the SECRET_KEY in use, so that a former key can be dropped."

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Exit code 1 when some cannot be opened with any key: their owners must enter them again."""
        closed = 0
        for pk in list(ContactPoint.objects.current().values_list("pk", flat=True)):
            with transaction.atomic():
                contact = ContactPoint.objects.select_for_update().get(pk=pk)
                try:
                    contact.sealed = reseal(contact.sealed) if contact.sealed else ""
                except BadSignature:
                    closed += 1
                    continue
                contact.save(update_fields=["sealed"])
        if closed:
            raise CommandError(f"{closed} contact points cannot be opened with any of the keys.")
        self.stdout.write("Every contact point is sealed with the key in use.")
