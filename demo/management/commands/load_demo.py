"""`manage.py load_demo`: the people of the demo and their story. Running it again changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import loading


class Command(BaseCommand):
    help = "Load the demo. Only where DEMO is set: its password is known to everybody."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "load_demo makes people whose password everybody knows, so it runs under DEMO=true alone."
            )
        if not loading.is_loaded():
            loading.load(self.stdout.write)
            self.stdout.write("The demo is loaded: one crisis is under way, its deadlines run from now on.")
        elif loading.is_stale():
            self.stdout.write(
                "The demo was loaded more than 12 hours ago, so its crisis is overdue; 'make demo-reset' starts afresh."
            )
        else:
            self.stdout.write("The demo is loaded already; its data stay as they are.")
