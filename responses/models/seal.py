"""The approval seal: who said yes to exactly which words, and where those words were published."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import CrisisRole
from responses.models.account import Account
from responses.models.response import Response, Revision


class Decision(models.TextChoices):
    APPROVED = "approved", _("Approved")
    CHANGES = "changes", _("Changes requested")


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def live(self) -> ApprovalQuerySet:
        """Given, and not voided since."""
        return self.filter(decision=Decision.APPROVED, voided_at__isnull=True)


class Approval(models.Model):
    """One person's decision, in one capacity, about one revision and the hash of what it holds."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="approvals")
    capacity = models.CharField(_("capacity"), max_length=3, choices=CrisisRole)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(_("decision"), max_length=8, choices=Decision)
    comment = models.TextField(_("comment"), blank=True, max_length=4_000)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "capacity"],
                condition=Q(decision="approved", voided_at__isnull=True),
                name="approval_one_per_capacity",
            ),
            # Four eyes stay four eyes: nobody fills two capacities for the same words.
            models.UniqueConstraint(
                fields=["revision", "approver"],
                condition=Q(decision="approved", voided_at__isnull=True),
                name="approval_one_per_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="approved") | ~Q(comment=""), name="approval_changes_need_comment"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="approval_void_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="approval_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="approval_only_voids", exclude=["voided_at", "void_reason"]),
            pgtrigger.Protect(
                name="approval_void_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__voided_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="approval_by_somebody_else",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("sealed", "RECORD")],
                func="""
                    SELECT v.content_hash, v.response_id, r.author_id, r.current_id, r.state INTO sealed
                    FROM responses_revision v JOIN responses_response r ON r.id = v.response_id
                    WHERE v.id = NEW.revision_id;
                    IF NEW.content_hash <> sealed.content_hash THEN
                        RAISE EXCEPTION 'an approval covers exactly the words of its revision';
                    END IF;
                    IF NEW.revision_id IS DISTINCT FROM sealed.current_id
                        OR sealed.state NOT IN ('in_review', 'approved') THEN
                        RAISE EXCEPTION 'this text does not wait for approval';
                    END IF;
                    IF NEW.approver_id = sealed.author_id OR EXISTS (
                        SELECT 1 FROM responses_revision w
                        WHERE w.response_id = sealed.response_id AND w.author_id = NEW.approver_id
                    ) THEN
                        RAISE EXCEPTION 'whoever wrote a text cannot approve it';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.approver} ({self.capacity})"

    @property
    def is_live(self) -> bool:
        return self.decision == Decision.APPROVED and self.voided_at is None


class Publication(models.Model):
    """The words as they stand on one account. Never changed."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="publications")
    response = models.ForeignKey(Response, models.PROTECT, related_name="publications")
    account = models.ForeignKey(Account, models.PROTECT, related_name="publications")
    account_name = models.CharField(max_length=330)
    text = models.TextField()
    url = models.URLField(_("address of the post"), max_length=1000)
    published_at = models.DateTimeField(_("published"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["published_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["response", "account"], name="publication_once_per_account")
        ]
        indexes = [models.Index(fields=["published_at"], name="publication_by_time")]
        triggers = [
            pgtrigger.Protect(name="publication_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="publication_needs_seal",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM responses_response r JOIN responses_revision v ON v.id = r.current_id
                        WHERE r.id = NEW.response_id AND v.id = NEW.revision_id
                        AND v.content_hash = NEW.content_hash AND r.state IN ('approved', 'published')
                    ) THEN
                        RAISE EXCEPTION 'only the approved text may be published';
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM responses_approval a WHERE a.revision_id = NEW.revision_id
                        AND a.content_hash = NEW.content_hash AND a.decision = 'approved' AND a.voided_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'nobody has approved this text';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.url
