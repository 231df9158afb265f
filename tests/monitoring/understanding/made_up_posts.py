"""Vectors without texts, in which one number alone shows whether a post is negative."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitoring.understanding.sentiment.head import LENGTH, Head, Truths


def posts(
    count: int, *, axis: int, seed: int = 1, share: float = 0.5
) -> tuple[npt.NDArray[np.float32], Truths]:
    """Vectors of length one; whether a post is negative shows along `axis` alone."""
    random = np.random.default_rng(seed)
    negative = random.random(count) < share
    vectors = random.normal(0, 0.05, (count, LENGTH)).astype(np.float32)
    vectors[:, axis] = np.where(negative, 0.3, -0.3)
    return vectors, negative


def along(axis: int, strength: float = 10.0) -> Head:
    weights = np.zeros(LENGTH)
    weights[axis] = strength
    return Head(weights, 0.0)
