"""Does the work of an import, in batches; from anywhere, also from the middle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from incidents.models import Brand
from monitoring import actions
from monitoring.importing import columns
from monitoring.importing.reading import FileFault, MentionFile, Record
from monitoring.importing.rows import Row, RowFault, RowParser
from monitoring.models import ImportRun, Mention

BATCH_ROWS = 1000
# A brand column that names hundreds of new brands is some other column.
MAX_NEW_BRANDS = 50
SLICE_SECONDS = 3.0

Progress = Callable[[ImportRun], None]


def carry_on(
    run_id: int, *, slice_seconds: float | None = SLICE_SECONDS, progress: Progress | None = None
) -> bool:
    """Work on an import until it has ended (True) or the slice is over (False; the next hint carries on).

    False also when somebody else is at it. What fails unexpectedly raises; the row stays and is picked up again.
    """
    run = actions.claim(run_id=run_id)
    if run is None:
        return False
    with translation.override(run.by.language) if run.by else nullcontext():
        try:
            return _work(run, slice_seconds, progress)
        except FileFault as fault:
            actions.fail(run=run, error=str(fault))
            return True


def _work(run: ImportRun, slice_seconds: float | None, progress: Progress | None) -> bool:
    stop_at = time.monotonic() + slice_seconds if slice_seconds else None
    if not run.offset:
        _inspect(run)
    with MentionFile(run.file_path, max_bytes=settings.IMPORT_MAX_BYTES) as file:
        parser = RowParser(
            columns.find(file.header),
            len(file.header),
            brands={brand.name.casefold(): brand.pk for brand in Brand.objects.all()},
            default_brand=run.brand_id,
            now=timezone.now(),
        )
        if run.offset:
            file.go_to(run.offset, run.line)
        for batch in _batches(file, parser):
            run = actions.store_batch(run=run, batch=batch)
            if progress:
                progress(run)
            if stop_at and time.monotonic() > stop_at:
                actions.pause(run=run)
                return False
    _look_for_spikes(run)
    actions.finish(run=run)
    return True


def _batches(file: MentionFile, parser: RowParser) -> Iterator[actions.Batch]:
    rows: list[Row] = []
    rejected: list[tuple[Record, str]] = []

    def batch() -> actions.Batch:
        return actions.Batch(rows, rejected, file.header, file.offset, file.line, file.bytes_done)

    for record in file.records():
        try:
            rows.append(parser.parse(record))
        except RowFault as fault:
            rejected.append((record, str(fault)))
        if len(rows) + len(rejected) >= BATCH_ROWS:
            yield batch()
            rows, rejected = [], []
    if rows or rejected:
        yield batch()


def _inspect(run: ImportRun) -> None:
    """Read the whole file once before anything is stored: what is wrong with it as a whole must show now.

    Raises FileFault. Adds the brands that the file names and that are new, when that was asked for.
    """
    with MentionFile(run.file_path, max_bytes=settings.IMPORT_MAX_BYTES) as file:
        found = columns.find(file.header)
        position = found.get("brand")
        if position is None and run.brand_id is None:
            raise FileFault(_("The file has no column “brand”. Choose the brand that its posts are about."))
        known = {name.casefold() for name in Brand.objects.values_list("name", flat=True)}
        new: dict[str, str] = {}
        is_empty = True
        for record in file.records():
            is_empty = False
            if position is None or record.fault or len(record.cells) <= position or len(new) > MAX_NEW_BRANDS:
                continue
            name = record.cells[position].strip()
            if name and "\0" not in name and name.casefold() not in known:
                new.setdefault(name.casefold(), name)
    if is_empty:
        raise FileFault(_("The file names its columns and holds no rows. Export it again."))
    if not run.create_brands:
        return
    if len(new) > MAX_NEW_BRANDS:
        raise FileFault(
            _(
                "The column “%(column)s” names more than %(n)d new brands, so it is probably not the brand. Rename it."
            )
            % {"column": file.header[position or 0], "n": MAX_NEW_BRANDS}
        )
    actions.add_brands([name for name in new.values() if len(name) <= 120])


def _look_for_spikes(run: ImportRun) -> None:
    """Judge every hour that the import touched, as of that hour."""
    if run.first_posted_at is None or run.last_posted_at is None:
        return
    touched = Mention.objects.filter(posted_at__gte=run.first_posted_at, posted_at__lte=run.last_posted_at)
    for brand in Brand.objects.filter(pk__in=touched.order_by().values("brand").distinct()):
        actions.raise_signals(brand=brand, first=run.first_posted_at, last=run.last_posted_at)
