"""What stands in the incident room: assessments, people, tasks, stakeholders, signatures."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from incidents.models.incident import Incident
from incidents.models.playbook import PlaybookStep, StepPhase
from people.models import CrisisRole


class Assessment(models.Model):
    """One scoring of an incident. Never changed: a new look is a new row."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="assessments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    scores = models.JSONField()  # input code → 0..3, or null for unknown
    total = models.PositiveSmallIntegerField()
    computed_level = models.PositiveSmallIntegerField(choices=Level)
    level = models.PositiveSmallIntegerField(choices=Level)
    override_reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=models.F("computed_level")) | ~Q(override_reason=""),
                name="assessment_override_has_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident}: {self.total}"

    @property
    def unknown(self) -> list[str]:
        return [code for code, score in self.scores.items() if score is None]


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


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Does not apply")


class Task(models.Model):
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    step = models.ForeignKey(PlaybookStep, models.SET_NULL, null=True, blank=True)
    phase = models.PositiveSmallIntegerField(choices=StepPhase, default=StepPhase.OWN)
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    text = models.CharField(_("what to do"), max_length=300)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    note = models.CharField(_("result or reason"), max_length=500, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("task")
        ordering = ["phase", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="task_settled_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="skipped") | ~Q(note=""), name="task_skipped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class StakeholderGroup(models.TextChoices):
    """In the order in which they should hear it: those harmed first, the media last."""

    AFFECTED = "1_affected", _("Affected people")
    STAFF = "2_staff", _("Staff")
    REGULATOR = "3_regulator", _("Regulator or authority")
    PARTNERS = "4_partners", _("Partners and other brands")
    CUSTOMERS = "5_customers", _("Customers and followers")
    MEDIA = "6_media", _("Media")


class StakeholderNotice(models.Model):
    """Somebody who has to hear from us, by when, and whether they did."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="stakeholder_notices")
    group = models.CharField(_("group"), max_length=16, choices=StakeholderGroup)
    name = models.CharField(_("who"), max_length=120)
    channel = models.CharField(_("how"), max_length=120, blank=True)
    sender_role = models.CharField(
        _("told by"), max_length=3, choices=CrisisRole, default=CrisisRole.COMMS_LEAD
    )
    message = models.TextField(_("message"), blank=True, max_length=5_000)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    skipped_reason = models.CharField(_("why not"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stakeholder notice")
        ordering = ["group", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_settled(self) -> bool:
        return bool(self.told_at or self.skipped_reason)


class SignOff(models.Model):
    """A signature under the stand-down."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="sign_offs")
    role = models.CharField(max_length=3, choices=CrisisRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "role"], name="one_sign_off_per_role")]

    def __str__(self) -> str:
        return f"{self.role}: {self.user}"


class GateWaiver(models.Model):
    """“None applies” to a check of the stand-down gate, with the reason."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="gate_waivers")
    check_code = models.CharField(max_length=40)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "check_code"], name="one_waiver_per_check"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.check_code}: {self.reason}"
