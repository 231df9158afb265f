"""`manage.py export_journal_heads`: say outside the database how far the journal has come."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.invariants import heads


class Command(BaseCommand):
    help = "Writes the signed heads of all journal streams to JOURNAL_HEADS_DIR. A worker does so every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            export = heads.export()
        except (heads.Forged, OSError) as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{len(export.heads)} streams in {export.path}")
