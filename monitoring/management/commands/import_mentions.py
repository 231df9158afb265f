"""`manage.py import_mentions FILE --brand NAME`: mentions from any export, looked at before anything is stored."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError

from monitoring import actions
from monitoring.importing.meaning.fields import FIELDS
from monitoring.importing.plan import Answers, Plan
from monitoring.importing.preview import MAX_BRAND_CHARS, Preview, limits
from monitoring.importing.reading.opening import open_tables
from monitoring.importing.reading.tables import FileError
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, ImportState, Sentiment
from people.models import Brand

UNDECIDED = 2  # the exit code when something has to be decided first
HELP = f"""\
Import mentions from an export of any tool: CSV, TSV, XLSX, JSON, JSON lines, Atom, RSS, plain or in a ZIP or gzip.

First the whole file is looked at, and what it seems to be is printed. Nothing is stored while something is undecided:
answer it with --map, --zone, --scale, --day-first, --month-first or --brand-column, or take what is proposed with
--accept. --dry-run stores nothing in any case. Fields for --map: {", ".join(FIELDS)}.

The import can be repeated: a post that is there already is not stored again. Rejected and repaired rows are written,
with line numbers and reasons, to files that are named at the end.
"""


class Command(BaseCommand):
    help = "Import mentions from a file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.description = HELP
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--brand", metavar="NAME", default="", help="the brand that the posts are about")
        parser.add_argument(
            "--brand-column", metavar="COLUMN", default="", help="the column that names the brand"
        )
        parser.add_argument(
            "--map", metavar="FIELD=COLUMN", action="append", default=[], help="which column holds what"
        )
        parser.add_argument(
            "--zone", metavar="ZONE", default="", help="of times that name none, as Europe/Istanbul"
        )
        parser.add_argument(
            "--scale",
            metavar="CELL=LABEL",
            action="append",
            default=[],
            help="what a cell of sentiment means",
        )
        order = parser.add_mutually_exclusive_group()
        order.add_argument("--day-first", action="store_true", default=None, help="3/4/2025 is in April")
        order.add_argument("--month-first", action="store_true", default=None, help="3/4/2025 is in March")
        parser.add_argument("--accept", action="store_true", help="take every proposal")
        parser.add_argument("--dry-run", action="store_true", help="look only")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        answers = self._answers(file, options)
        name = options["brand"].strip()
        if len(name) > MAX_BRAND_CHARS:
            raise CommandError(f"The brand's name has more than {MAX_BRAND_CHARS} characters.")
        brand = Brand.objects.filter(name__iexact=name).first() if name else None
        new_brand = "" if brand else name
        run = actions.register_file(path=file, brand=brand, answers=answers.as_json())
        preview = self._look(run)
        if options["dry_run"]:
            self._give_up(run)
            return
        waiting = [one for one in preview.questions if not (one.has_proposal and options["accept"])]
        waiting = [one for one in waiting if not (one.about == "brand" and new_brand)]
        if waiting:
            self._give_up(run)
            self.stderr.write("Undecided:\n" + "\n".join(f"  {one.text}" for one in waiting))
            raise SystemExit(UNDECIDED)
        self._store(run, new_brand)

    def _answers(self, file: Path, options: dict[str, Any]) -> Answers:
        if options["zone"] and options["zone"] not in available_timezones():
            raise CommandError(f"There is no time zone {options['zone']}.")
        day_first = True if options["day_first"] else False if options["month_first"] else None
        pairs = [pair.partition("=")[::2] for pair in options["map"]]
        if options["brand_column"]:
            pairs.append(("brand", options["brand_column"]))
        header = self._header(file) if pairs else []
        return Answers(
            columns={field: self._positions(field, names, header) for field, names in pairs} or None,
            zone=options["zone"] or None,
            day_first=day_first,
            scale=dict(self._label(pair) for pair in options["scale"]),
        )

    def _header(self, file: Path) -> list[str]:
        try:
            table = open_tables(file, name=file.name, limits=limits())[0]
        except FileError as error:
            raise CommandError(str(error)) from error
        return [name.strip().casefold() for name in table.header]

    def _positions(self, field: str, names: str, header: list[str]) -> tuple[int, ...]:
        """Of the columns named; several are joined by +. Empty for "there is no such column"."""
        if field not in FIELDS:
            raise CommandError(f"There is no field {field}. Fields: {', '.join(FIELDS)}.")
        wanted = [name.strip().casefold() for name in names.split("+") if name.strip()]
        if missing := [name for name in wanted if name not in header]:
            raise CommandError(f"There is no column {missing[0]}. Columns: {', '.join(header[:50])}.")
        return tuple(header.index(name) for name in wanted)

    def _label(self, pair: str) -> tuple[str, str]:
        cell, _equals, label = pair.rpartition("=")
        if label not in Sentiment.values:
            raise CommandError(f"{label} is no sentiment: use {', '.join(Sentiment.values)}.")
        return cell, label

    def _look(self, run: ImportRun) -> Preview:
        carry_on(run.pk)
        run.refresh_from_db()
        if run.state == ImportState.FAILED:
            raise CommandError(run.error)
        preview = Preview.of_json(run.preview)
        self._print(preview, Plan.of_json(run.plan))
        return preview

    def _print(self, preview: Preview, plan: Plan) -> None:
        write = self.stdout.write
        write(f"{preview.kind}: {preview.rows} rows, {len(preview.header)} columns")
        for field, positions in plan.columns.items():
            write(f"  {field}: {' + '.join(preview.header[position] for position in positions)}")
        for name, why in preview.ignored:
            write(f"  not used: {name} ({why})")
        for finding in preview.findings:
            write(f"- {finding}")
        for post in preview.posts[:3]:
            write(f"  {post['posted_at']}  {post['author'] or '?'}: {post['text'][:80]}")
        for question in preview.questions:
            write(f"? {question.text}")

    def _give_up(self, run: ImportRun) -> None:
        """Nothing was stored: no trace of the look stays."""
        run.delete()

    def _store(self, run: ImportRun, new_brand: str) -> None:
        if new_brand:
            run.brand = actions.add_brands([new_brand])[0]
            run.preview["questions"] = [one for one in run.preview["questions"] if one["about"] != "brand"]
            run.save(update_fields=["brand", "preview"])
        run = actions.accept_preview(run=run, actor=None)
        carry_on(run.pk, progress=self._show)
        run.refresh_from_db()
        if run.state == ImportState.FAILED:
            raise CommandError(run.error)
        if run.state != ImportState.FINISHED:
            raise CommandError(f"Import {run.pk} was taken over; its page shows how it goes on.")
        self._show(run)
        if run.rows_rejected:
            self.stdout.write(f"Rejected rows, with reasons: {run.rejects_path}")
        if run.rows_repaired:
            self.stdout.write(f"Repaired rows: {run.repairs_path}")

    def _show(self, run: ImportRun) -> None:
        self.stdout.write(
            f"{run.percent_done:3} %  {run.rows_read} read, {run.rows_stored} stored, "
            f"{run.rows_duplicate} already there, {run.rows_rejected} rejected"
        )
