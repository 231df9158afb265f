"""The port: texts in, estimates out. Whatever estimates implements `Estimator`; nobody else knows which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Between the two, nothing is said. Chosen so that four of five posts that are decided are decided rightly.
NEGATIVE_FROM = 0.45
NOT_NEGATIVE_TO = 0.25


class Label(TextChoices):
    """Positive and neutral cannot be told apart honestly, so "not negative" is all that is estimated.

    Unknown is an outcome: the post was looked at. Where a column may be empty, empty means nobody has looked.
    """

    NEGATIVE = "negative", _("Negative")
    NOT_NEGATIVE = "not_negative", _("Not negative")
    UNKNOWN = "unknown", _("Unknown")


@dataclass(frozen=True)
class Estimate:
    label: Label
    probability: float | None = None  # that the post is negative; None where no model has looked

    @classmethod
    def of(cls, probability: float) -> Estimate:
        if probability >= NEGATIVE_FROM:
            return cls(Label.NEGATIVE, probability)
        if probability <= NOT_NEGATIVE_TO:
            return cls(Label.NOT_NEGATIVE, probability)
        return cls(Label.UNKNOWN, probability)


class Estimator(Protocol):
    def estimate(self, texts: Sequence[str]) -> list[Estimate]:
        """One estimate for each text, in the same order."""


class NoEstimator:
    """Estimates nothing: no model is chosen, or the chosen one is not installed."""

    def estimate(self, texts: Sequence[str]) -> list[Estimate]:
        return [Estimate(Label.UNKNOWN) for _text in texts]
