"""An early warning that somebody has to judge."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from escalations.models import Deadline
from incidents.models import Incident
from monitoring.models.listening import Sensitivity
from people.models import Brand, User


class SignalState(models.TextChoices):
    NEW = "new", _("New")
    DISMISSED = "dismissed", _("Dismissed")
    OPENED = "opened", _("Taken up")


# History that may still be somebody's incident.
RECENT_HISTORY = timedelta(days=7)


class SignalKind(models.TextChoices):
    """What is unusual; the values are those of `detection.Kind`."""

    VOLUME = "volume", _("Volume")
    COMPLAINTS = "complaints", _("Complaints")


class Priority(models.TextChoices):
    """How urgent a signal looks. It hides nothing: low ones are raised, too."""

    HIGH = "high", _("High priority")
    LOW = "low", _("Low priority")


class DismissalReason(models.TextChoices):
    """Why a signal was no reason to act: what the precision of early warning is counted by."""

    JOKE = "joke", _("Joke or meme")
    PROMOTION = "promotion", _("Promotion or contest")
    OWN_POST = "own_post", _("Set off by our own post")
    KNOWN_ISSUE = "known_issue", _("Known issue, dealt with already")
    NOISE = "noise", _("Noise: nothing unusual")
    OTHER = "other", _("Other")


class SignalQuerySet(models.QuerySet["Signal"]):
    def visible_to(self, user: User) -> SignalQuerySet:
        """Everybody sees signals; the incident behind one only those who may see the incident."""
        return self if user.has_perm("people.read") else self.none()

    def fresh(self) -> SignalQuerySet:
        """Waiting for somebody's decision."""
        return self.filter(state=SignalState.NEW, is_history=False)

    def recent_history_of(self, user: User) -> SignalQuerySet:
        """What the person's own imports brought of the last days: Monday's file of a weekend's crisis."""
        since = timezone.now() - RECENT_HISTORY
        return self.filter(state=SignalState.NEW, is_history=True, run__by=user, last_at__gte=since)


class Signal(models.Model):
    """One episode in which unusually many people speak of a brand.

    `evidence` is what was seen: the arithmetic of the first moment (`detection.words`), what speaks for and against its
    urgency, the curve as [hour, people, usual], the unusual hours and the ids of sample mentions. It is only ever
    extended while the episode lasts.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="signals", verbose_name=_("brand"))
    kind = models.CharField(_("kind"), max_length=10, choices=SignalKind)
    priority = models.CharField(_("priority"), max_length=4, choices=Priority, default=Priority.HIGH)
    sensitivity = models.CharField(  # with which it was raised
        _("sensitivity"), max_length=6, choices=Sensitivity, default=Sensitivity.NORMAL
    )
    state = models.CharField(_("state"), max_length=9, choices=SignalState, default=SignalState.NEW)
    began_at = models.DateTimeField(_("since"))  # when the talk began to be more than usual
    heard_at = models.DateTimeField(_("heard"))  # the moment from which it could be known
    last_at = models.DateTimeField()  # the end of the last unusual five minutes so far
    peak = models.PositiveIntegerField(_("most people in one hour"))
    evidence = models.JSONField()
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    dismissal = models.CharField(
        _("dismissal reason"), max_length=11, choices=DismissalReason, blank=True, default=""
    )
    reason = models.TextField(_("note"), blank=True)  # beside the dismissal reason, in somebody's own words
    peak_when_decided = models.PositiveIntegerField(
        null=True
    )  # a dismissed episode that doubles is raised again
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="signals")
    run = models.ForeignKey(  # the import that brought the posts, where one did
        "monitoring.ImportRun", models.PROTECT, null=True, related_name="signals"
    )
    is_history = models.BooleanField(default=False)  # it was over when it was found: nobody was alerted

    deadlines = GenericRelation(Deadline)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        ordering = ["-heard_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignalState.values), name="signal_state_known"),
            models.CheckConstraint(condition=Q(kind__in=SignalKind.values), name="signal_kind_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="signal_priority_known"),
            models.CheckConstraint(
                condition=Q(heard_at__gt=F("began_at"), last_at__gte=F("heard_at")),
                name="signal_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="new", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="new") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="signal_decided_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(sensitivity__in=Sensitivity.values), name="signal_sensitivity_known"
            ),
            models.CheckConstraint(
                condition=Q(state="dismissed", dismissal__in=DismissalReason.values)
                | (~Q(state="dismissed") & Q(dismissal="")),
                name="signal_dismissed_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(dismissal="other") | ~Q(reason=""), name="signal_other_reason_has_words"
            ),
            models.CheckConstraint(
                condition=Q(state="opened", incident__isnull=False)
                | (~Q(state="opened") & Q(incident__isnull=True)),
                name="signal_opened_has_incident",
            ),
            # Two workers that look at the same minutes raise one signal; after a dismissal it may be raised again.
            models.UniqueConstraint(
                fields=["brand", "heard_at"], condition=~Q(state="dismissed"), name="signal_raised_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "last_at"], name="signal_episode"
            ),  # is this moment part of one already?
            models.Index(
                fields=["-heard_at", "-id"], condition=Q(state="new"), name="signal_fresh"
            ),  # the desk
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("monitoring:signal", args=[self.pk])

    @property
    def headline(self) -> str:
        """Who is spoken of, by how many."""
        facts = {"n": self.peak, "brand": self.brand}
        if self.kind == SignalKind.COMPLAINTS:
            return (
                ngettext(
                    "%(n)d person complained about %(brand)s within an hour",
                    "%(n)d people complained about %(brand)s within an hour",
                    self.peak,
                )
                % facts
            )
        return (
            ngettext(
                "%(n)d person spoke of %(brand)s within an hour",
                "%(n)d people spoke of %(brand)s within an hour",
                self.peak,
            )
            % facts
        )

    @property
    def stream(self) -> str:
        return f"signal-{self.pk}"
