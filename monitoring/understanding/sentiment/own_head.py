"""A brand's own head, learned from what people corrected: 100 corrections help more than any public data.

It starts from the shipped head, learns from the older corrections and is tried on the newer ones, as it will be used
on posts that are newer still. Only one that is better there is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitoring.understanding.sentiment.figures import Figures, figures_of
from monitoring.understanding.sentiment.head import Head, train

FEWEST = 100  # corrections
FEWEST_OF_EACH = 5  # negative ones, and others, among the older and among the newer
OLDER = 0.7
PULL = 0.1  # a stronger one gains less from 100 to 300 corrections, a weaker one trusts them too much


@dataclass(frozen=True)
class Fit:
    """`head` is set where it was better than the shipped one; `shipped` and `own` are of the newer corrections."""

    older: int
    newer: int
    head: Head | None = None
    shipped: Figures | None = None
    own: Figures | None = None

    @property
    def was_tried(self) -> bool:
        """False: there are too few corrections, or nearly all say the same."""
        return self.own is not None


def fit_head(vectors: npt.NDArray[np.floating[Any]], negative: Sequence[bool], *, start: Head) -> Fit:
    """`vectors` of the corrected posts and what people said of each, the oldest correction first."""
    truths = np.array(negative, dtype=bool)
    cut = round(len(truths) * OLDER)
    older, newer = truths[:cut], truths[cut:]
    if len(truths) < FEWEST or not (_has_both(older) and _has_both(newer)):
        return Fit(len(older), len(newer))
    head = train(vectors[:cut], older, start=start, pull=PULL)
    shipped = figures_of(start.probabilities(vectors[cut:]), newer)
    own = figures_of(head.probabilities(vectors[cut:]), newer)
    return Fit(len(older), len(newer), head if own.loss < shipped.loss else None, shipped, own)


def _has_both(truths: npt.NDArray[np.bool_]) -> bool:
    return FEWEST_OF_EACH <= truths.sum() <= len(truths) - FEWEST_OF_EACH
