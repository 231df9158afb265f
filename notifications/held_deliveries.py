"""What waits to be sent while the escalation engine is held, and what becomes of it afterwards."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest, Now
from django.urls import reverse

from journal.actions import record
from journal.models import Urgency
from notifications.models import Delivery, DeliveryState
from people.models import User

STREAM = "notifications"
EXPIRED = "expired while the engine was held"


def _abandoned() -> QuerySet[Delivery]:
    """Leased by a sender that is gone: whoever comes next would send them."""
    return Delivery.objects.filter(state=DeliveryState.LEASED, lease_until__lte=Now())


def hold_back(*, until: datetime) -> None:
    """Nothing that waits now goes out before `until`; what is recorded from here on does."""
    Delivery.objects.filter(state=DeliveryState.PENDING).update(
        available_at=Greatest("available_at", until), server_unreachable=False
    )
    _abandoned().update(lease_until=until)


@transaction.atomic
def let_go(*, held_until: datetime) -> int:
    """Send what `hold_back` held, but for what has expired: that is given up, and its people hear so once.

    Returns how many have expired.
    """
    Delivery.objects.filter(state=DeliveryState.LEASED, lease_until=held_until).update(lease_until=Now())
    Delivery.objects.filter(state=DeliveryState.PENDING, available_at=held_until).update(available_at=Now())
    expired = Delivery.objects.filter(
        Q(state=DeliveryState.PENDING) | Q(pk__in=_abandoned()), expires_at__lte=Now()
    )
    leads = list(expired.values_list("pk", flat=True))
    late = Delivery.objects.filter(Q(pk__in=leads) | Q(bundled_into__in=leads, state=DeliveryState.BUNDLED))
    people = set(late.values_list("person", flat=True))
    count = late.update(state=DeliveryState.DEAD, lease_token=None, lease_until=None, last_error=EXPIRED)
    if count:
        record(
            stream=STREAM,
            kind="notification.expired_together",
            actor=None,
            data={"count": count, "people": len(people)},
            path=reverse("notifications:list"),
            audience=User.objects.filter(pk__in=people),
            urgency=Urgency.SOON,
        )
    return count
