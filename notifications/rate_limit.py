"""The rate limit: more messages than anybody can read become one digest every few minutes, and somebody is told so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from journal.actions import record
from journal.models import Urgency
from notifications.actions import STREAM
from notifications.models import Delivery, DeliveryState, RateLimit
from people.models import User, administrators

QUOTA_WINDOW = timedelta(minutes=10)  # in which messages are counted against a quota
DIGEST_EVERY = timedelta(minutes=5)
RATE_LIMITED = "notification.rate_limited"
EVERYBODY = "everybody"


@dataclass
class Traffic:
    """How many messages went out lately, or are going out now: to everybody, and to each of some people."""

    people: Counter[int] = field(default_factory=Counter)
    everybody: int = 0
    limited: dict[str, User | None] = field(default_factory=dict)  # scopes that held something back

    @classmethod
    def to(cls, person_ids: set[int]) -> Traffic:
        going = Q(state=DeliveryState.LEASED, lease_until__gt=Now())
        lately = Q(state=DeliveryState.SENT, sent_at__gt=Now() - QUOTA_WINDOW)
        messages = Delivery.objects.messages().exclude(entry__kind=RATE_LIMITED).filter(going | lately)
        rows = messages.order_by().values_list("person").annotate(n=Count("pk"))
        counts = Counter(dict(rows))
        return cls(Counter({pk: counts[pk] for pk in person_ids}), counts.total())

    def exceeds_quota(self, person: User) -> bool:
        """Whether a further message to `person` is one too many; notes whose quota it was."""
        if self.people[person.pk] >= settings.NOTIFICATION_QUOTA_PERSON:
            self.limited[f"person-{person.pk}"] = person
        elif self.everybody >= settings.NOTIFICATION_QUOTA_EVERYBODY:
            self.limited[EVERYBODY] = None
        else:
            return False
        return True

    def count(self, person: User) -> None:
        self.people[person.pk] += 1
        self.everybody += 1


def announce(limited: dict[str, User | None], now: datetime) -> None:
    """Tell the administrators once per episode, which is over when nothing was held back for a whole window."""
    for scope, person in sorted(limited.items()):
        RateLimit.objects.bulk_create([RateLimit(scope=scope)], ignore_conflicts=True)
        limit = RateLimit.objects.select_for_update().get(scope=scope)
        is_new = limit.limited_at is None or limit.limited_at < now - QUOTA_WINDOW
        limit.limited_at = now
        limit.save(update_fields=["limited_at"])
        if is_new:
            record(
                stream=STREAM,
                kind=RATE_LIMITED,
                actor=None,
                data={
                    "scope": scope,
                    "whom": str(person) if person else EVERYBODY,
                    "quota": settings.NOTIFICATION_QUOTA_PERSON
                    if person
                    else settings.NOTIFICATION_QUOTA_EVERYBODY,
                },
                path=reverse("notifications:deliveries"),
                audience=administrators(),
                urgency=Urgency.NOW,
            )
