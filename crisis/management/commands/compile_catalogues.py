"""`manage.py compile_catalogues`: .mo beside every changed .po, with Babel, so that no gettext is needed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile the message catalogues that changed since they were last compiled."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for source in sorted(po for path in settings.LOCALE_PATHS for po in Path(path).rglob("*.po")):
            compiled = source.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
                continue
            try:
                with source.open("rb") as file:
                    catalogue = read_po(file, abort_invalid=True)
            except (PoFileError, UnicodeDecodeError) as error:
                raise CommandError(f"{source} cannot be read: {error}") from error
            # Aside and then renamed: a process that starts meanwhile reads the old one or the new one, whole.
            new = compiled.with_suffix(".mo.new")
            with new.open("wb") as file:
                write_mo(file, catalogue)
            new.replace(compiled)
            self.stdout.write(f"compiled {source.relative_to(settings.BASE_DIR)}")
