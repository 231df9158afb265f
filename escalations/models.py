"""Deadlines as rows, and the policies that say what happens when one is missed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from escalations import working_days
from journal.models import Entry


class PolicyQuerySet(models.QuerySet["Policy"]):
    def find(self, purpose: str, level: int) -> Policy | None:
        """With its steps; None where the level has no such target, or nobody would be alerted."""
        policy = self.prefetch_related("steps").filter(purpose=purpose, level=level).first()
        return policy if policy and policy.steps.all() else None


class Policy(models.Model):
    """How many minutes a purpose gets at a level, and what happens when they have passed."""

    purpose = models.CharField(_("purpose"), max_length=40)
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    minutes = models.PositiveIntegerField(_("minutes"), validators=[MinValueValidator(1)])
    working_days = models.BooleanField(
        _("working days only"),
        default=False,
        help_text=_(
            "Saturdays and Sundays do not count; 1440 minutes are one working day. Public holidays are not known."
        ),
    )
    lapse_minutes = models.PositiveIntegerField(
        _("an acknowledgement lapses after, minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("When nothing has followed by then, the alerts go on. Empty: as many as the target."),
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation policy")
        verbose_name_plural = _("escalation policies")
        ordering = ["purpose", "level"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "level"], name="policy_once_per_level"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="policy_level_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="policy_minutes_positive"),
            models.CheckConstraint(
                condition=Q(lapse_minutes__isnull=True) | Q(lapse_minutes__gte=1),
                name="policy_lapse_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} L{self.level}: {self.minutes} min"

    def frozen_steps(self) -> list[dict[str, Any]]:
        """The steps as a running deadline carries them, so that editing a policy changes no running crisis."""
        return [step.frozen(self.minutes) for step in self.steps.all()]

    def target(self, since: datetime) -> datetime:
        """When a deadline that began to run at `since` runs out. Working days are those of the site's time zone."""
        if self.working_days:
            return working_days.after(since, self.minutes, ZoneInfo(settings.TIME_ZONE))
        return since + timedelta(minutes=self.minutes)

    @property
    def alerts_after_target(self) -> timedelta:
        """How long after the target the first step alerts; nothing where the step is the target itself."""
        return timedelta(seconds=self.frozen_steps()[0]["after_seconds"]) - timedelta(minutes=self.minutes)

    @property
    def lapse_seconds(self) -> int:
        return (self.lapse_minutes or self.minutes) * 60


class Start(NamedTuple):
    """From when a deadline counts, and when it is due."""

    since: datetime
    due_at: datetime | None = None  # a time that somebody promised or was given; else the policy's target
    latest: datetime | None = None  # the target is not put off beyond this

    def target(self, policy: Policy) -> datetime:
        target = self.due_at or policy.target(self.since)
        return min(target, self.latest) if self.latest else target

    def first_alert(self, policy: Policy) -> datetime:
        """A target that has passed already, as after a rise of the level, alerts now: the next step keeps its
        distance to that, and does not follow at once.
        """
        return max(self.target(policy) + policy.alerts_after_target, timezone.now())


# More alerts about the same thing wake nobody who slept through these.
MOST_REPEATS = 20


