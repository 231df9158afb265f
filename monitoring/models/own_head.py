"""What a brand's corrections taught the estimates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Brand


def sentiment_stream(brand_id: int) -> str:
    """The journal's stream of what people said of a brand's estimates, and of what followed from it."""
    return f"sentiment-{brand_id}"


class OwnHeadQuerySet(models.QuerySet["OwnHead"]):
    def used(self) -> OwnHeadQuerySet:
        return self.filter(numbers__isnull=False, switched_off_at__isnull=True)


class OwnHead(models.Model):
    """The newest fit of a brand's own head. It is used where it was better than the shipped one and nobody objects."""

    brand = models.OneToOneField(Brand, models.CASCADE, primary_key=True, related_name="own_head")
    numbers = models.JSONField(null=True)  # head.Head.as_json(); none where the shipped one is as good
    corrections = models.PositiveIntegerField(_("corrections"))  # that stood when it was fitted
    # figures.Figures of both on the newer corrections, {"shipped": ..., "own": ...}; none where nothing could be tried
    figures = models.JSONField(null=True)
    fitted_at = models.DateTimeField(_("fitted"))
    switched_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    switched_off_at = models.DateTimeField(null=True)  # stays so when it is fitted anew

    objects = OwnHeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(numbers__isnull=True) | Q(figures__isnull=False), name="own_head_was_tried"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.corrections}"

    @property
    def is_better(self) -> bool:
        return self.numbers is not None

    @property
    def is_used(self) -> bool:
        return self.is_better and self.switched_off_at is None
