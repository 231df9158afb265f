"""Posts that name a brand, and which of them belong to an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
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
        """Negative posts by others: what the spike rule counts and what an incident gets attached."""
        return self.filter(sentiment=Sentiment.NEGATIVE, is_brand_own=False)

    def between(self, start: datetime, end: datetime) -> MentionQuerySet:
        """Posted from `start` on and before `end`."""
        return self.filter(posted_at__gte=start, posted_at__lt=end)


class Mention(models.Model):
    """One post. NULL and the empty string mean unknown, never zero."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="mentions", verbose_name=_("brand"))
    source = models.CharField(_("source"), max_length=32)  # who numbers the posts: usually the platform
    external_id = models.CharField(_("number at the source"), max_length=200)
    platform = models.CharField(_("platform"), max_length=32, blank=True)
    lang = models.CharField(_("language"), max_length=16, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    author_followers = models.BigIntegerField(_("followers of the author"), null=True, blank=True)
    is_brand_own = models.BooleanField(_("written by the brand"), default=False)
    text = models.TextField(_("text"))
    sentiment = models.CharField(_("sentiment"), max_length=8, choices=Sentiment, blank=True)
    sentiment_source = models.CharField(_("who judged the sentiment"), max_length=60, blank=True)
    retweets = models.BigIntegerField(_("reshares"), null=True, blank=True)
    likes = models.BigIntegerField(_("likes"), null=True, blank=True)
    replies = models.BigIntegerField(_("replies"), null=True, blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    flags = models.CharField(_("flags"), max_length=500, blank=True)
    posted_at = models.DateTimeField(_("posted"))
    stored_at = models.DateTimeField(_("stored"), db_default=Now(), editable=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["-posted_at", "-id"]
        constraints = [
            # What makes an import repeatable: the same post arrives as often as it likes and is stored once.
            models.UniqueConstraint(fields=["source", "external_id"], name="mention_stored_once"),
            models.CheckConstraint(
                condition=Q(sentiment__in=["", *Sentiment.values]), name="mention_sentiment_known"
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="mention_has_number"),
        ]
        indexes = [
            # The sentiment rides along so that curves and sums need not visit the rows.
            models.Index(  # the list over all brands
                fields=["-posted_at", "-id"], include=["sentiment"], name="mention_newest"
            ),
            models.Index(  # the list of one brand, its curves and figures
                fields=["brand", "-posted_at", "-id"], include=["sentiment"], name="mention_of_brand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author or '?'}: {self.text[:60]}"

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
    mention = models.ForeignKey(Mention, models.PROTECT, related_name="+")
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attached_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "mention"], name="mention_attached_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.mention_id}"
