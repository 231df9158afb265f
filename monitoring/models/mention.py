"""Posts that speak of a brand, where they were seen again, and which of them belong to an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from monitoring.models.post import Post
from monitoring.understanding.sentiment import Label
from monitoring.understanding.worry_words import Worry
from people.models import Brand, User


class Sentiment(models.TextChoices):
    """How a post speaks of the brand. An empty value is "nobody has said", which is not neutral."""

    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    POSITIVE = "positive", _("Positive")


CORRECTED = "corrected"  # who judged it: a person on these pages
# Shares of mentions by what is known of their sentiment; the rest is unknown.
GIVEN = ~Q(sentiment="")
ESTIMATED = Q(sentiment="", estimate__in=[Label.NEGATIVE, Label.NOT_NEGATIVE])
# What a model may still look at: the brand's own posts need no guess.
TO_ESTIMATE = Q(sentiment="", estimate="", is_brand_own=False)


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, user: User) -> MentionQuerySet:
        """Mentions are public posts: whoever may read on this site may read them."""
        return self if user.has_perm("people.read") else self.none()

    def complaints(self) -> MentionQuerySet:
        """Negative posts by others."""
        return self.filter(sentiment=Sentiment.NEGATIVE, is_brand_own=False)

    def attached(self) -> MentionQuerySet:
        """Those that belong to an incident, each once."""
        return self.filter(attachments__isnull=False).distinct()

    def to_understand(self) -> MentionQuerySet:
        """Those at which no worker has looked yet, the newest first: a crisis is understood before history."""
        return self.filter(looked_at__isnull=True).order_by("-posted_at", "-id")

    def to_estimate(self) -> MentionQuerySet:
        """Those by others whose sentiment nobody has said and no model has estimated yet, the newest first."""
        return self.filter(TO_ESTIMATE).order_by("-posted_at", "-id")

    def between(self, start: datetime, end: datetime) -> MentionQuerySet:
        """Posted from `start` on and before `end`."""
        return self.filter(posted_at__gte=start, posted_at__lt=end)


class Mention(models.Model):
    """A post that speaks of a brand, and how. The same post about two brands is two mentions of one post."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="mentions", verbose_name=_("brand"))
    # The unique key begins with the post, so it serves as the foreign key's index too.
    post = models.ForeignKey(Post, models.PROTECT, related_name="mentions", db_index=False)
    posted_at = models.DateTimeField(_("posted"))  # the post's, for this table's indexes
    person = models.BigIntegerField(
        editable=False
    )  # equal for posts of one author; of its own where nobody is named
    is_brand_own = models.BooleanField(_("written by the brand"), default=False)
    sentiment = models.CharField(_("sentiment"), max_length=8, choices=Sentiment, blank=True)
    sentiment_source = models.CharField(_("who judged the sentiment"), max_length=60, blank=True)
    # A model's guess, where no sentiment is given; empty where none has looked.
    estimate = models.CharField(
        _("estimated sentiment"), max_length=12, choices=Label, blank=True, default="", db_default=""
    )
    # The most urgent that its words speak of.
    worry = models.CharField(_("worry"), max_length=9, choices=Worry, blank=True, default="", db_default="")
    looked_at = models.DateTimeField(null=True, editable=False)  # by a worker, for language and worry
    run = models.ForeignKey(  # which import brought it first; others are its sightings
        "monitoring.ImportRun", models.PROTECT, null=True, related_name="mentions", db_index=False
    )
    line = models.PositiveIntegerField(null=True)  # of that import's file
    judged_by = models.ForeignKey(  # which import gave the sentiment, where `run` did not when it brought it
        "monitoring.ImportRun", models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    stored_at = models.DateTimeField(_("stored"), db_default=Now(), editable=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["-posted_at", "-id"]
        constraints = [
            # What makes an import repeatable: the same post arrives as often as it likes and is counted once a brand.
            models.UniqueConstraint(fields=["post", "brand"], name="mention_stored_once"),
            models.CheckConstraint(
                condition=Q(sentiment__in=["", *Sentiment.values]), name="mention_sentiment_known"
            ),
            models.CheckConstraint(
                condition=Q(estimate__in=["", *Label.values]), name="mention_estimate_known"
            ),
            models.CheckConstraint(condition=Q(worry__in=["", *Worry.values]), name="mention_worry_known"),
        ]
        indexes = [
            # The sentiment rides along so that curves and sums need not visit the rows.
            models.Index(  # the list over all brands
                fields=["-posted_at", "-id"], include=["sentiment", "estimate"], name="mention_newest"
            ),
            models.Index(  # the list of one brand, its curves and figures
                fields=["brand", "-posted_at", "-id"],
                include=["sentiment", "estimate", "is_brand_own", "person"],
                name="mention_of_brand",
            ),
            models.Index(fields=["run", "-posted_at", "-id"], name="mention_of_import"),
            # What a worker has still to look at.
            models.Index(
                fields=["-posted_at", "-id"],
                condition=Q(looked_at__isnull=True),
                name="mention_to_understand",
            ),
            models.Index(fields=["-posted_at", "-id"], condition=TO_ESTIMATE, name="mention_to_estimate"),
            models.Index(  # the list of those that worry
                fields=["-posted_at", "-id"], condition=~Q(worry=""), name="mention_worrying"
            ),
        ]

    def __str__(self) -> str:
        return str(self.post)

    def get_absolute_url(self) -> str:
        """Its day in the list."""
        day = timezone.localdate(self.posted_at).isoformat()
        page = reverse("monitoring:mentions")
        return f"{page}?brand={self.brand_id}&since={day}&until={day}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"mention-{self.pk}"

    @property
    def is_recent(self) -> bool:
        """Does "3 hours ago" say more than the date?"""
        return timezone.now() - self.posted_at < timedelta(hours=48)

    @property
    def tone(self) -> str:
        """The sentiment in words, marked where it is estimated; also where there is none."""
        if self.sentiment:
            return str(Sentiment(self.sentiment).label)
        if self.is_estimated:
            return str(_("Estimated: %(label)s") % {"label": str(Label(self.estimate).label).lower()})
        return str(_("Not rated"))

    @property
    def is_estimated(self) -> bool:
        return not self.sentiment and self.estimate in (Label.NEGATIVE, Label.NOT_NEGATIVE)

    @property
    def is_corrected(self) -> bool:
        return self.sentiment_source == CORRECTED


class IncidentMention(models.Model):
    """A mention that belongs to an incident. Read only through an incident that the reader may see."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attached_mentions")
    mention = models.ForeignKey(Mention, models.PROTECT, related_name="attachments")
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attached_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "mention"], name="mention_attached_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.mention_id}"


class Sighting(models.Model):
    """A mention that an import brought once more: it was there already, and this says which row and where."""

    run = models.ForeignKey("monitoring.ImportRun", models.CASCADE, related_name="sightings", db_index=False)
    line = models.PositiveIntegerField()  # of the import's file
    # The index that begins with the mention serves as the foreign key's too.
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="sightings", db_index=False)
    # What its row said: it counts once the imports before it are undone.
    sentiment = models.CharField(max_length=8, choices=Sentiment, blank=True)
    sentiment_source = models.CharField(max_length=60, blank=True)
    has_address = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["run", "line"], name="sighting_of_import"),  # its page, and its undoing
            models.Index(fields=["mention", "id"], name="sighting_of_mention"),  # the oldest of each
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"
