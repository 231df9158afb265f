"""What follows from a post-mortem: lessons, and actions that somebody owns."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from people.models import User
from postmortems.models.postmortem import PostMortem


class LessonState(models.TextChoices):
    """A lesson is learned only when a change has been shown to work in use."""

    IDENTIFIED = "identified", _("Identified")
    IMPLEMENTED = "implemented", _("Implemented")
    LEARNED = "learned", _("Learned")


class Lesson(models.Model):
    post_mortem = models.ForeignKey(PostMortem, models.PROTECT, related_name="lessons")
    text = models.TextField(
        _("lesson"),
        max_length=2_000,
        help_text=_("What we know now and did not know before, in one or two sentences."),
    )
    state = models.CharField(_("state"), max_length=12, choices=LessonState, default=LessonState.IDENTIFIED)
    change = models.TextField(_("what was changed"), blank=True, max_length=2_000)
    evidence = models.TextField(_("evidence"), blank=True, max_length=2_000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LessonState.values), name="lesson_state_known"),
            models.CheckConstraint(
                condition=Q(state="identified") | ~Q(change=""), name="lesson_implemented_names_the_change"
            ),
            models.CheckConstraint(
                condition=~Q(state="learned") | ~Q(evidence=""), name="lesson_learned_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class CorrectiveActionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done, to be verified")
    VERIFIED = "verified", _("Verified")
    CANCELLED = "cancelled", _("Cancelled")


SETTLED_CORRECTIVE_ACTION_STATES = (CorrectiveActionState.VERIFIED, CorrectiveActionState.CANCELLED)


class CorrectiveActionQuerySet(models.QuerySet["CorrectiveAction"]):
    def visible_to(self, user: User) -> CorrectiveActionQuerySet:
        seen = self.filter(post_mortem__in=PostMortem.objects.visible_to(user))
        return seen.select_related("post_mortem__incident")

    def unsettled(self) -> CorrectiveActionQuerySet:
        return self.exclude(state__in=SETTLED_CORRECTIVE_ACTION_STATES)

    def overdue(self, today: date) -> CorrectiveActionQuerySet:
        """Nobody has reported them done, and the day has passed."""
        return self.unsettled().exclude(state=CorrectiveActionState.DONE).filter(due_on__lt=today)

    def waiting_for(self, user: User) -> CorrectiveActionQuerySet:
        """What `user` has to move next: as owner until it is done, as verifier after that."""
        owns = Q(
            owner=user,
            state__in=[
                CorrectiveActionState.PROPOSED,
                CorrectiveActionState.ACCEPTED,
                CorrectiveActionState.IN_PROGRESS,
            ],
        )
        return self.visible_to(user).filter(owns | Q(verifier=user, state=CorrectiveActionState.DONE))


class CorrectiveAction(models.Model):
    """Something that will be changed so that it does not happen again."""

    post_mortem = models.ForeignKey(PostMortem, models.PROTECT, related_name="actions")
    lesson = models.ForeignKey(
        Lesson,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("from the lesson"),
    )
    title = models.CharField(_("what will be done"), max_length=200)
    detail = models.TextField(_("how we will see that it is done"), blank=True, max_length=5_000)
    state = models.CharField(
        _("state"), max_length=12, choices=CorrectiveActionState, default=CorrectiveActionState.PROPOSED
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrective_actions",
        verbose_name=_("owner"),
    )
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("verifier"),
        help_text=_("Somebody else, who looks whether it really works."),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True, max_length=2_000)
    done_at = models.DateTimeField(null=True)
    verification = models.TextField(_("how it was verified"), blank=True, max_length=2_000)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(_("why it is cancelled"), blank=True, max_length=2_000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CorrectiveActionState.values), name="action_state_known"
            ),
            models.CheckConstraint(
                condition=Q(verifier__isnull=True) | Q(owner__isnull=True) | ~Q(verifier=F("owner")),
                name="action_verifier_is_not_owner",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("owner")),
                name="action_not_verified_by_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="verified", verified_by__isnull=False, verified_at__isnull=False)
                | (~Q(state="verified") & Q(verified_by__isnull=True, verified_at__isnull=True)),
                name="action_verified_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "cancelled"])
                | Q(owner__isnull=False, due_on__isnull=False),
                name="action_accepted_has_owner_and_due_date",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled") & ~Q(cancel_reason="") | ~Q(state="cancelled"),
                name="action_cancelled_has_reason",
            ),
        ]
        indexes = [
            models.Index(  # what waits for somebody, and what is overdue
                fields=["owner", "due_on"],
                condition=~Q(state__in=["verified", "cancelled"]),
                name="action_unsettled_by_owner",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("postmortems:corrective_action", args=[self.pk])

    # How the engine finds and locks the incident on which an action hangs.
    path_to_incident = "post_mortem__incident"

    @property
    def incident(self) -> Incident:
        return self.post_mortem.incident

    @incident.setter
    def incident(self, locked: Incident) -> None:
        self.post_mortem.incident = locked

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED_CORRECTIVE_ACTION_STATES

    @property
    def is_overdue(self) -> bool:
        return (
            self.due_on is not None
            and not self.is_settled
            and self.state != CorrectiveActionState.DONE
            and self.due_on < timezone.localdate()
        )
