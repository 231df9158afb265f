"""`manage.py check_history`: was this database made by a version with other migrations? It changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from demo.folder import OTHER_VERSION


class Command(BaseCommand):
    help = "Say whether the database records migrations that this version does not have (then it ends with code 3)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        recorded = MigrationRecorder(connection).applied_migrations()
        if unknown := sorted(recorded.keys() - MigrationLoader(None).disk_migrations.keys()):
            app, name = unknown[0]
            raise CommandError(
                f"The database records {app}.{name}, which this version does not have.",
                returncode=OTHER_VERSION,
            )
        self.stdout.write("This version has every migration that the database records.")
