"""An incident, and who has which crisis role in it: by both, a confidential one is seen or not."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from escalations.models import Deadline
from incidents.models.playbook import Playbook
from incidents.models.visibility import visible_to
from incidents.scct import Cluster, Strategy
from people.models import Brand, CrisisRole, User


class IncidentState(models.TextChoices):
    DETECTED = "detected", _("Detected")
    TRIAGED = "triaged", _("Triaged")
    ACTIVE = "active", _("Active")
    MONITORING = "monitoring", _("Monitoring")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    DISMISSED = "dismissed", _("Dismissed")


OPEN_STATES = (IncidentState.DETECTED, IncidentState.TRIAGED, IncidentState.ACTIVE, IncidentState.MONITORING)


class Category(models.TextChoices):
    MISINFORMATION = "misinformation", _("Misinformation")
    RUMOUR = "rumour", _("Rumour")
    MALICIOUS_POST = "malicious_post", _("Malicious post")
    CONTENT_THEFT = "content_theft", _("Content theft or copyright")
    CUSTOMER_COMPLAINT = "customer_complaint", _("Customer complaint")
    MISUNDERSTANDING = "misunderstanding", _("Misunderstanding")
    QUALITY_FAULT = "quality_fault", _("Quality fault")
    SERVICE_OUTAGE = "service_outage", _("Service outage")
    PRODUCT_SCANDAL = "product_scandal", _("Product scandal")
    CYBER_ATTACK = "cyber_attack", _("Cyber-attack or account hijack")
    NATURAL_DISASTER = "natural_disaster", _("Natural disaster")
    ACCIDENT = "accident", _("Accident or explosion")
    BAD_CAMPAIGN = "bad_campaign", _("Bad advertising campaign")
    EMPLOYEE_MISTAKE = "employee_mistake", _("Employee mistake")
    MANAGEMENT_DECISION = "management_decision", _("Bad management decision")


CATEGORIES_BY_CLUSTER = {
    Cluster.VICTIM: (
        Category.MISINFORMATION,
        Category.RUMOUR,
        Category.MALICIOUS_POST,
        Category.CONTENT_THEFT,
        Category.CYBER_ATTACK,
        Category.NATURAL_DISASTER,
    ),
    Cluster.ACCIDENTAL: (
        Category.CUSTOMER_COMPLAINT,
        Category.MISUNDERSTANDING,
        Category.QUALITY_FAULT,
        Category.SERVICE_OUTAGE,
        Category.PRODUCT_SCANDAL,
        Category.ACCIDENT,
    ),
    Cluster.PREVENTABLE: (Category.BAD_CAMPAIGN, Category.EMPLOYEE_MISTAKE, Category.MANAGEMENT_DECISION),
}


class Cause(models.TextChoices):
    DECISIONS = "decisions", _("Wrong decisions")
    MANAGEMENT = "management", _("Management")
    STAFF = "staff", _("Staff")
    QUALITY = "quality", _("Quality")
    CYBER = "cyber", _("Cyber-attack")
    DISASTER = "disaster", _("Natural disaster")
    ACCIDENT = "accident", _("Accident")


class ScheduledContent(models.TextChoices):
    UNDECIDED = "undecided", _("Not decided yet")
    PAUSED = "paused", _("Paused")
    KEPT = "kept", _("Kept running, with a reason")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> IncidentQuerySet:
        return visible_to(self, user)

    def open(self) -> IncidentQuerySet:
        return self.filter(state__in=OPEN_STATES)


class Incident(models.Model):
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    title = models.CharField(_("title"), max_length=200, validators=[MinLengthValidator(3)])
    summary = models.TextField(_("what happened"), blank=True, max_length=10_000)
    category = models.CharField(_("category"), max_length=24, choices=Category, blank=True)
    cluster = models.CharField(_("attribution"), max_length=12, choices=Cluster, blank=True)
    originator = models.CharField(_("originator"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=IncidentState, default=IncidentState.DETECTED)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, null=True, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("members")
    )
    rights_flag = models.BooleanField(
        _("third-party rights are involved (legal must approve)"), default=False
    )
    account_control_lost = models.BooleanField(_("control of an account is lost"), default=False)
    similar_history = models.BooleanField(_("similar crisis before, or bad reputation"), default=False)
    fault_confirmed = models.BooleanField(_("our own fault is confirmed"), default=False)

    claim_proven = models.BooleanField(_("a claim against us is verified as true"), default=False)

    strategy = models.CharField(_("response strategy"), max_length=12, choices=Strategy, blank=True)
    strategy_reason = models.TextField(_("why this strategy"), blank=True, max_length=2_000)
    known = models.TextField(_("what we know"), blank=True, max_length=10_000)
    unknown = models.TextField(_("what we do not know yet"), blank=True, max_length=10_000)
    what_we_say = models.TextField(_("what we say"), blank=True, max_length=10_000)

    playbook = models.ForeignKey(Playbook, models.PROTECT, null=True, blank=True, verbose_name=_("playbook"))
    scheduled_content = models.CharField(
        _("scheduled posts and advertising"),
        max_length=10,
        choices=ScheduledContent,
        default=ScheduledContent.UNDECIDED,
    )
    scheduled_content_reason = models.CharField(_("reason"), max_length=300, blank=True)
    no_response_reason = models.TextField(_("why we do not respond"), blank=True, max_length=2_000)
    department = models.CharField(_("responsible department"), max_length=120, blank=True)
    department_notified_at = models.DateTimeField(_("department notified"), null=True, blank=True)
    department_reply = models.TextField(_("the department's reply"), blank=True, max_length=5_000)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause, blank=True)
    cause_investigation = models.TextField(_("cause investigation"), blank=True, max_length=10_000)
    dismissal_reason = models.TextField(_("why it is dismissed"), blank=True, max_length=2_000)
    dismissal_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    first_post_at = models.DateTimeField(_("first post"), null=True, blank=True)
    detected_at = models.DateTimeField(_("detected"), default=timezone.now)
    logged_at = models.DateTimeField(default=timezone.now, editable=False)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_response_at = models.DateTimeField(_("first public response"), null=True, blank=True)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)
    monitoring_since = models.DateTimeField(_("monitoring since"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    next_update_by = models.DateTimeField(_("next public update by"), null=True, blank=True)
    sitrep_count = models.PositiveIntegerField(default=0)
    last_sitrep_at = models.DateTimeField(_("last SitRep"), null=True, blank=True)

    deadlines = GenericRelation(Deadline)
    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-detected_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=IncidentState.values), name="incident_state_known"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__in=Level.values), name="incident_level_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["detected", "dismissed"]) | Q(level__isnull=False),
                name="incident_triaged_has_level",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["resolved", "closed"]) | Q(resolved_at__isnull=False),
                name="incident_resolved_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "level", "-detected_at"], name="incident_list"
            ),  # open ones by level
            models.Index(fields=["brand", "-detected_at"], name="incident_by_brand"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("incidents:room", args=[self.pk])

    @property
    def runs_from(self) -> datetime:
        """From when somebody could act: what history shows was to be detected long before it was logged."""
        return max(self.detected_at, self.logged_at)

    @property
    def reference(self) -> str:
        return f"INC-{self.pk}"

    @property
    def stream(self) -> str:
        """The journal stream that holds everything about this incident."""
        return f"incident-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def has_spoken(self) -> bool:
        """The brand has said something in public, or has decided not to."""
        return bool(self.no_response_reason or self.first_response_at)

    @property
    def is_locked(self) -> bool:
        """After stand-down nothing more is said in public: a late comment rekindles."""
        return not self.is_open


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
