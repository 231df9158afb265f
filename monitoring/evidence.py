"""What the posts of a burst say about how urgent it is, and which of them to show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from monitoring.detection.brand import Share
from monitoring.detection.copies import are_copies
from monitoring.detection.priority import Text, evidence_of, weigh
from monitoring.models import Mention, Priority, Sentiment
from monitoring.models.mention import MentionQuerySet
from people.models import Brand

HOUR = timedelta(hours=1)
SIX_HOURS, WEEK = 6 * HOUR, timedelta(days=7)
MOST_TEXTS = 2_000  # of each span, the latest: more say nothing else
SAMPLES = 6


def of_burst(brand: Brand, end: datetime, share: Share | None) -> tuple[Priority, dict[str, Any]]:
    """How urgent it looks at a moment, and why: reasons by `detection.Reason`, with their numbers."""
    found = evidence_of(
        _texts(brand, end - HOUR, end),
        _texts(brand, end - SIX_HOURS, end),
        _texts(brand, end - SIX_HOURS - WEEK, end - SIX_HOURS),
        share,
    )
    weighed = weigh(found)
    return Priority(weighed.priority), {
        "urgency": [str(reason) for reason in weighed.reasons],
        "copies": round(100 * found.copies.share),
        "posts": found.posts,
        "people": found.authors,
        "asking": found.questions.asking if found.questions else None,
        "share": share._asdict() if share else None,
    }


def _texts(brand: Brand, start: datetime, end: datetime) -> list[Text]:
    rows = (
        by_others(brand, start, end).order_by("-posted_at").values_list("person", "post__text")[:MOST_TEXTS]
    )
    return [Text(str(person), text) for person, text in rows]


def by_others(brand: Brand, start: datetime, end: datetime) -> MentionQuerySet:
    """As the voices are counted: without posts of which only the day is known."""
    found = Mention.objects.filter(brand=brand, is_brand_own=False, post__day_only=False)
    return found.between(start, end)


def of_the_burst(brand: Brand, start: datetime, end: datetime) -> MentionQuerySet:
    """What an incident gets attached: complaints, and what nobody has rated."""
    return by_others(brand, start, end).exclude(sentiment__in=[Sentiment.POSITIVE, Sentiment.NEUTRAL])


def typical(brand: Brand, start: datetime, end: datetime) -> list[int]:
    """Ids of posts that say what it is about: the widest reach first, one a person, near-copies once."""
    rows = (
        of_the_burst(brand, start, end)
        .order_by(
            F("post__author_followers").desc(nulls_last=True),
            F("post__retweets").desc(nulls_last=True),
            "posted_at",
        )
        .values_list("pk", "person", "post__text")[: SAMPLES * 20]
    )
    found: dict[int, tuple[int, str]] = {}
    for pk, person, text in rows:
        if person not in found and not any(are_copies(text, other) for _pk, other in found.values()):
            found[person] = pk, text
        if len(found) == SAMPLES:
            break
    return [pk for pk, _text in found.values()]
