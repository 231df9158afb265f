"""How good estimates are, beside labels by people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.understanding.sentiment.head import Floats, Truths
from monitoring.understanding.sentiment.port import NEGATIVE_FROM, NOT_NEGATIVE_TO


@dataclass(frozen=True)
class Figures:
    posts: int
    negative_share: float
    majority: float  # accuracy of whoever always says what is more frequent
    accuracy: float  # of negative from 0.45 on and not negative below, with nothing unknown
    auc: float  # how often a negative post has the higher probability of the two
    f1_negative: float
    decided_share: float  # of posts that are not unknown
    decided_accuracy: float
    loss: float  # mean logarithmic loss: the lower the better, 0.69 is knowing nothing


def figures_of(probabilities: Floats, negative: Truths) -> Figures:
    """Of at least one post of each kind."""
    called = probabilities >= NEGATIVE_FROM
    decided = called | (probabilities <= NOT_NEGATIVE_TO)
    right = called == negative
    share = float(negative.mean())
    return Figures(
        posts=len(negative),
        negative_share=share,
        majority=max(share, 1 - share),
        accuracy=float(right.mean()),
        auc=auc(probabilities, negative),
        f1_negative=float(2 * (called & negative).sum() / (called.sum() + negative.sum())),
        decided_share=float(decided.mean()),
        decided_accuracy=float(right[decided].mean()) if decided.any() else 0.0,
        loss=loss(probabilities, negative),
    )


def auc(probabilities: Floats, negative: Truths) -> float:
    """From the ranks; equal probabilities share theirs."""
    _values, place, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    many = int(negative.sum())
    above = ranks[negative].sum() - many * (many + 1) / 2
    return float(above / (many * (len(negative) - many)))


def loss(probabilities: Floats, negative: Truths) -> float:
    of_truth = np.where(negative, probabilities, 1 - probabilities)
    return float(-np.log(np.clip(of_truth, 1e-9, 1)).mean())
