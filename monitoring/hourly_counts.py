"""Hourly counts of a brand's mentions, as the spike rule and the curves need them. Hours are UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, DateTimeField, Func, Max, Min, Q, Value

from monitoring import detector
from monitoring.models import Mention, Sentiment
from people.models import Brand

BY_OTHERS = Q(is_brand_own=False)


class Bin(Func):
    """The start of the equally long bin into which a post falls, counted from `origin`."""

    function = "DATE_BIN"

    def __init__(self, step: timedelta, origin: datetime) -> None:
        super().__init__(Value(step), "posted_at", Value(origin), output_field=DateTimeField())


def hourly(brand: Brand, start: datetime, end: datetime) -> dict[datetime, detector.Count]:
    """Counts per hour from `start` on and before `end`; hours without a mention are left out."""
    rows = (
        Mention.objects.filter(brand=brand)
        .between(start, end)
        .annotate(hour=Bin(detector.HOUR, detector.start_of_hour(start)))
        .values("hour")
        .annotate(
            mentions=Count("pk"),
            rated=Count("person", distinct=True, filter=BY_OTHERS & ~Q(sentiment="")),
            complaints=Count("person", distinct=True, filter=BY_OTHERS & Q(sentiment=Sentiment.NEGATIVE)),
        )
        .order_by()
    )
    return {row["hour"]: detector.Count(row["complaints"], row["rated"], row["mentions"]) for row in rows}


def verdicts(
    brand: Brand, first: datetime, last: datetime, rule: detector.Rule = detector.USUAL
) -> list[detector.Verdict]:
    """Every hour from `first` to `last` (starts of hours), judged over what is stored now."""
    counts = hourly(brand, first - rule.history, last + timedelta(hours=1))
    return detector.scan(counts, first, last, rule)


def span(brand: Brand) -> tuple[datetime, datetime] | None:
    """The times of the oldest and the newest mention of a brand, or None without any."""
    found = Mention.objects.filter(brand=brand).aggregate(oldest=Min("posted_at"), newest=Max("posted_at"))
    return (found["oldest"], found["newest"]) if found["oldest"] else None


def baseline_ready(brand: Brand, rule: detector.Rule = detector.USUAL) -> bool:
    """Can the spike rule judge this brand at its newest mention, or was the stream not alive for long enough?"""
    known = span(brand)
    if known is None:
        return False
    hour = detector.start_of_hour(known[1])
    rows = (
        Mention.objects.filter(brand=brand, posted_at__gte=hour - rule.history)
        .annotate(hour=Bin(detector.HOUR, hour))
        .values("hour")
        .annotate(mentions=Count("pk"))
        .order_by()
    )
    # Whether there is a baseline hangs on the posts alone; whose they are need not be known.
    posts = {row["hour"]: detector.Count(mentions=row["mentions"]) for row in rows}
    return detector.judge(posts, hour, rule).expected is not None
