"""`manage.py load_demo`: the people of the demo. Running it again changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people.models import CrisisRole, SiteRole, User

PASSWORD = "crisis-demo"  # noqa: S105 (known to everybody: the demo listens on one machine alone)
PEOPLE: tuple[tuple[str, str, SiteRole, list[CrisisRole]], ...] = (
    ("alice@example.com", "Alice Arslan", SiteRole.COMMUNICATOR, []),
    ("bob@example.com", "Bob Baran", SiteRole.APPROVER, [CrisisRole.COMMS_LEAD]),
    ("carol@example.com", "Carol Cieślak", SiteRole.APPROVER, [CrisisRole.LEGAL]),
    ("dave@example.com", "Dave Deng", SiteRole.APPROVER, [CrisisRole.EXECUTIVE]),
    ("erin@example.com", "Erin Evans", SiteRole.READER, []),
    ("admin@example.com", "Ada Admin", SiteRole.ADMINISTRATOR, []),
)


class Command(BaseCommand):
    help = "Load the demo. Only where DEMO is set: its password is known to everybody."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError(
                "load_demo makes people whose password everybody knows, so it runs under DEMO=true alone."
            )
        for email, name, role, capacities in PEOPLE:
            if not User.objects.filter(email=email).exists():
                User.objects.create_user(email, PASSWORD, name=name, site_role=role, capacities=capacities)
