"""Puts the whole story into an empty database, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from demo.story.brands import AIRLINE, make_brands
from demo.story.crisis_under_way import tell_crisis_under_way
from demo.story.listening import listen
from demo.story.mentions import all_posts
from demo.story.past_crisis import tell_past_crisis
from demo.story.people import make_people
from demo.story.roster import plan_duty
from demo.story.smaller_incidents import (
    tell_confidential_threat,
    tell_dismissed_rumour,
    tell_misunderstanding,
)
from demo.story.story import Story, weave
from notifications.models import Attempt, Channel, Delivery, DeliveryState
from people.models import Brand, User

OUTAGE_WAS = timedelta(days=21)
# A crisis whose clocks ran out overnight tells another story.
STALE_AFTER = timedelta(hours=12)
# What was told before is history: sent and read. Later alerts are left for the worker and for the reader.
NEWS = timedelta(minutes=15)
READ_AFTER = timedelta(minutes=2)


@transaction.atomic
def load(tell: Callable[[str], object]) -> None:
    """Load everything; `tell` gets a line for each step. Raises IntegrityError where a part is there already."""
    now = timezone.now()
    outage_day = (now - OUTAGE_WAS).replace(hour=0, minute=0, second=0, microsecond=0)
    tell("People, brands and the duty roster ...")
    people = make_people()
    story = Story(now=now, people=people, brands=make_brands())
    plan_duty(people, now)
    posts = all_posts(now, outage_day)
    tell(f"{len(posts):,} posts and five incidents ...")
    weave(
        listen(story, posts, outage_day),
        tell_past_crisis(story, outage_day),
        tell_dismissed_rumour(story),
        tell_confidential_threat(story),
        tell_misunderstanding(story),
        tell_crisis_under_way(story),
    )
    _put_history_to_rest(story)


def is_loaded() -> bool:
    return Brand.objects.filter(name=AIRLINE).exists()


def is_stale() -> bool:
    """Was it loaded so long ago that the crisis under way is none any more?"""
    joined = User.objects.filter(email="alice@example.com").values_list("joined_at", flat=True).first()
    return joined is not None and timezone.now() - joined > STALE_AFTER


def _put_history_to_rest(story: Story) -> None:
    """Record that alerts of the past were sent and read, so that starting the worker mails nobody about old news.

    The only rows that the loader changes by itself: in a real installation the worker would have written them then.
    """
    old = Delivery.objects.filter(entry__at__lt=story.now - NEWS)
    waiting = list(old.filter(state=DeliveryState.PENDING))
    Attempt.objects.bulk_create(
        Attempt(
            delivery=row,
            number=1,
            message_id=row.message_id,
            started_at=row.available_at,
            ended_at=row.available_at,
            outcome="sent",
        )
        for row in waiting
    )
    old.filter(pk__in=[row.pk for row in waiting]).update(
        state=DeliveryState.SENT, sent_at=F("available_at"), attempt_count=1
    )
    old.filter(channel=Channel.IN_APP).update(read_at=F("sent_at") + READ_AFTER)
