"""Does the work of an import: the look at the file, storing it batch by batch, taking it back; from any batch on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from monitoring import actions
from monitoring.importing import preview as previews
from monitoring.importing import row_lists, storing
from monitoring.importing.plan import Answers, Plan
from monitoring.importing.reading.tables import FileError, Record, Table
from monitoring.importing.rows import Row, RowBuilder, RowError
from monitoring.importing.side_values import EXAMPLES, Unknowns
from monitoring.models import ImportRun, ImportState, Mention
from monitoring.voices import recount_import
from people.models import Brand

BATCH_ROWS = 1_500
SECONDS_BETWEEN_SIGNS = 1.0

Progress = Callable[[ImportRun], None]


def carry_on(run_id: int, *, progress: Progress | None = None) -> bool:
    """Do what an import waits for, until a person has to decide or it has ended; False when somebody else is at it.

    What fails unexpectedly raises; the row stays and is picked up again.
    """
    run = actions.lease_import(run_id=run_id)
    if run is None:
        return False
    with translation.override(run.by.language) if run.by else nullcontext():
        try:
            _WORK[ImportState(run.state)](run, progress)
        except actions.LeaseLost:
            return False
        except FileError as error:
            actions.fail_import(run=run, error=str(error))
    return True


def _look(run: ImportRun, progress: Progress | None) -> None:
    latest = time.monotonic()

    def still_here(rows: int, part: float) -> None:
        nonlocal latest
        if time.monotonic() - latest > SECONDS_BETWEEN_SIGNS:
            latest = time.monotonic()
            actions.show_progress(run=run, percent_done=int(99 * part))

    plan, preview = previews.look(run, Answers.of_json(run.answers), still_here)
    actions.show_preview(run=run, plan=plan.as_json(), preview=preview.as_json())


def _store(run: ImportRun, progress: Progress | None) -> None:
    plan = Plan.of_json(run.plan)
    table = previews.chosen(previews.tables_of(run), plan.table)
    builder = RowBuilder(
        plan,
        brands={brand.name.casefold(): brand.pk for brand in Brand.objects.all()},
        default_brand=run.brand_id,
        file_time=run.file_time,
        now=timezone.now(),
    )
    for batch in _batches(table, builder, skip=run.rows_read):
        run = _store_batch(run, table.header, batch)
        if progress:
            progress(run)
    recount_import(run)
    _judge(run)
    actions.finish_import(run=run)


def _take_back(run: ImportRun, progress: Progress | None) -> None:
    while actions.take_back(run=run):
        pass
    actions.finish_undoing(run=run)


_WORK = {
    ImportState.LOOKING: _look,
    ImportState.RUNNING: _store,
    ImportState.UNDOING: _take_back,
}


@dataclass
class Batch:
    """Some records in a row, small enough to be stored in one short transaction."""

    rows: list[Row] = field(default_factory=list)
    rejected: list[tuple[Record, str]] = field(default_factory=list)  # with the reason
    repaired: list[tuple[Record, str]] = field(default_factory=list)  # with what was done; they are stored
    unknown: Unknowns = field(default_factory=Unknowns)
    line: int = 0
    part: float = 0.0  # of the file that is read

    def add(self, record: Record, builder: RowBuilder) -> None:
        self.line = record.line
        try:
            self.rows.append(builder.build(record))
        except RowError as error:
            self.rejected.append((record, str(error)))
        else:
            if record.repair:
                self.repaired.append((record, record.repair))

    def ended(self, table: Table, builder: RowBuilder) -> Batch:
        """The batch with how far the file was read, and with what `builder` did not understand meanwhile."""
        self.part = table.progress
        self.unknown, builder.unknown = builder.unknown, Unknowns()
        return self


def _batches(table: Table, builder: RowBuilder, *, skip: int) -> Iterator[Batch]:
    batch, count = Batch(), 0
    for count, record in enumerate(islice(table.records(), skip, None), start=1):
        batch.add(record, builder)
        if count % BATCH_ROWS == 0:
            yield batch.ended(table, builder)
            batch = Batch()
    if count % BATCH_ROWS:
        yield batch.ended(table, builder)


@transaction.atomic
def _store_batch(run: ImportRun, header: Sequence[str], batch: Batch) -> ImportRun:
    """Store a batch, count it and move the import behind it: all or nothing. Raises LeaseLost."""
    run = actions.lock_import(run=run)
    stored = storing.store(batch.rows, run_id=run.pk)
    rejects_bytes = row_lists.append(
        run.rejects_path, keep_bytes=run.rejects_bytes, header=header, rows=batch.rejected
    )
    repairs_bytes = row_lists.append(
        run.repairs_path, keep_bytes=run.repairs_bytes, header=header, rows=batch.repaired
    )
    run.unknown_values = _added(run.unknown_values, batch.unknown)
    return actions.advance_import(
        run=run,
        step=actions.ImportStep(
            stored=stored.rows,
            duplicate=len(batch.rows) - stored.rows,
            rejected=len(batch.rejected),
            repaired=len(batch.repaired),
            first_posted_at=stored.first_posted_at,
            last_posted_at=stored.last_posted_at,
            line=batch.line,
            percent_done=min(99, int(100 * batch.part)),
            rejects_bytes=rejects_bytes,
            repairs_bytes=repairs_bytes,
        ),
    )


def _added(known: dict[str, dict[str, object]], new: Unknowns) -> dict[str, dict[str, object]]:
    for name, (count, examples) in new.items():
        before = known.get(name, {"count": 0, "examples": []})
        known[name] = {
            "count": before["count"] + count,  # type: ignore[operator]
            "examples": [*before["examples"], *examples][:EXAMPLES],  # type: ignore[misc]
        }
    return known


def _judge(run: ImportRun) -> None:
    """Judge the time of the import's posts, each moment as of then: what was there already may have been judged now."""
    if run.first_posted_at is None or run.last_posted_at is None:
        return
    mentions = (Mention.objects.filter(run=run), Mention.objects.filter(sightings__run=run))
    brands = [one.order_by().values("brand") for one in mentions]
    for brand in Brand.objects.filter(Q(pk__in=brands[0]) | Q(pk__in=brands[1])).order_by("pk"):
        actions.raise_signals(brand=brand, first=run.first_posted_at, last=run.last_posted_at, run=run)
