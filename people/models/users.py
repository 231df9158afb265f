"""Who belongs to the house, and what the site lets them do."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
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
