"""What is being said about the brand, whether it is true, and what we answer."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from people.models import User
from responses.models.response import Response


class ClaimState(models.TextChoices):
    LOGGED = "logged", _("Logged")
    VERIFYING = "verifying", _("Being verified")
    VERIFIED = "verified", _("Verdict reached")
    DECIDED = "decided", _("Answer decided")
    ANSWERED = "answered", _("Answered")
    SETTLED = "settled", _("Settled")


class Verdict(models.TextChoices):
    TRUE = "true", _("True")
    FALSE = "false", _("False")
    MISLEADING = "misleading", _("Misleading")
    UNVERIFIABLE = "unverifiable", _("Cannot be verified")


class Answer(models.TextChoices):
    WATCH = "watch", _("Watch")
    PREBUNK = "prebunk", _("Prebunk: warn before it spreads")
    DEBUNK = "debunk", _("Debunk: fact, warning, why misleading, fact")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge")


class SourceKind(models.TextChoices):
    INDEPENDENT = "independent", _("Independent source")
    AUTHORITATIVE = "authoritative", _("Authoritative source")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> ClaimQuerySet:
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def unanswered(self) -> ClaimQuerySet:
        return self.exclude(state__in=[ClaimState.ANSWERED, ClaimState.SETTLED])

    def open_first(self) -> ClaimQuerySet:
        """What still needs an answer before what has one, newest first."""
        done = Q(state__in=[ClaimState.ANSWERED, ClaimState.SETTLED])
        return self.order_by(Case(When(done, then=1), default=0), "-id")


class Claim(models.Model):
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="claims")
    text = models.CharField(_("what is claimed"), max_length=500, validators=[MinLengthValidator(3)])
    seen_at = models.CharField(_("where it was seen"), max_length=500, blank=True)
    against_us = models.BooleanField(_("allegation against us"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState, default=ClaimState.LOGGED)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, blank=True)
    verdict_reason = models.TextField(_("why this verdict"), blank=True, max_length=4_000)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer, blank=True)
    answer_reason = models.TextField(_("why this answer"), blank=True, max_length=4_000)
    answered_with = models.ForeignKey(
        Response, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered with")
    )
    settled_reason = models.TextField(_("how it was settled"), blank=True, max_length=4_000)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(verifier__isnull=True) | ~Q(verifier=F("logged_by")),
                name="claim_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["logged", "verifying"], verdict="")
                | (~Q(state__in=["logged", "verifying"]) & ~Q(verdict="") & Q(verifier__isnull=False)),
                name="claim_verdict_has_verifier",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "answered", "settled"]) | ~Q(answer=""),
                name="claim_decided_has_answer",
            ),
        ]
        indexes = [models.Index(fields=["incident", "-id"], name="claim_of_incident")]
        triggers = [pgtrigger.Protect(name="claim_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("responses:claim", args=[self.pk])

    @property
    def is_answered(self) -> bool:
        return self.state in (ClaimState.ANSWERED, ClaimState.SETTLED)

    @property
    def verdict_label(self) -> str:
        return str(self.get_verdict_display() if self.verdict else self.get_state_display())

    @property
    def verdict_tone(self) -> str:
        if not self.verdict:
            return "attention"
        return "good" if self.verdict == Verdict.TRUE else "stopped"

    @property
    def tone(self) -> str:
        return "good" if self.is_answered else "attention"


class Evidence(models.Model):
    """One source for or against a claim. Added, never changed."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind of source"), max_length=13, choices=SourceKind)
    source = models.CharField(_("source"), max_length=200)
    url = models.URLField(_("link"), max_length=1000, blank=True)
    finding = models.TextField(_("what it says"), max_length=4_000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="evidence_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.source