class PolicyStep(models.Model):
    """What happens when `times_target` times the target has passed and nobody has acted."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="steps", verbose_name=_("policy"))
    position = models.PositiveSmallIntegerField(_("position"))
    times_target = models.DecimalField(
        _("times the target"), max_digits=4, decimal_places=1, validators=[MinValueValidator(1)]
    )
    tell = models.JSONField(
        _("whom to alert"),
        help_text=_(
            "For example “deputy:CL”, “role:CO”, “duty:SM”, “level” (everybody of the level) or “administrators”."
        ),
    )
    raise_level = models.BooleanField(_("raise to the next level"), default=False)
    repeats = models.PositiveSmallIntegerField(
        _("repeat, times"),
        default=0,
        validators=[MaxValueValidator(MOST_REPEATS)],
        help_text=_("Until somebody acknowledges or the next step comes."),
    )
    repeat_minutes = models.PositiveIntegerField(
        _("every, minutes"), default=5, validators=[MinValueValidator(1)]
    )
    everyone = models.BooleanField(
        _("everybody must acknowledge"),
        default=False,
        help_text=_("Otherwise one acknowledgement is enough."),
    )

    class Meta:
        verbose_name = _("policy step")
        verbose_name_plural = _("policy steps")
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="policy_step_position_once"),
            models.CheckConstraint(
                condition=Q(repeats__lte=MOST_REPEATS), name="policy_step_repeats_bounded"
            ),
            models.CheckConstraint(condition=Q(repeat_minutes__gte=1), name="policy_step_repeat_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, step {self.position}"

    def frozen(self, minutes: int) -> dict[str, Any]:
        return {
            "after_seconds": int(self.times_target * minutes * 60),
            "tell": self.tell,
            "raise_level": self.raise_level,
            "repeats": self.repeats,
            "repeat_seconds": self.repeat_minutes * 60,
            "everyone": self.everyone,
        }


class DeadlineState(models.TextChoices):
    ARMED = "armed", _("Running")
    FIRED = "fired", _("Missed")
    CANCELLED = "cancelled", _("Met or no longer needed")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def unsettled(self) -> DeadlineQuerySet:
        """What runs, and what has fired without anybody acting."""
        return self.filter(settled_at__isnull=True)

    def pressing(self) -> DeadlineQuerySet:
        """What a list shows, the most pressing first; what has fired to its end stays there."""
        return self.unsettled().select_related("acknowledged_by").order_by("due_at")

    def armed(self) -> DeadlineQuerySet:
        return self.filter(state=DeadlineState.ARMED)

    def missed(self) -> DeadlineQuerySet:
        """What has fired and is not settled: people were alerted and nobody has acted."""
        return self.filter(state=DeadlineState.FIRED, settled_at__isnull=True)

    def due(self) -> DeadlineQuerySet:
        """What must fire now, oldest first. The database's clock decides, not this machine's."""
        return self.armed().filter(due_at__lte=Now(), next_try_at__lte=Now()).order_by("due_at")

    def of(self, subject: models.Model) -> DeadlineQuerySet:
        # The concrete row's own table, so that the lookup uses the unique index of subject and purpose.
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(content_type=kind, object_id=subject.pk)

    def of_any(
        self, model: type[models.Model], ids: Iterable[int] | models.QuerySet[Any]
    ) -> DeadlineQuerySet:
        """Of several subjects of one model, given by their ids or by a query for them."""
        return self.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=ids)

    def same_as(self, deadline: Deadline) -> DeadlineQuerySet:
        """Every step, repeat and generation of what this row is one step of."""
        return self.filter(
            content_type=deadline.content_type_id, object_id=deadline.object_id, purpose=deadline.purpose
        )


class Deadline(models.Model):
    """One step (or its repeat) of what must have happened by a moment. The first step is the target itself; later ones
    follow when nobody moves. An acknowledgement ends a generation and begins the next, which lapses when nothing
    follows.
    """

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    # The journal stream of what the subject hangs on: whatever belongs to one incident is found by this alone.
    stream = models.CharField(max_length=64)
    purpose = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    generation = models.PositiveIntegerField()  # counts how often it was started or acknowledged
    step = models.PositiveSmallIntegerField(default=0)
    repeat = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField()  # the policy's steps, frozen when it was started
    lapse_seconds = models.PositiveIntegerField()  # frozen likewise
    armed_at = models.DateTimeField()  # when it began to run: steps count from here
    target_at = models.DateTimeField()  # what people were asked to meet; once missed it stays what it was
    due_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=DeadlineState, default=DeadlineState.ARMED)
    fired_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # met, no longer needed, or taken on by somebody
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
                fields=["content_type", "object_id", "purpose", "generation", "step", "repeat"],
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
            models.CheckConstraint(
                condition=~Q(state="armed", settled_at__isnull=False), name="deadline_settled_runs_no_more"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="deadline_acknowledged_has_who_and_when",
            ),
        ]
        indexes = [
            models.Index(F("due_at"), condition=Q(state="armed"), name="deadline_due"),  # the engine's sweep
            # Of one incident and of everything in it: what runs, what was missed, and what has been.
            models.Index(fields=["stream", "settled_at"], name="deadline_of_stream"),
            models.Index(  # of many subjects at once, on the desk and in lists
                fields=["content_type", "object_id"],
                condition=Q(settled_at__isnull=True),
                name="deadline_unsettled",
            ),
        ]
        triggers = [
            # What has fired or was cancelled stays so, whoever writes: a later start is a new row.
            pgtrigger.FSM(
                name="deadline_ends_once",
                field="state",
                transitions=[("armed", "fired"), ("armed", "cancelled")],
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.content_type.name} {self.object_id}, step {self.step}"

    @property
    def chain(self) -> str:
        """The same for every step, repeat and generation: alerts about one of them silence older ones."""
        return f"{self.purpose}:{self.object_id}"

    @property
    def current_step(self) -> dict[str, Any]:
        return self.steps[self.step]

    @property
    def is_lapse(self) -> bool:
        """Does it run because somebody acknowledged, and fires when nothing has followed?"""
        return self.acknowledged_at is not None

    @property
    def counts_to(self) -> datetime:
        """What the countdown on a page runs towards: the target, or the lapse of an acknowledgement."""
        return self.due_at if self.is_lapse else self.target_at

    def successor(self, **changes: Any) -> Deadline:
        """A row of the same deadline, not saved: what was frozen when it was started stays with it."""
        same = (
            "content_type",
            "object_id",
            "stream",
            "purpose",
            "level",
            "generation",
            "steps",
            "lapse_seconds",
            "armed_at",
        )
        return Deadline(**{name: getattr(self, name) for name in (*same, "target_at")} | changes)

    @property
    def following(self) -> tuple[int, int, datetime] | None:
        """Step, repeat and time of what comes when nobody moves after this one; None after the last."""
        comes: list[tuple[datetime, int, int]] = []
        if self.repeat < self.current_step["repeats"]:
            pause = timedelta(seconds=self.current_step["repeat_seconds"])
            comes.append((self.due_at + pause, self.step, self.repeat + 1))
        if self.step + 1 < len(self.steps):
            between = self.steps[self.step + 1]["after_seconds"] - self.current_step["after_seconds"]
            begun = self.due_at - timedelta(seconds=self.repeat * self.current_step["repeat_seconds"])
            comes.append((begun + timedelta(seconds=between), self.step + 1, 0))
        if not comes:
            return None
        # The next step wins over a repeat at the same moment.
        due_at, step, repeat = min(comes, key=lambda item: (item[0], -item[1]))
        return step, repeat, due_at


class Acknowledgement(models.Model):
    """Somebody acknowledged one generation of a deadline."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    purpose = models.CharField(max_length=40)
    generation = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "purpose", "generation", "person"],
                name="acknowledged_once_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.purpose}"


class LinkUse(models.Model):
    """What was done with a signed link from a message: wrong codes, and its one use."""

    digest = models.CharField(max_length=64, unique=True)  # of the link's token, which is stored nowhere
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.digest[:8]


class Hold(models.Model):
    """The engine was away for long, as after a restored backup: it fires nothing until somebody says “go on”."""

    began_at = models.DateTimeField(db_default=Now())
    silent_since = models.DateTimeField()  # the newest heartbeat when the engine came back
    ends_at = models.DateTimeField()  # by itself, when nobody decides: silence is worse than a repeat
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at__isnull=True), name="one_open_hold")
        ]

    def __str__(self) -> str:
        return f"hold since {self.began_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a process last did its work; /healthz, the banner and the watchdog read it."""

    process = models.CharField(max_length=32, primary_key=True)
    last_tick_at = models.DateTimeField()
    last_clean_tick_at = models.DateTimeField(null=True)
    oldest_due_seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.process
