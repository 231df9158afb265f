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
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


UNFINISHED = (ImportState.QUEUED, ImportState.RUNNING)


class ImportRun(models.Model):
    file_name = models.CharField(_("file"), max_length=255)  # as the person calls it
    path = models.CharField(
        max_length=500
    )  # where the bytes are: under MEDIA_ROOT unless imported by command
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brand")
    )
    create_brands = models.BooleanField(_("add brands that are new"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    state = models.CharField(_("state"), max_length=8, choices=ImportState, default=ImportState.QUEUED)

    rows_read = models.PositiveIntegerField(_("read"), default=0)
    rows_stored = models.PositiveIntegerField(_("stored"), default=0)
    rows_duplicate = models.PositiveIntegerField(_("already there"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rejected"), default=0)
    bytes_done = models.BigIntegerField(default=0)  # of the file as it lies there, for the progress bar
    bytes_total = models.BigIntegerField(default=0)
    first_posted_at = models.DateTimeField(
        null=True
    )  # span of what was stored: the hours to look for spikes in
    last_posted_at = models.DateTimeField(null=True)
    error = models.TextField(_("what went wrong"), blank=True)

    # Where the next batch starts, in the unpacked text; moved in the transaction that stores the batch.
    offset = models.BigIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    rejects_bytes = models.BigIntegerField(
        default=0
    )  # what lies behind this in the rejects file was never committed

    token = models.UUIDField(null=True)  # who works on it now; a worker whose token is no longer here stops
    seen_at = models.DateTimeField(null=True)  # last sign of life of that worker
    attempts = models.PositiveSmallIntegerField(default=0)  # since the last batch that got through
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
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
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["finished", "failed"], finished_at__isnull=False),
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
                fields=["seen_at"], condition=Q(state__in=["queued", "running"]), name="import_unfinished"
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
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

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
    def percent(self) -> int:
        if self.state == ImportState.FINISHED:
            return 100
        return min(99, 100 * self.bytes_done // self.bytes_total) if self.bytes_total else 0
