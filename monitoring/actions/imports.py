"""An import's life, from the file that is given to its end or undoing. `importing.run` does the work by these."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

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
from monitoring.actions.brands import add_brands
from monitoring.actions.signal_decisions import dismiss_baseless
from monitoring.models import ColumnMemory, ImportRun, ImportState
from monitoring.models.imports import WAITING_FOR_WORKER
from monitoring.rules import IMPORT_LIFE
from monitoring.voices import recount_import
from people.models import Brand, User

# A worker that shows no sign of life for this long was killed; batches take well under a second.
STALE_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 5
# What a run is while somebody works on it.
AT_WORK = {
    ImportState.QUEUED: ImportState.LOOKING,
    ImportState.LOOKING: ImportState.LOOKING,
    ImportState.ACCEPTED: ImportState.RUNNING,
    ImportState.RUNNING: ImportState.RUNNING,
    ImportState.UNDOING: ImportState.UNDOING,
}


class LeaseLost(Exception):
    """Another worker has this import now, or somebody has stopped it."""


@dataclass(frozen=True)
class ImportStep:
    """What one batch brought, and where the file stands behind it."""

    stored: int  # rows
    duplicate: int
    rejected: int
    repaired: int
    first_posted_at: datetime | None  # of what was stored, or was there already
    last_posted_at: datetime | None
    line: int
    percent_done: int
    rejects_bytes: int  # of the list of rejected rows
    repairs_bytes: int


def wake_import(run_id: int) -> None:
    """Hint that a worker should carry on with this import; the sweep finds it otherwise."""
    wake("monitoring.tasks.carry_on_import", run_id, expires=60)


def queue_upload(*, actor: User, upload: UploadedFile, brand: Brand | None) -> ImportRun:
    """Keep an uploaded file and let a worker look at it. Nothing of it is stored before somebody accepts the preview.

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
        return _queue(actor, kept, upload, brand)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@transaction.atomic
def _queue(actor: User, kept: Path, upload: UploadedFile, brand: Brand | None) -> ImportRun:
    run = ImportRun.objects.create(
        file_name=Path(upload.name or "mentions.csv").name[:255], path=str(kept), brand=brand, by=actor
    )
    _note(run, "import.queued", actor)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


@transaction.atomic
def register_file(*, path: Path, brand: Brand | None, answers: dict[str, Any] | None = None) -> ImportRun:
    """An import from the command line: the file stays where it is and the command does the work itself."""
    return ImportRun.objects.create(
        file_name=path.name[:255],
        path=str(path.resolve()),
        file_time=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        brand=brand,
        answers=answers or {},
        by=None,
    )


@transaction.atomic
def show_preview(*, run: ImportRun, plan: dict[str, Any], preview: dict[str, Any]) -> ImportRun:
    """The look is over: now a person decides."""
    run = lock_import(run=run)
    change_state(
        run,
        ImportState.PREVIEW,
        IMPORT_LIFE,
        plan=plan,
        preview=preview,
        token=None,
        attempts=0,
        percent_done=0,
    )
    return run


@transaction.atomic
def answer_import(*, run: ImportRun, actor: User, answers: dict[str, Any], brand: Brand | None) -> ImportRun:
    """What the person says about the file, after which it is looked at again."""
    run = _locked(run, actor)
    change_state(run, ImportState.QUEUED, IMPORT_LIFE, answers=answers, brand=brand)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


@transaction.atomic
def accept_preview(*, run: ImportRun, actor: User | None) -> ImportRun:
    """Import the file as its preview shows it; brands that it names as new are added now.

    Raises ActionRefused while something is undecided, and where `run` is older than the preview.
    """
    seen, run = run.preview, _locked(run, actor) if actor else lock_row(run)
    require_step(run, ImportState.ACCEPTED, IMPORT_LIFE)
    if actor and run.preview != seen:
        raise ActionRefused(
            _("The file was looked at again meanwhile. Reload the page to see how it is read now.")
        )
    if undecided := [one["text"] for one in run.preview["questions"] if not one["has_proposal"]]:
        raise ActionRefused(" ".join(undecided))
    add_brands(run.preview["new_brands"])
    change_state(run, ImportState.ACCEPTED, IMPORT_LIFE)
    if actor is None:
        _note(run, "import.queued", None)  # nobody is told of what a command only looked at
    else:
        _remember(run, actor)
        transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


def _remember(run: ImportRun, actor: User) -> None:
    """The next file with these columns is proposed as this one is read."""
    if key := run.preview["header_key"]:
        kept = {"plan": run.plan, "by": actor, "used_at": timezone.now()}
        ColumnMemory.objects.update_or_create(header_key=key, defaults=kept)


@transaction.atomic
def cancel_import(*, run: ImportRun, actor: User, keep: bool) -> ImportRun:
    """Stop. What is stored already stays (`keep`), or is taken back."""
    run = _locked(run, actor)
    if not keep and run.rows_stored + run.rows_duplicate and run.may_be_cancelled:
        return _undo(run, actor)
    _end(run, ImportState.CANCELLED)
    _forget_file(run)
    if not keep:
        _forget_lists(run)
    return run


@transaction.atomic
def undo_import(*, run: ImportRun, actor: User) -> ImportRun:
    """Take back everything that this import stored, but for what is attached to an incident."""
    run = _locked(run, actor)
    if not run.may_be_undone:
        raise IMPORT_LIFE.refused(run, ImportState.UNDOING)
    return _undo(run, actor)


