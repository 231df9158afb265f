"""Who has which crisis role in an incident."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from people.models import CrisisRole


class RoleState(models.TextChoices):
    ASSIGNED = "assigned", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    HANDED_OVER = "handed_over", _("Handed over")


ACTIVE_ROLE_STATES = (RoleState.ASSIGNED, RoleState.ACCEPTED)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def active(self) -> RoleAssignmentQuerySet:
        return self.filter(state__in=ACTIVE_ROLE_STATES)


class RoleAssignment(models.Model):
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    is_deputy = models.BooleanField(_("deputy"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="role_assignments", verbose_name=_("person")
    )
    state = models.CharField(max_length=12, choices=RoleState, default=RoleState.ASSIGNED)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    briefing = models.TextField(blank=True)  # what the one who leaves told the one who comes

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        ordering = ["role", "is_deputy"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role", "is_deputy"],
                condition=Q(state__in=["assigned", "accepted"]),
                name="one_holder_per_role",
            )
        ]
        indexes = [
            models.Index(  # what somebody has a part in: the desk, and who may see a confidential incident
                fields=["user", "incident"],
                condition=Q(state__in=["assigned", "accepted"]),
                name="role_active_by_user",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"
