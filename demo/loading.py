"""Puts the whole demo into an empty database, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import slugify

from demo.conversation import all_posts
from demo.data_files import PASSWORD, rows
from demo.stories import Player
from notifications.models import Attempt, Channel, ContactPoint, Delivery, DeliveryState
from people.models import Brand, User
from responses.models import Account

# A crisis whose deadlines passed overnight tells another story.
STALE_AFTER = timedelta(hours=12)
# What was told before is history: sent and read. Later alerts are left for the worker and for the reader.
RECENT = timedelta(minutes=15)
READ_AFTER = timedelta(minutes=2)


@transaction.atomic
def load(tell: Callable[[str], object]) -> None:
    """Load everything; `tell` gets a line for each step. Raises IntegrityError where a part is there already."""
    now = timezone.now()
    tell("People and brands ...")
    make_people()
    make_brands()
    posts = all_posts(now)
    tell(f"{len(posts):,} posts, the duty roster and five incidents ...")
    Player(now, posts).play()
    _put_history_to_rest(now)


def is_loaded() -> bool:
    return Brand.objects.filter(name=rows("accounts")[0]["brand"]).exists()


def is_stale() -> bool:
    """Was it loaded so long ago that the crisis under way is none any more?"""
    joined = User.objects.filter(email="alice@example.com").values_list("joined_at", flat=True).first()
    return joined is not None and timezone.now() - joined > STALE_AFTER


def make_people() -> None:
    """Everybody in people.csv; those who exist already stay as they are. Colleagues who cannot log in have no password.

    All but one have typed in the code that their address was sent; the readiness page names the one.
    """
    password = make_password(PASSWORD)  # once: hashing is slow on purpose
    verified = []
    for row in rows("people"):
        email = f"{row['key']}@example.com"
        person = User.objects.filter(email=email).first() or User.objects.create_user(
            email,
            name=row["name"],
            site_role=row["site_role"],
            capacities=row["capacities"].split(),
            department=row["department"],
            time_zone=row["time_zone"],
        )
        if row["logs_in_as"] and not person.has_usable_password():
            person.password = password
            person.save(update_fields=["password"])
        if row["verified"] == "yes":
            verified.append(person)
    logins = ContactPoint.objects.filter(person__in=verified, is_login=True, verified_at__isnull=True)
    logins.update(verified_at=Now())


def make_brands() -> None:
    """The brands in accounts.csv, with the accounts where they speak."""
    for row in rows("accounts"):
        brand, _new = Brand.objects.get_or_create(name=row["brand"], slug=slugify(row["brand"]))
        Account.objects.create(
            brand=brand,
            platform=row["platform"],
            name=row["name"],
            handle=row["handle"],
            text_limit=row["text_limit"] or None,
        )


def _put_history_to_rest(now: datetime) -> None:
    """Record that alerts of the past were sent and read, so that starting the worker mails nobody about old news.

    The only rows that the loader changes by itself: in a real installation the worker would have written them then.
    """
    old = Delivery.objects.filter(entry__at__lt=now - RECENT)
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
