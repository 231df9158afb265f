"""The scorings of an incident."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.levels import Level
from incidents.models.incident import Incident


class Assessment(models.Model):
    """One scoring of an incident. Never changed: a new look is a new row."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="assessments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    scores = models.JSONField()  # input code → 0..3, or null for unknown
    total = models.PositiveSmallIntegerField()
    computed_level = models.PositiveSmallIntegerField(choices=Level)
    level = models.PositiveSmallIntegerField(choices=Level)
    override_reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=models.F("computed_level")) | ~Q(override_reason=""),
                name="assessment_override_has_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident}: {self.total}"

    @property
    def unknown(self) -> list[str]:
        return [code for code, score in self.scores.items() if score is None]
