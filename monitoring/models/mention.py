"""Posts that speak of a brand, where they were seen again, and which of them belong to an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from monitoring.models.post import Post
from people.models import Brand, User


class Sentiment(models.TextChoices):
    """How a post speaks of the brand. An empty value is "nobody has said", which is not neutral."""

    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    POSITIVE = "positive", _("Positive")


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
        ]
        indexes = [
            # The sentiment rides along so that curves and sums need not visit the rows.
            models.Index(  # the list over all brands
                fields=["-posted_at", "-id"], include=["sentiment"], name="mention_newest"
            ),
            models.Index(  # the list of one brand, its curves and figures
                fields=["brand", "-posted_at", "-id"],
                include=["sentiment", "is_brand_own", "person"],
                name="mention_of_brand",
            ),
            models.Index(fields=["run", "-posted_at", "-id"], name="mention_of_import"),
        ]

    def __str__(self) -> str:
        return str(self.post)

    @property
    def is_recent(self) -> bool:
        """Does "3 hours ago" say more than the date?"""
        return timezone.now() - self.posted_at < timedelta(hours=48)

    @property
    def tone(self) -> str:
        """The sentiment in words, also where there is none."""
        return str(Sentiment(self.sentiment).label if self.sentiment else _("Not rated"))


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
