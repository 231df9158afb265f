"""How many people spoke of a brand, five minutes by five minutes: what early warning reads instead of all mentions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Brand


class VoiceCount(models.Model):
    """Five minutes in which somebody spoke of a brand. `monitoring.voices` writes it whenever posts come or go.

    A voice is a person who had not spoken of the brand in the hour before; the brand's own posts are left out, and
    whoever is nobody in particular is a person of their own with each post. Posts of which only the day is known are
    left out: nobody knows when they were written.
    """

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="voice_counts", db_index=False)
    begins_at = models.DateTimeField()  # UTC, full five minutes
    voices = models.PositiveIntegerField()
    complaints = models.PositiveIntegerField()  # voices of negative posts
    rated = models.PositiveIntegerField()  # voices of posts with a sentiment
    posts = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "begins_at"], name="voices_counted_once"),
            models.CheckConstraint(
                condition=Q(posts__gt=0, voices__lte=models.F("posts"), rated__lte=models.F("posts")),
                name="voices_are_posts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.begins_at:%Y-%m-%d %H:%M}: {self.voices}"
