"""`manage.py import_mentions FILE --brand NAME`: mentions from a CSV file, packed with gzip or not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring import actions
from monitoring.importing.columns import NAMES
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, ImportState
from people.models import Brand

HELP = """\
Import mentions from a CSV file (UTF-8, plain or packed with gzip).

The first line names the columns. Needed: created_at, text, and id or url. Used where present:
{columns}.
Names that other tools use for the same things are understood too. A time without a zone is UTC. An empty cell means
"unknown", never zero.

Which brand a post is about is what the column "brand" says; brands that are new are added (unless --known-brands).
--brand is for rows whose cell is empty and for files without that column. It does not filter.

The import can be repeated: a post with the same source (usually the platform) and id is stored once. Rows that cannot
be stored are written, with line number and reason, to a file that is named at the end; the others are stored. What
is wrong with the file as a whole is found before anything is stored.
"""


class Command(BaseCommand):
    help = "Import mentions from a CSV file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.description = HELP.format(columns=", ".join(NAMES))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--brand", metavar="NAME", default="", help="the brand of rows that name none")
        parser.add_argument(
            "--known-brands", action="store_true", help="reject rows about brands that are not entered yet"
        )

    def handle(self, *args: Any, file: Path, brand: str, known_brands: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        run = actions.register_file(
            path=file, brand=self._brand(brand.strip(), known_brands), create_brands=not known_brands
        )
        carry_on(run.pk, slice_seconds=None, progress=self._show)
        run.refresh_from_db()
        if run.state == ImportState.FAILED:
            raise CommandError(run.error)
        if run.state != ImportState.FINISHED:
            raise CommandError(
                f"Import {run.pk} was taken over by another process; its page shows how it goes on."
            )
        self._show(run)
        if run.rows_rejected:
            self.stdout.write(f"Rejected rows, with reasons: {run.rejects_path}")

    def _brand(self, name: str, known_only: bool) -> Brand | None:
        if not name:
            return None
        brand = Brand.objects.filter(name__iexact=name).first()
        if brand is None and known_only:
            raise CommandError(f"There is no brand “{name}”. Leave --known-brands out to add it.")
        return brand or actions.add_brands([name])[0]

    def _show(self, run: ImportRun) -> None:
        self.stdout.write(
            f"{run.percent:3} %  {run.rows_read} read, {run.rows_stored} stored, "
            f"{run.rows_duplicate} already there, {run.rows_rejected} rejected"
        )
