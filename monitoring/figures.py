"""Figures about what people say, for gates, reviews and reports. Every one is None where there is nothing to say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, DateTimeField, Func, Q, QuerySet, Value

from monitoring.models import Mention, Sentiment
from monitoring.models.mention import ESTIMATED, GIVEN
from people.models import Brand

HOUR = timedelta(hours=1)
BASELINE_DAYS = 28
LEAST_DAYS = 3  # with fewer earlier days "usual" means nothing


class Bin(Func):
    """The start of the equally long bin into which a post falls, counted from `origin`."""

    function = "DATE_BIN"

    def __init__(self, step: timedelta, origin: datetime) -> None:
        super().__init__(Value(step), "posted_at", Value(origin), output_field=DateTimeField())


@dataclass(frozen=True)
class Tally:
    """Of how many mentions the sentiment is given, and of which kind; of how many others it is estimated.

    What is estimated is never counted with what is given: it only says how much more is known.
    """

    total: int = 0
    negative: int = 0
    positive: int = 0
    given: int = 0
    estimated: int = 0

    @property
    def unknown(self) -> int:
        return self.total - self.given - self.estimated

    @property
    def net(self) -> float | None:
        """Net sentiment of what is given, between -100 and 100; None where nothing is."""
        return (self.positive - self.negative) / self.given * 100 if self.given else None


def tally(mentions: QuerySet[Mention]) -> Tally:
    return Tally(
        **mentions.order_by().aggregate(
            total=Count("pk"),
            negative=Count("pk", filter=Q(sentiment=Sentiment.NEGATIVE)),
            positive=Count("pk", filter=Q(sentiment=Sentiment.POSITIVE)),
            given=Count("pk", filter=GIVEN),
            estimated=Count("pk", filter=ESTIMATED),
        )
    )


def tally_of(brand: Brand, start: datetime, end: datetime) -> Tally:
    """From `start` on and before `end`; own posts left out."""
    return tally(Mention.objects.filter(brand=brand, is_brand_own=False).between(start, end))


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