def _undo(run: ImportRun, actor: User) -> ImportRun:
    change_state(
        run,
        ImportState.UNDOING,
        IMPORT_LIFE,
        undone_by=actor,
        finished_at=None,
        token=None,
        attempts=0,
        error="",
    )
    _note(run, "import.undoing", actor)
    _forget_file(run)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


@transaction.atomic
def retry_import(*, run: ImportRun, actor: User) -> ImportRun:
    """Let a failed import carry on from its last batch. What is stored stays, nothing is stored twice."""
    run = _locked(run, actor)
    to_state = ImportState.ACCEPTED if run.rows_read else ImportState.QUEUED
    require_step(run, to_state, IMPORT_LIFE)
    if not run.is_uploaded or not run.file_path.exists():
        raise ActionRefused(_("The file is no longer here. Import it again; nothing will be stored twice."))
    change_state(run, to_state, IMPORT_LIFE, error="", finished_at=None, attempts=0, token=None)
    _note(run, "import.retried", actor)
    transaction.on_commit(partial(wake_import, run.pk), robust=True)
    return run


def _locked(run: ImportRun, actor: User) -> ImportRun:
    _require(actor)
    return lock_row(run)


def lock_row(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).select_related("by", "brand").get(pk=run.pk)


@transaction.atomic
def lease_import(*, run_id: int) -> ImportRun | None:
    """Take an import that waits or was left behind; None when somebody is at work or it has ended."""
    now = timezone.now()
    run = (
        ImportRun.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("brand", "by")
        .filter(
            Q(token__isnull=True) | Q(seen_at__lt=now - STALE_AFTER), pk=run_id, state__in=WAITING_FOR_WORKER
        )
        .first()
    )
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        _end(run, ImportState.FAILED, _why_given_up(run))
        return None
    change_state(
        run,
        AT_WORK[ImportState(run.state)],
        IMPORT_LIFE,
        token=uuid.uuid4(),
        seen_at=now,
        attempts=run.attempts + 1,
        started_at=run.started_at or (now if run.state == ImportState.ACCEPTED else None),
    )
    return run


def _why_given_up(run: ImportRun) -> str:
    if run.state in (ImportState.QUEUED, ImportState.LOOKING):
        text = _(
            "Reading this file was tried %(n)d times and never ended. Export it again, best as CSV or XLSX."
        )
    else:
        text = _(
            "Stopped %(n)d times behind line %(line)d without getting further. Look at that line, then try again."
        )
    return text % {"n": run.attempts, "line": run.line}


def lock_import(*, run: ImportRun) -> ImportRun:
    """The locked row, for the worker's next step. Raises LeaseLost when another worker has it, or it was cancelled."""
    locked = lock_row(run)
    if locked.token is None or locked.token != run.token:
        raise LeaseLost
    return locked


@transaction.atomic
def show_progress(*, run: ImportRun, percent_done: int) -> None:
    """A sign of life during the look."""
    run = lock_import(run=run)
    run.seen_at, run.percent_done = timezone.now(), percent_done
    run.save(update_fields=["seen_at", "percent_done"])


@transaction.atomic
def advance_import(*, run: ImportRun, step: ImportStep) -> ImportRun:
    """Count a batch and move the import behind it, in the transaction that holds the import and stores the batch."""
    run.rows_read += step.stored + step.duplicate + step.rejected
    run.rows_stored += step.stored
    run.rows_duplicate += step.duplicate
    run.rows_rejected += step.rejected
    run.first_posted_at = _earliest(run.first_posted_at, step.first_posted_at)
    run.last_posted_at = _latest(run.last_posted_at, step.last_posted_at)
    run.rows_repaired += step.repaired
    run.line, run.percent_done = step.line, step.percent_done
    run.rejects_bytes, run.repairs_bytes = step.rejects_bytes, step.repairs_bytes
    run.seen_at, run.attempts = timezone.now(), 0
    run.save()
    return run


@transaction.atomic
def finish_import(*, run: ImportRun) -> ImportRun:
    """Everything is stored and judged. The kept file is no longer needed."""
    run = lock_import(run=run)
    _end(run, ImportState.FINISHED, percent_done=100)
    _forget_file(run)
    return run


@transaction.atomic
def finish_undoing(*, run: ImportRun) -> ImportRun:
    """Everything that could be taken back is."""
    run = lock_import(run=run)
    _end(run, ImportState.UNDONE)
    _forget_lists(run)
    if run.undone_by:
        dismiss_baseless(run=run, actor=run.undone_by, reason=_("The import was undone."))
    return run


def _forget_file(run: ImportRun) -> None:
    if run.is_uploaded:
        _remove_on_commit(run.file_path)


def _forget_lists(run: ImportRun) -> None:
    """The rejected and repaired rows of an import of which nothing is kept."""
    _remove_on_commit(run.rejects_path)
    _remove_on_commit(run.repairs_path)


def _remove_on_commit(path: Path) -> None:
    transaction.on_commit(partial(path.unlink, missing_ok=True), robust=True)


@transaction.atomic
def fail_import(*, run: ImportRun, error: str) -> ImportRun:
    """It cannot be done, for the reason given to the person who asked for it."""
    run = lock_import(run=run)
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


def _end(run: ImportRun, state: str, error: object = "", **fields: Any) -> None:
    error = str(error)
    if state != ImportState.FINISHED:  # whose posts are counted before they are judged
        recount_import(run)
    change_state(run, state, IMPORT_LIFE, error=error, finished_at=timezone.now(), token=None, **fields)
    counts = {"stored": run.rows_stored, "duplicate": run.rows_duplicate, "rejected": run.rows_rejected}
    _note(run, f"import.{state}", None, **counts, error=error)


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
