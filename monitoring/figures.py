"""Figures about what people say, for gates, reviews and reports. Every one is None where there is nothing to say."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, DateTimeField, Func, Q, Value

from monitoring.models import Mention, Sentiment
from people.models import Brand

HOUR = timedelta(hours=1)
BASELINE_DAYS = 28
LEAST_DAYS = 3  # with fewer earlier days "usual" means nothing


class Bin(Func):
    """The start of the equally long bin into which a post falls, counted from `origin`."""

    function = "DATE_BIN"

    def __init__(self, step: timedelta, origin: datetime) -> None:
        super().__init__(Value(step), "posted_at", Value(origin), output_field=DateTimeField())


def net_sentiment(brand: Brand, start: datetime, end: datetime) -> float | None:
    """(positive - negative) / all rated mentions x 100, from `start` on and before `end`; own posts left out.

    Between -100 and 100; None where no mention has a sentiment.
    """
    found = (
        Mention.objects.filter(brand=brand, is_brand_own=False)
        .between(start, end)
        .aggregate(
            positive=Count("pk", filter=Q(sentiment=Sentiment.POSITIVE)),
            negative=Count("pk", filter=Q(sentiment=Sentiment.NEGATIVE)),
            rated=Count("pk", filter=~Q(sentiment="")),
        )
    )
    return (found["positive"] - found["negative"]) / found["rated"] * 100 if found["rated"] else None


def velocity(brand: Brand, at: datetime) -> float | None:
    """Mentions in the hour before `at`, as a multiple of the median of the same hour of the past 28 days.

    None while fewer than three earlier days are known. A median below one counts as one, so that a brand of which
    nobody usually speaks is not "infinitely" busy.
    """
    return velocities(brand, at, hours=1)[0]


def velocities(brand: Brand, at: datetime, hours: int) -> list[float | None]:
    """The velocity of each of the `hours` full hours before `at`, the latest first. One query."""
    start = at - timedelta(days=BASELINE_DAYS, hours=hours)
    rows = (
        Mention.objects.filter(brand=brand, is_brand_own=False)
        .between(start, at)
        .annotate(bin=Bin(HOUR, at))
        .values("bin")
        .annotate(n=Count("pk"))
        .order_by()
    )
    counts = Counter({int((at - row["bin"]) / HOUR) - 1: row["n"] for row in rows})
    oldest = max(counts, default=-1)  # hours before the stream began are unknown, not zero
    return [_velocity(counts, hour, oldest) for hour in range(hours)]


def _velocity(counts: Counter[int], hour: int, oldest: int) -> float | None:
    same_hour = [hour + 24 * day for day in range(1, BASELINE_DAYS + 1)]
    usual = [counts[age] for age in same_hour if age <= oldest]
    if len(usual) < LEAST_DAYS:
        return None
    return counts[hour] / max(1.0, median(usual))
