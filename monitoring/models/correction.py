"""What people say of the sentiment of single posts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from monitoring.models.mention import Mention, Sentiment
from monitoring.understanding.sentiment import Label

# What each makes of a mention: "not negative" leaves open whether it is positive, so it counts as neutral.
SENTIMENT_OF = {Label.NEGATIVE: Sentiment.NEGATIVE, Label.NOT_NEGATIVE: Sentiment.NEUTRAL}


class SentimentCorrectionQuerySet(models.QuerySet["SentimentCorrection"]):
    def current(self) -> SentimentCorrectionQuerySet:
        return self.filter(taken_back_at__isnull=True)


class SentimentCorrection(models.Model):
    """What a person said of a mention, and what stood there before anybody did. At most one a mention is current."""

    mention = models.ForeignKey(Mention, models.CASCADE, related_name="corrections")
    label = models.CharField(_("label"), max_length=12, choices=Label)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    sentiment_before = models.CharField(max_length=8, choices=Sentiment, blank=True)
    source_before = models.CharField(max_length=60, blank=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    objects = SentimentCorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mention"], condition=Q(taken_back_at__isnull=True), name="correction_once"
            ),
            models.CheckConstraint(
                condition=Q(label__in=list(SENTIMENT_OF)), name="correction_says_something"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="correction_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mention_id}: {self.label}"
