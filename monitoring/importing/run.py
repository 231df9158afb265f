"""Does the work of an import, from the file to the signals; in batches, and from any of them on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from monitoring import actions
from monitoring.importing import columns, rejects_file, storing
from monitoring.importing.batches import Batch, batches
from monitoring.importing.csv_file import CsvFile
from monitoring.importing.faults import FileFault
from monitoring.importing.inspection import inspect
from monitoring.importing.rows import RowParser
from monitoring.models import ImportRun, Mention
from people.models import Brand

SLICE_SECONDS = 3.0

Progress = Callable[[ImportRun], None]


def carry_on(
    run_id: int, *, slice_seconds: float | None = SLICE_SECONDS, progress: Progress | None = None
) -> bool:
    """Work on an import until it has ended (True) or the slice is over (False; the next hint carries on).

    False also when somebody else is at it. What fails unexpectedly raises; the row stays and is picked up again.
    """
    run = actions.lease_import(run_id=run_id)
    if run is None:
        return False
    with translation.override(run.by.language) if run.by else nullcontext():
        try:
            return _work(run, slice_seconds, progress)
        except FileFault as fault:
            actions.fail_import(run=run, error=str(fault))
            return True


def _work(run: ImportRun, slice_seconds: float | None, progress: Progress | None) -> bool:
    stop_at = time.monotonic() + slice_seconds if slice_seconds else None
    if not run.offset:
        actions.add_brands(inspect(run))
    with CsvFile(run.file_path, max_bytes=settings.IMPORT_MAX_BYTES) as file:
        parser = _parser(run, file)
        if run.offset:
            file.go_to(run.offset, run.line)
        for batch in batches(file, parser):
            run = store_batch(run, batch)
            if progress:
                progress(run)
            if stop_at and time.monotonic() > stop_at:
                actions.pause_import(run=run)
                return False
    _look_for_spikes(run)
    actions.finish_import(run=run)
    return True


def _parser(run: ImportRun, file: CsvFile) -> RowParser:
    return RowParser(
        columns.find(file.header),
        len(file.header),
        brands={brand.name.casefold(): brand.pk for brand in Brand.objects.all()},
        default_brand=run.brand_id,
        now=timezone.now(),
    )


@transaction.atomic
def store_batch(run: ImportRun, batch: Batch) -> ImportRun:
    """Store a batch, count it and move the import behind it: all or nothing.

    Raises ActionRefused when another worker has taken over; then nothing is stored.
    """
    run = actions.hold_import(run=run)
    stored = storing.store(batch.rows)
    rejects_bytes = rejects_file.append(
        run.rejects_path, keep_bytes=run.rejects_bytes, header=batch.header, rejects=batch.rejected
    )
    return actions.advance_import(
        run=run,
        step=actions.ImportStep(
            stored=stored.rows,
            duplicate=len(batch.rows) - stored.rows,
            rejected=len(batch.rejected),
            first_posted_at=stored.first_posted_at,
            last_posted_at=stored.last_posted_at,
            offset=batch.offset,
            line=batch.line,
            bytes_done=batch.bytes_done,
            rejects_bytes=rejects_bytes,
        ),
    )


def _look_for_spikes(run: ImportRun) -> None:
    """Judge every hour that the import touched, as of that hour."""
    if run.first_posted_at is None or run.last_posted_at is None:
        return
    touched = Mention.objects.filter(posted_at__gte=run.first_posted_at, posted_at__lte=run.last_posted_at)
    for brand in Brand.objects.filter(pk__in=touched.order_by().values("brand").distinct()):
        actions.raise_signals(brand=brand, first=run.first_posted_at, last=run.last_posted_at)
