"""Deadlines as rows, and the policies that say what happens when one is missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from journal.models import Entry


class Policy(models.Model):
    """How many minutes a purpose gets at a level, and what happens when they have passed."""

    purpose = models.CharField(_("purpose"), max_length=40)
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    minutes = models.PositiveIntegerField(_("minutes"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("deadline policy")
        verbose_name_plural = _("deadline policies")
        ordering = ["purpose", "level"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "level"], name="policy_once_per_level"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="policy_level_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="policy_minutes_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} L{self.level}: {self.minutes} min"

    def frozen_steps(self) -> list[dict[str, Any]]:
        """The steps as a running deadline carries them, so that editing a policy changes no running crisis."""
        return [step.frozen(self.minutes) for step in self.steps.all()]


class PolicyStep(models.Model):
    """What happens when `times_target` times the target has passed and nobody has acted."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="steps", verbose_name=_("policy"))
    position = models.PositiveSmallIntegerField(_("position"))
    times_target = models.DecimalField(
        _("times the target"), max_digits=4, decimal_places=1, validators=[MinValueValidator(1)]
    )
    tell = models.JSONField(
        _("whom to tell"),
        help_text=_(
            "For example “deputy:CL”, “role:CO”, “duty:SM”, “level” (everybody of the level) or “administrators”."
        ),
    )
    raise_level = models.BooleanField(_("raise to the next level"), default=False)

    class Meta:
        verbose_name = _("policy step")
        verbose_name_plural = _("policy steps")
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="policy_step_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.policy}, step {self.position}"

    def frozen(self, minutes: int) -> dict[str, Any]:
        return {
            "after_seconds": int(self.times_target * minutes * 60),
            "tell": self.tell,
            "raise_level": self.raise_level,
        }


class DeadlineState(models.TextChoices):
    ARMED = "armed", _("Running")
    FIRED = "fired", _("Missed")
    CANCELLED = "cancelled", _("Met or no longer needed")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def armed(self) -> DeadlineQuerySet:
        return self.filter(state=DeadlineState.ARMED)

    def due(self) -> DeadlineQuerySet:
        """What must fire now, oldest first. The database's clock decides, not this machine's."""
        return self.armed().filter(due_at__lte=Now(), next_try_at__lte=Now()).order_by("due_at")

    def of(self, subject: models.Model) -> DeadlineQuerySet:
        # The concrete row's own table, so that the lookup uses the unique index of subject and purpose.
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(content_type=kind, object_id=subject.pk)


class Deadline(models.Model):
    """One step of one running clock. The first step is the target itself; later steps follow when nobody moves."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    purpose = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    generation = models.PositiveIntegerField()  # counts how often this clock was started for the subject
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField()  # the policy's steps, frozen when the clock was started
    armed_at = models.DateTimeField()  # when the clock began to run: steps count from here
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DeadlineState, default=DeadlineState.ARMED)
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="deadline")
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=200, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "purpose", "generation", "step"],
                name="deadline_step_once",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "purpose"],
                condition=Q(state="armed"),
                name="deadline_one_armed_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(state="fired", fired_at__isnull=False, entry__isnull=False)
                | (~Q(state="fired") & Q(fired_at__isnull=True, entry__isnull=True)),
                name="deadline_fired_has_time_and_entry",
            ),
        ]
        indexes = [
            models.Index(F("due_at"), condition=Q(state="armed"), name="deadline_due"),  # the engine's sweep
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.content_type.name} {self.object_id}, step {self.step}"

    @property
    def current_step(self) -> dict[str, Any]:
        return self.steps[self.step]

    @property
    def target_at(self) -> datetime:
        """What people were asked to meet. Once it is missed the clock runs on, but only to whom it tells next."""
        return self.due_at_of(0) if self.step else self.due_at

    def due_at_of(self, step: int) -> Any:
        return self.armed_at + timedelta(seconds=self.steps[step]["after_seconds"])


class Heartbeat(models.Model):
    """When a process last did its work; /healthz, the banner and the watchdog read it."""

    process = models.CharField(max_length=32, primary_key=True)
    last_tick_at = models.DateTimeField()
    last_clean_tick_at = models.DateTimeField(null=True)
    oldest_due_seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.process
