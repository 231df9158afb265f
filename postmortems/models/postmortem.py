"""The look back at one incident: blameless, reviewed by somebody who did not write it."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from escalations.models import Deadline
from incidents.models import Incident
from people.models import User


class PostMortemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    CLOSED = "closed", _("Closed")


def _text(label: Any, question: Any, max_length: int = 10_000) -> models.TextField:
    return models.TextField(label, help_text=question, blank=True, max_length=max_length)


class PostMortemQuerySet(models.QuerySet["PostMortem"]):
    def visible_to(self, user: User) -> PostMortemQuerySet:
        """Whoever sees the incident sees what was learned from it; nobody else does."""
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def waiting_for(self, user: User) -> PostMortemQuerySet:
        """In review, and `user` would be an independent approver."""
        return (
            self.visible_to(user)
            .filter(state=PostMortemState.IN_REVIEW)
            .exclude(author=user)
            .exclude(pk__in=PostMortem.writers.through.objects.filter(user=user).values("postmortem"))
        )


class PostMortem(models.Model):
    incident = models.OneToOneField(
        Incident, models.PROTECT, related_name="post_mortem", verbose_name=_("incident")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="post_mortems", verbose_name=_("author")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=PostMortemState, default=PostMortemState.DRAFT
    )
    version = models.PositiveIntegerField(default=1)  # counts edits; a review decides about one version
    last_editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Everybody whose words may stand in it, however long ago: none of them can approve it.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)
    review_held_at = models.DateTimeField(_("review meeting held"), null=True)
    review_comment = models.TextField(_("what the reviewer asked for"), blank=True, max_length=5_000)
    figures = models.JSONField(null=True)  # as they stood when it was approved; computed live before that

    summary = _text(
        _("Summary"),
        _("What happened, to whom, and how it ended: five sentences for somebody who was not there."),
    )
    impact_financial = _text(
        _("Financial impact"),
        _("Lost sales, refunds, extra cost; with currency. “None” is an answer."),
        5_000,
    )
    impact_legal = _text(
        _("Legal impact"), _("Regulators, claims, contracts, reporting duties that ran."), 5_000
    )
    impact_trust = _text(
        _("Impact on trust"),
        _("Customers, staff, partners, media: who believes us less, and how we know."),
        5_000,
    )
    strategy_effect = _text(
        _("Effect of the strategy"),
        _("What the chosen response strategy did to the conversation, and after how long."),
        5_000,
    )
    worked = _text(_("What worked"), _("What we would do again in the same way."))
    did_not_work = _text(_("What did not work"), _("Describe conditions and decisions, not people."))
    protect_brand = _text(
        _("Did we protect the brand or the people?"),
        _(
            "Where did we argue, justify or try to prove ourselves right, and what would have served those affected?"
        ),
        5_000,
    )
    contributing_factors = _text(
        _("Contributing factors"), _("Everything that made it possible or made it worse, inside and outside.")
    )
    why_1 = _text(
        _("1. Why did it happen?"), _("Ask for the origin, not only for what the monitors showed."), 2_000
    )
    why_2 = _text(_("2. And why was that so?"), "", 2_000)
    why_3 = _text(_("3. Why?"), "", 2_000)
    why_4 = _text(_("4. Why?"), "", 2_000)
    why_5 = _text(_("5. Why?"), _("Stop where a change would have prevented everything above."), 2_000)
    feedback_analysis = _text(
        _("What people told us"),
        _("Complaints, ideas and praise that came in, sorted by topic, with rough counts."),
    )
    weak_points = _text(
        _("Weak points"), _("Gaps in skills, tools, plans or contacts that this incident showed.")
    )
    recovery_identity = _text(_("Identity"), _("What we want to stand for afterwards."), 5_000)
    recovery_audience = _text(_("Audience"), _("Whose trust has to be won back, in which order."), 5_000)
    recovery_channels = _text(_("Channels"), _("Where they will hear from us."), 5_000)
    recovery_values = _text(
        _("Values check"), _("Does the plan hold against what the brand says it believes in?"), 5_000
    )
    recovery_relationship = _text(
        _("Relationship steps"), _("What we do for customers and followers, beyond words."), 5_000
    )
    recovery_milestones = _text(
        _("Milestones"), _("By when which sign of recovery should be visible."), 5_000
    )
    thanks = _text(_("Thanks"), _("Whom we thank for patience, reports and help, and how."), 5_000)
    prevention = _text(_("Prevention"), _("What makes a repeat impossible or at least unlikely."))
    public_summary = _text(
        _("Publishable summary"),
        _("Causes, lessons and improvements in words that may go out; nothing confidential."),
    )

    deadlines = GenericRelation(Deadline)
    objects = PostMortemQuerySet.as_manager()

    class Meta:
        verbose_name = _("post-mortem")
        verbose_name_plural = _("post-mortems")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PostMortemState.values), name="post_mortem_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
                name="post_mortem_approver_is_not_author",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["approved", "closed"],
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    figures__isnull=False,
                )
                | Q(
                    state__in=["draft", "in_review"],
                    approved_by__isnull=True,
                    approved_at__isnull=True,
                    figures__isnull=True,
                ),
                name="post_mortem_approved_has_who_when_and_figures",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_review") | Q(submitted_at__isnull=False),
                name="post_mortem_in_review_was_submitted",
            ),
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="post_mortem_list")]
        triggers = [
            pgtrigger.Trigger(
                name="post_mortem_approver_wrote_nothing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM postmortems_postmortem_writers w
                        WHERE w.postmortem_id = NEW.id AND w.user_id = NEW.approved_by_id
                    ) THEN
                        RAISE EXCEPTION 'who wrote in a post-mortem cannot approve it';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.incident)

    def get_absolute_url(self) -> str:
        return reverse("postmortems:detail", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"PM-{self.incident_id}"

    @property
    def is_draft(self) -> bool:
        return self.state == PostMortemState.DRAFT

    @property
    def is_in_review(self) -> bool:
        return self.state == PostMortemState.IN_REVIEW

    @property
    def is_approved(self) -> bool:
        return self.state in (PostMortemState.APPROVED, PostMortemState.CLOSED)
