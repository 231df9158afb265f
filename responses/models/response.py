"""What the brand will say: a response, and its revisions, which never change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from escalations.models import Deadline
from incidents.models import Incident
from people.models import User


class ResponseKind(models.TextChoices):
    HOLDING = "holding", _("Holding statement")
    POSITION = "position", _("Position")
    UPDATE = "update", _("Public update")
    CORRECTION = "correction", _("Correction")
    APOLOGY = "apology", _("Apology")
    RECOVERY = "recovery", _("Recovery post")


class ResponseState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Waits for approval")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    EXPIRED = "expired", _("Approval expired")
    PUBLISHED = "published", _("Published")
    CORRECTED = "corrected", _("Corrected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_S = ResponseState
# The one table of moves. The database holds it too (trigger `response_moves`).
TRANSITIONS: dict[str, tuple[str, ...]] = {
    _S.DRAFT: (_S.IN_REVIEW,),
    _S.IN_REVIEW: (_S.DRAFT, _S.CHANGES_REQUESTED, _S.APPROVED, _S.EXPIRED),
    _S.CHANGES_REQUESTED: (_S.DRAFT, _S.IN_REVIEW),
    _S.APPROVED: (_S.DRAFT, _S.IN_REVIEW, _S.CHANGES_REQUESTED, _S.EXPIRED, _S.PUBLISHED),
    _S.EXPIRED: (_S.DRAFT, _S.IN_REVIEW),
    _S.PUBLISHED: (_S.CORRECTED, _S.WITHDRAWN),
    _S.CORRECTED: (_S.WITHDRAWN,),
    _S.WITHDRAWN: (),
}
EDITABLE_STATES = (_S.DRAFT, _S.IN_REVIEW, _S.CHANGES_REQUESTED, _S.APPROVED, _S.EXPIRED)
IN_FLIGHT_STATES = (_S.IN_REVIEW, _S.APPROVED)
PUBLIC_STATES = (_S.PUBLISHED, _S.CORRECTED, _S.WITHDRAWN)


class Audience(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    AFFECTED = "affected", _("People affected")
    CUSTOMERS = "customers", _("Customers")
    FOLLOWERS = "followers", _("Followers")
    MEDIA = "media", _("Media")
    PARTNERS = "partners", _("Partners and other brands")


class Stance(models.TextChoices):
    """What a text makes of a claim that it cites."""

    FACT = "fact", _("states it as fact")
    REFUTED = "refuted", _("says that it is wrong")
    MENTIONED = "mentioned", _("acknowledges that it is being said")


class Tone(models.TextChoices):
    """What whoever submits a text has looked at. The CERC manual's first message asks for the same (CDC 2018)."""

    EMPATHY = "empathy", _("It begins with the people affected")
    PLAIN = "plain", _("Plain words, one thought per sentence, no jargon")
    RESPECTFUL = "respectful", _("Respectful to everybody, critics included")
    OWNS_FAULT = "owns_fault", _("It owns what is our fault, and blames nobody")
    NEXT_UPDATE = "next_update", _("It says when we speak next, or that this is the last word")


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user: User) -> ResponseQuerySet:
        """Responses of the incidents that `user` may see."""
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def with_seal(self) -> ResponseQuerySet:
        """With everything that a row of a list says, in a fixed number of queries."""
        return self.select_related("incident", "author", "current__author", "submitted_by").prefetch_related(
            "current__approvals__approver",
            Prefetch("revisions", Revision.objects.only("number", "author", "response")),
            "publications__account",
            Prefetch("deadlines", Deadline.objects.unsettled()),
        )

    def in_flight(self) -> ResponseQuerySet:
        """Neither dropped nor out: still in review, or approved and not published."""
        return self.filter(state__in=IN_FLIGHT_STATES)


