"""One file of mentions on its way in. The row is the whole state: any worker can carry on from it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Brand


class ImportState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be read")
    LOOKING = "looking", _("Being read")
    PREVIEW = "preview", _("Preview")  # waits for a person
    ACCEPTED = "accepted", _("Waiting to be imported")
    RUNNING = "running", _("Being imported")
    FINISHED = "finished", _("Imported")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


# A worker has something to do.
WAITING_FOR_WORKER = (
    ImportState.QUEUED,
    ImportState.LOOKING,
    ImportState.ACCEPTED,
    ImportState.RUNNING,
    ImportState.UNDOING,
)
ENDED = (ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED, ImportState.UNDONE)


class ImportRun(models.Model):
    file_name = models.CharField(_("file"), max_length=255)  # as the person calls it
    path = models.CharField(
        max_length=500
    )  # where the bytes are: under MEDIA_ROOT unless imported by command
    file_time = models.DateTimeField(default=timezone.now)  # what "6 days ago" in the file counts from
    brand = models.ForeignKey(  # unless the plan reads the brand from a column
        Brand, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brand")
    )
    answers = models.JSONField(default=dict)  # importing.plan.Answers: what the person has said
    plan = models.JSONField(default=dict)  # importing.plan.Plan: how the file is read, proposed or accepted
    preview = models.JSONField(default=dict)  # importing.preview.Preview: what the person is shown of it
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=ImportState, default=ImportState.QUEUED)

    rows_read = models.PositiveIntegerField(_("read"), default=0)
    rows_stored = models.PositiveIntegerField(_("stored"), default=0)
    rows_duplicate = models.PositiveIntegerField(_("already there"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rejected"), default=0)
    rows_repaired = models.PositiveIntegerField(_("repaired"), default=0)  # among those stored
    unknown_values = models.JSONField(default=dict)  # field → {"count": n, "examples": [[line, cell], ...]}
    percent_done = models.PositiveSmallIntegerField(default=0)  # of the file
    first_posted_at = models.DateTimeField(null=True)  # of its posts, also of those that were there already
    last_posted_at = models.DateTimeField(null=True)
    error = models.TextField(_("what went wrong"), blank=True)

    # The next batch begins behind `rows_read` records; counted in the transaction that stores the batch.
    line = models.PositiveIntegerField(default=0)  # of the last record that was read
    # What lies behind these sizes in the lists of rejected and of repaired rows was never committed.
    rejects_bytes = models.BigIntegerField(default=0)
    repairs_bytes = models.BigIntegerField(default=0)

    token = models.UUIDField(null=True)  # who works on it now; a worker whose token is no longer here stops
    seen_at = models.DateTimeField(null=True)  # last sign of life of that worker
    attempts = models.PositiveSmallIntegerField(default=0)  # since the last batch that got through
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)  # when the first row was read to be stored
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""), name="import_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, finished_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(finished_at__isnull=True)),
                name="import_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_read=models.F("rows_stored") + models.F("rows_duplicate") + models.F("rows_rejected")
                ),
                name="import_every_row_accounted_for",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_newest"),  # the list
            models.Index(  # what the sweep looks for: waiting, or left behind by a killed worker
                fields=["seen_at"], condition=Q(state__in=WAITING_FOR_WORKER), name="import_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("monitoring:import", args=[self.pk])

    @property
    def stream(self) -> str:
        return f"import-{self.pk}"

    @property
    def is_waiting_for_worker(self) -> bool:
        return self.state in WAITING_FOR_WORKER

    @property
    def may_be_cancelled(self) -> bool:
        return self.state in (*WAITING_FOR_WORKER[:-1], ImportState.PREVIEW)

    @property
    def may_be_undone(self) -> bool:
        """Also one that stored nothing: what an earlier one had brought may have been handed on to it."""
        is_over = self.state in ENDED and self.state != ImportState.UNDONE
        return is_over and self.rows_stored + self.rows_duplicate > 0

    @property
    def is_uploaded(self) -> bool:
        """Uploaded files are ours and a worker may resume them; a file named on the command line is not."""
        return self.file_path.is_relative_to(Path(settings.MEDIA_ROOT))

    @property
    def file_path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.path

    @property
    def rejects_path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "imports" / f"rejected-{self.pk}.csv"

    @property
    def repairs_path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "imports" / f"repaired-{self.pk}.csv"

    @property
    def mentions_url(self) -> str:
        """Exactly the mentions that this import stored."""
        return f"{reverse('monitoring:mentions')}?run={self.pk}"

    @property
    def rows_a_second(self) -> int | None:
        """How fast it goes, or went; None before there is anything to measure."""
        if not (self.started_at and self.rows_read):
            return None
        seconds = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return round(self.rows_read / seconds) if seconds > 0 else None

    @property
    def seconds_left(self) -> int | None:
        """While it runs: by how long what is done has taken."""
        if self.state != ImportState.RUNNING or not self.started_at or not self.percent_done:
            return None
        seconds = (timezone.now() - self.started_at).total_seconds()
        return round(seconds * (100 - self.percent_done) / self.percent_done)

    @property
    def minutes_left(self) -> int | None:
        """While it takes longer than anybody counts in seconds."""
        seconds = self.seconds_left
        return round(seconds / 60) if seconds and seconds > 90 else None


class ColumnMemory(models.Model):
    """How a person read a file with these columns: the next one like it is proposed the same."""

    header_key = models.UUIDField(unique=True)  # importing.identity.of_header
    plan = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.header_key)
