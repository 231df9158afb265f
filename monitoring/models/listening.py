"""What early warning keeps of a brand between two looks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Brand


class Sensitivity(models.TextChoices):
    """How little it takes to raise a signal; the values are those of `detection.Sensitivity`."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")


class ListeningManager(models.Manager["Listening"]):
    def locked(self, brand: Brand) -> Listening:
        """The row of a brand, made where there is none yet. Must run in a transaction."""
        self.get_or_create(brand=brand)
        return self.select_for_update(of=("self",)).get(brand=brand)


class Listening(models.Model):
    """The detector of one brand as it stood after the last look. Without one it is made anew from the counts."""

    brand = models.OneToOneField(Brand, models.CASCADE, primary_key=True, related_name="listening")
    sensitivity = models.CharField(
        _("sensitivity"), max_length=6, choices=Sensitivity, default=Sensitivity.NORMAL
    )
    detector = models.JSONField(null=True)  # detection.BrandDetector.to_json()
    heard_to = models.DateTimeField(null=True)  # the end of the last slot in it
    changed_from = models.DateTimeField(null=True)  # the first slot before that whose counts are others now

    objects = ListeningManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sensitivity__in=Sensitivity.values), name="listening_sensitivity_known"
            ),
            models.CheckConstraint(
                condition=Q(detector__isnull=True) | Q(heard_to__isnull=False),
                name="listening_detector_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.sensitivity}"