class Response(models.Model):
    """One statement of the brand in one incident, from the first draft to its publication and after."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="responses")
    kind = models.CharField(_("kind"), max_length=12, choices=ResponseKind)
    title = models.CharField(_("title"), max_length=160, validators=[MinLengthValidator(3)])
    state = models.CharField(_("state"), max_length=20, choices=ResponseState, default=ResponseState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    current = models.OneToOneField("Revision", models.PROTECT, null=True, related_name="+")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    checklist = models.JSONField(
        default=list
    )  # codes of Tone, ticked by whoever submitted the current revision
    approved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)  # when the first account carried it
    state_reason = models.TextField(blank=True)  # why it expired, was corrected or withdrawn

    deadlines = GenericRelation(Deadline)
    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ResponseState.values), name="response_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ResponseKind.values), name="response_kind_known"),
            models.CheckConstraint(
                condition=Q(state=ResponseState.DRAFT) | Q(current__isnull=False),
                name="response_submitted_has_text",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC_STATES) | Q(published_at__isnull=False),
                name="response_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["corrected", "withdrawn"]) | ~Q(state_reason=""),
                name="response_taken_back_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "-id"], name="response_of_incident"),
            models.Index(  # the approvals page: what is under way, over all incidents
                fields=["state"], condition=Q(state__in=["in_review", "approved"]), name="response_in_flight"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="response_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="response_origin_stays", fields=["incident", "kind", "author", "created_at"]
            ),
            pgtrigger.FSM(
                name="response_moves",
                field="state",
                transitions=[(old, new) for old, targets in TRANSITIONS.items() for new in targets],
            ),
            pgtrigger.Trigger(
                name="response_starts_as_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.state <> 'draft' THEN RAISE EXCEPTION 'a response starts as a draft'; END IF;
                    RETURN NEW;
                """,
            ),
            # The seal, held by the database as well: whatever path a change takes, no text is approved that nobody
            # approved, none is public without its publication, and none is exchanged under a standing approval.
            pgtrigger.Trigger(
                name="response_seal",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.current_id IS DISTINCT FROM OLD.current_id AND NEW.state <> 'draft' THEN
                        RAISE EXCEPTION 'a new text needs new approvals';
                    END IF;
                    IF NEW.state = 'approved' AND NOT EXISTS (
                        SELECT 1 FROM responses_approval a WHERE a.revision_id = NEW.current_id
                        AND a.decision = 'approved' AND a.voided_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'nobody has approved this text';
                    END IF;
                    IF NEW.state = 'published' AND NOT EXISTS (
                        SELECT 1 FROM responses_publication p WHERE p.revision_id = NEW.current_id
                    ) THEN
                        RAISE EXCEPTION 'no publication is recorded for this text';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("responses:draft", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES

    @property
    def tone(self) -> str:
        """How the state's chip is drawn."""
        if self.state in (ResponseState.IN_REVIEW, ResponseState.CHANGES_REQUESTED, ResponseState.EXPIRED):
            return "attention"
        if self.state in (ResponseState.APPROVED, ResponseState.PUBLISHED):
            return "good"
        return "stopped" if self.state in (ResponseState.CORRECTED, ResponseState.WITHDRAWN) else "neutral"


class Revision(models.Model):
    """The exact words for every account at one moment. Never changed: an edit is a new revision."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # [{"account": id, "platform": "x", "account_name": "Name @handle", "text": "…",
    #   "media": [{"url": "…", "alt": "…"}]}]
    renditions = models.JSONField()
    audience = models.CharField(_("audience"), max_length=12, choices=Audience)
    scheduled_for = models.DateTimeField(_("do not publish before"), null=True)
    next_update_by = models.DateTimeField(_("next update by"), null=True)
    no_update_reason = models.CharField(_("why no further update is planned"), max_length=300, blank=True)
    citations = models.JSONField(default=list)  # [{"claim": id, "stance": "fact"}]
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["response", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["response", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="revision_audience_known"),
        ]
        triggers = [pgtrigger.Protect(name="revision_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.response}, revision {self.number}"

    @property
    def content(self) -> dict[str, Any]:
        """Everything that an approval covers."""
        return {
            "renditions": self.renditions,
            "audience": self.audience,
            "scheduled_for": self.scheduled_for,
            "next_update_by": self.next_update_by,
            "citations": self.citations,
            "no_update_reason": self.no_update_reason,
        }

    def computed_hash(self) -> str:
        return hash_of(self.content)


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of what will go out. Times are hashed as UTC instants, whatever their zone."""

    def plain(value: object) -> str:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        raise TypeError(f"{value!r} has no canonical form")

    canonical = json.dumps(
        dict(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
