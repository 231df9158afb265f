"""`python -m benchmarks language --data DIR --json`: how often the language of a post is said rightly, and how fast.

With the detector of this machine and with the fallback. DIR as for `sentiment`; "unknown" is an answer that is
neither right nor wrong.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

from benchmarks import sentiment
from monitoring.understanding import language


def measure(data: Path, count: int, labelled: Path = sentiment.LABELLED) -> dict[str, Any]:
    sets = {
        "en": sentiment.airline(data / sentiment.AIRLINE, count),
        "pl": sentiment.reviews(data / sentiment.REVIEWS, count),
    } | {path.stem: sentiment.by_two_people(path)[0] for path in sorted(labelled.glob("*.csv"))}
    texts = {code: [text for text, _is_negative in posts] for code, posts in sets.items()}
    found = {}
    for name, make in (("eldc", language.eldc_detector), ("py3langid", language.py3langid_detector)):
        before = megabytes()
        detector = make()
        figures = {code: answers(posts, code, detector) for code, posts in texts.items()}
        found[name] = {"memory_mb": round(megabytes() - before)} | figures
    return found


def answers(texts: list[str], code: str, detector: language.Detector) -> dict[str, Any]:
    began = time.process_time()
    said = [language.language_of(text, detector) for text in texts]
    seconds = time.process_time() - began
    right, unknown = said.count(code), said.count("")
    return {
        "posts": len(texts),
        "right": round(right / len(texts), 4),
        "unknown": round(unknown / len(texts), 4),
        "wrong": round((len(texts) - right - unknown) / len(texts), 4),
        "posts_per_second": round(len(texts) / seconds),
    }


def megabytes() -> float:
    """That this process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
