"""Who belongs to the house, what the site lets them do, which brands they speak for, and who is on duty when."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from common.fields import CharField


class SiteRole(models.TextChoices):
    """What somebody may do on this site at all; what they do in one crisis is a CrisisRole."""

    READER = "reader", _("Reader")
    COMMUNICATOR = "communicator", _("Communicator")
    APPROVER = "approver", _("Approver")
    ADMINISTRATOR = "administrator", _("Administrator")


class CrisisRole(models.TextChoices):
    """Roles of a crisis team, with the usual short names."""

    CRISIS_LEAD = "CL", _("Crisis lead")
    COMMS_LEAD = "CO", _("Comms lead")
    SOCIAL_MANAGER = "SM", _("Social media manager")
    MONITORING_ANALYST = "MA", _("Monitoring analyst")
    SPOKESPERSON = "SP", _("Spokesperson")
    LEGAL = "LG", _("Legal")
    SUBJECT_LEAD = "SME", _("Subject lead")
    CUSTOMER_CARE = "CC", _("Customer care")
    INTERNAL_COMMS = "IC", _("Internal comms")
    SCRIBE = "SC", _("Scribe")
    EXECUTIVE = "EX", _("Executive sponsor")


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Example: Europe/Istanbul."), params={"name": name}
        )


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator; site permissions follow from the site role alone, never from `is_superuser`."""
        return self.create_user(email, password, site_role=SiteRole.ADMINISTRATOR, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    site_role = models.CharField(_("site role"), max_length=16, choices=SiteRole, default=SiteRole.READER)
    capacities = models.JSONField(
        _("approval capacities"),
        default=list,
        blank=True,
        help_text=_("The crisis roles this person may approve for, for example CO, LG or EX."),
    )
    department = models.CharField(_("department"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(site_role__in=SiteRole.values), name="user_site_role_known"),
            # Site permissions come from the site role; a superuser flag would skip every rule silently.
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return self.site_role == SiteRole.ADMINISTRATOR

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


def display_name(user: User) -> str:
    return str(user)


def able_people() -> models.QuerySet[User]:
    """Everybody who does more than read: a reader could not act on an alert."""
    return User.objects.filter(is_active=True).exclude(site_role=SiteRole.READER)


def administrators() -> list[User]:
    """Who can act on whatever concerns the site itself."""
    return list(User.objects.filter(site_role=SiteRole.ADMINISTRATOR, is_active=True))


class Brand(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), unique=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TurnUnit(models.TextChoices):
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")


HOURS_WRONG = _("Give both hours, and different ones; leave both empty for duty round the clock.")
WEEKDAY_MISSING = _("Say on which day of the week they hand over.")


class Rotation(models.Model):
    """People who take turns for a crisis role. All times of day are wall-clock times in the rotation's own zone."""

    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    name = models.CharField(_("name"), max_length=120)
    turn_length = models.PositiveSmallIntegerField(
        _("length of a turn"), default=1, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    turn_unit = models.CharField(_("unit"), max_length=5, choices=TurnUnit, default=TurnUnit.WEEKS)
    hand_over_weekday = models.PositiveSmallIntegerField(
        _("hand-over on"), choices=WEEKDAYS, null=True, blank=True, help_text=_("For turns of weeks.")
    )
    hand_over_at = models.TimeField(_("hand-over at"))
    time_zone = CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    starts_on = models.DateField(_("starts on"))
    hours_from = models.TimeField(_("on duty from"), null=True, blank=True)
    hours_until = models.TimeField(_("on duty until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        ordering = ["role", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_from__isnull=True, hours_until__isnull=True)
                | Q(hours_from__isnull=False, hours_until__isnull=False) & ~Q(hours_from=F("hours_until")),
                name="rotation_hours_both_or_neither",
                violation_error_message=HOURS_WRONG,
            ),
            models.CheckConstraint(
                condition=Q(turn_unit=TurnUnit.DAYS, hand_over_weekday__isnull=True)
                | Q(turn_unit=TurnUnit.WEEKS, hand_over_weekday__isnull=False, hand_over_weekday__lte=6),
                name="rotation_of_weeks_has_weekday",
                violation_error_message=WEEKDAY_MISSING,
            ),
            models.CheckConstraint(
                condition=Q(turn_length__gte=1, turn_length__lte=52), name="rotation_turn_length_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What the constraints demand as well, here beside the field that is wrong."""
        wrong = {}
        if self.hours_from != self.hours_until and None in (self.hours_from, self.hours_until):
            wrong["hours_from" if self.hours_from is None else "hours_until"] = HOURS_WRONG
        elif self.hours_from is not None and self.hours_from == self.hours_until:
            wrong["hours_until"] = HOURS_WRONG
        if self.turn_unit == TurnUnit.WEEKS and self.hand_over_weekday is None:
            wrong["hand_over_weekday"] = WEEKDAY_MISSING
        if wrong:
            raise ValidationError(wrong)

    @property
    def people(self) -> list[User]:
        """Who takes turns, in order; prefetch `members__user` for lists."""
        return [member.user for member in self.members.all()]


class RotationMember(models.Model):
    """Somebody's place in the order of a rotation; one person may have several."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="rotation_places", verbose_name=_("person"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rotation", "position"], name="rotation_member_position"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class RotationException(models.Model):
    """A span that somebody decided by hand: the rotation produces nothing there any more."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="exceptions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="rotation_exception_ends_after_start"
            )
        ]
        indexes = [
            models.Index(fields=["rotation", "ends_at"], name="rotation_exceptions_to_come")
        ]  # what producing shifts leaves alone

    def __str__(self) -> str:
        return f"{self.rotation}: {self.starts_at} – {self.ends_at}"


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def covering(self, moment: datetime) -> DutyShiftQuerySet:
        return self.filter(starts_at__lte=moment, ends_at__gt=moment, user__is_active=True)

    def overlapping(self, start: datetime, end: datetime) -> DutyShiftQuerySet:
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class DutyShift(models.Model):
    """Somebody is on duty for a crisis role from one moment to another (UTC instants)."""

    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_shifts", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    rotation = models.ForeignKey(
        Rotation, models.PROTECT, related_name="shifts", null=True, blank=True, verbose_name=_("rotation")
    )  # empty: entered or changed by hand
    instead_of = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("instead of")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty shifts")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_shift_ends_after_start",
                violation_error_message=_("A shift must end after it starts."),
            ),
            # Two workers that extend one rotation at the same moment cannot double a shift.
            models.UniqueConstraint(fields=["rotation", "starts_at"], name="duty_shift_once_per_rotation"),
        ]
        indexes = [
            models.Index(fields=["role", "ends_at"], name="duty_shift_now"),  # who is on duty for a role now
            models.Index(fields=["user", "ends_at"], name="duty_shift_of_person"),  # my shifts, my calendar
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"


def on_duty(role: str, moment: datetime | None = None) -> list[User]:
    """The people on duty for `role` at `moment` (default: now), each once, latest start first."""
    shifts = DutyShift.objects.covering(moment or timezone.now()).filter(role=role).select_related("user")
    return list({shift.user_id: shift.user for shift in shifts.order_by("-starts_at")}.values())
