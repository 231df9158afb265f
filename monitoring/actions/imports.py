"""An import's life: queued, running, finished or failed. `importing.run` does the work and calls these."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.hints import wake
from common.transitions import change_state, require_step
from journal.actions import record
from monitoring.models import ImportRun, ImportState
from monitoring.models.imports import UNFINISHED
from monitoring.rules import IMPORT_LIFE
from people.models import Brand, User

# A worker that shows no sign of life for this long was killed; batches take well under a second.
STALE_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class ImportStep:
    """What one batch brought, and where the file stands behind it."""

    stored: int  # rows
    duplicate: int
    rejected: int
    first_posted_at: datetime | None  # of what was stored
    last_posted_at: datetime | None
    offset: int  # unpacked bytes
    line: int
    bytes_done: int  # of the file as it lies there
    rejects_bytes: int  # of the file of rejected rows


def wake_import(run_id: int) -> None:
    """Hint that a worker should carry on with this import; the sweep finds it otherwise."""
    wake("monitoring.tasks.carry_on_import", run_id, expires=60)


def queue_upload(*, actor: User, upload: UploadedFile, brand: Brand | None, create_brands: bool) -> ImportRun:
    """Keep an uploaded file and let a worker import it.

    Raises Invalid for a file that is empty or larger than IMPORT_MAX_BYTES.
    """
    _require(actor)
    if not upload.size:
        raise Invalid(
            _("The file is empty. Export it again; the first line must name the columns."), field="file"
        )
    if upload.size > settings.IMPORT_MAX_BYTES:
        raise Invalid(
            _("The file is larger than %(mb)d MB. Split it, or pack it with gzip.")
            % {"mb": settings.IMPORT_MAX_BYTES // (1024 * 1024)},
            field="file",
        )
    # The name comes from us: what the browser says is only shown, never a path.
    kept = Path("imports") / f"{uuid.uuid4()}.data"
    target = Path(settings.MEDIA_ROOT) / kept
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return _queue(actor, kept, upload, brand, create_brands)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@transaction.atomic
def _queue(
    actor: User, kept: Path, upload: UploadedFile, brand: Brand | None, create_brands: bool
) -> ImportRun:
    run = ImportRun.objects.create(
        file_name=Path(upload.name or "mentions.csv").name[:255],
        path=str(kept),
        bytes_total=upload.size or 0,
        brand=brand,
        create_brands=create_brands,
        by=actor,
    )
    _note(run, "import.queued", actor)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


@transaction.atomic
def register_file(*, path: Path, brand: Brand | None, create_brands: bool) -> ImportRun:
    """An import from the command line: the file stays where it is and the command does the work itself."""
    run = ImportRun.objects.create(
        file_name=path.name[:255],
        path=str(path.resolve()),
        bytes_total=path.stat().st_size,
        brand=brand,
        create_brands=create_brands,
        by=None,
    )
    _note(run, "import.queued", None)
    return run


@transaction.atomic
def retry_import(*, run: ImportRun, actor: User) -> ImportRun:
    """Let a failed import carry on from its last batch. What is stored stays, nothing is stored twice."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    _require(actor)
    require_step(run, ImportState.QUEUED, IMPORT_LIFE)
    if not run.is_uploaded or not run.file_path.exists():
        raise ActionRefused(_("The file is no longer here. Import it again; nothing will be stored twice."))
    change_state(run, ImportState.QUEUED, IMPORT_LIFE, error="", finished_at=None, attempts=0, token=None)
    _note(run, "import.retried", actor)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


@transaction.atomic
def lease_import(*, run_id: int) -> ImportRun | None:
    """Take an import that waits or was left behind; None when somebody is at work or it has ended."""
    now = timezone.now()
    run = (
        ImportRun.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("brand", "by")
        .filter(Q(token__isnull=True) | Q(seen_at__lt=now - STALE_AFTER), pk=run_id, state__in=UNFINISHED)
        .first()
    )
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        _end(
            run,
            ImportState.FAILED,
            _(
                "Stopped %(n)d times behind line %(line)d without getting further. Look at that line, then try again."
            )
            % {"n": run.attempts, "line": run.line},
        )
        return None
    change_state(
        run,
        ImportState.RUNNING,
        IMPORT_LIFE,
        token=uuid.uuid4(),
        seen_at=now,
        attempts=run.attempts + 1,
    )
    return run


def hold_import(*, run: ImportRun) -> ImportRun:
    """The locked row, for the transaction that stores a batch.

    Raises ActionRefused when another worker has taken over.
    """
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("by", "brand").get(pk=run.pk)
    if locked.token is None or locked.token != run.token:
        raise ActionRefused(_("Another worker has taken this import over."))
    return locked


@transaction.atomic
def advance_import(*, run: ImportRun, step: ImportStep) -> ImportRun:
    """Count a batch and move the import behind it, in the transaction that holds the import and stores the batch."""
    run.rows_read += step.stored + step.duplicate + step.rejected
    run.rows_stored += step.stored
    run.rows_duplicate += step.duplicate
    run.rows_rejected += step.rejected
    run.first_posted_at = _earliest(run.first_posted_at, step.first_posted_at)
    run.last_posted_at = _latest(run.last_posted_at, step.last_posted_at)
    run.offset, run.line, run.bytes_done = step.offset, step.line, step.bytes_done
    run.rejects_bytes = step.rejects_bytes
    run.seen_at, run.attempts = timezone.now(), 0
    run.save()
    return run


@transaction.atomic
def pause_import(*, run: ImportRun) -> None:
    """Give the import back after a slice of work, so that alerts do not wait behind a large file."""
    run = hold_import(run=run)
    run.token, run.attempts = None, 0
    run.save(update_fields=["token", "attempts"])
    transaction.on_commit(partial(wake_import, run.pk), robust=True)


@transaction.atomic
def finish_import(*, run: ImportRun) -> ImportRun:
    """Everything is stored and the spike rule has looked at it. The kept file is no longer needed."""
    run = hold_import(run=run)
    _end(run, ImportState.FINISHED)
    if run.is_uploaded:
        path = run.file_path
        transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)
    return run


@transaction.atomic
def fail_import(*, run: ImportRun, error: str) -> ImportRun:
    """It cannot be done, for the reason given to the person who asked for it."""
    run = hold_import(run=run)
    _end(run, ImportState.FAILED, error)
    return run


@transaction.atomic
def abandon_import(*, run_id: int) -> None:
    """Close an import whose command was interrupted: only whoever has the file can run it again."""
    run = lease_import(run_id=run_id)
    if run is not None:
        _end(
            run,
            ImportState.FAILED,
            _("The command was interrupted. Run it again: what is stored stays, nothing is stored twice."),
        )


def _end(run: ImportRun, state: str, error: object = "") -> None:
    error = str(error)
    change_state(run, state, IMPORT_LIFE, error=error, finished_at=timezone.now(), token=None)
    kind = "import.finished" if state == ImportState.FINISHED else "import.failed"
    counts = {"stored": run.rows_stored, "duplicate": run.rows_duplicate, "rejected": run.rows_rejected}
    _note(run, kind, None, **counts, error=error)


def _require(actor: User) -> None:
    if not actor.has_perm("monitoring.import"):
        raise NotAllowed(
            _("Readers may look at mentions, not import them. Ask somebody of the communications team.")
        )


def _note(run: ImportRun, kind: str, actor: User | None, **data: object) -> None:
    record(
        stream=run.stream,
        kind=kind,
        actor=actor,
        data={"file": run.file_name, **data},
        path=run.get_absolute_url(),
        audience=[run.by] if run.by else [],
    )


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
