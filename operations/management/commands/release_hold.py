"""`manage.py release_hold`: whoever starts the engine on purpose says so."""

from typing import Any

from django.core.management.base import BaseCommand

from escalations.engine_hold import release_from_cli


class Command(BaseCommand):
    help = "Lets the engine go on after a hold; before the processes start, it keeps one from being opened."

    def handle(self, *args: Any, **options: Any) -> None:
        released = release_from_cli()
        self.stdout.write("The engine goes on." if released else "The engine is not held.")
