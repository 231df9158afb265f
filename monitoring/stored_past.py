"""What another sensitivity would have meant: the stored past of a brand, judged again."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Max, Min
from redis.exceptions import RedisError

from monitoring.detection import detector
from monitoring.listening import HISTORY, replayed
from monitoring.models import Sensitivity, VoiceCount
from people.models import Brand

LOOKED_AT = timedelta(days=60)
KEPT_SECONDS = 7 * 24 * 3600
# Any change of a count that was looked at makes it another one.
FINGERPRINT = """
    SELECT md5(string_agg(concat_ws(' ', extract(epoch FROM begins_at), voices, complaints, rated, posts), ','
        ORDER BY begins_at))
    FROM monitoring_voicecount WHERE brand_id = %s AND begins_at >= %s
"""


class Past(NamedTuple):
    """How many signals would have been raised in how many days."""

    signals: int
    days: int


def judged(brand: Brand, sensitivity: Sensitivity) -> Past | None:
    """The 60 days up to the newest mention, or as many as there are; None where there is none.

    Takes seconds, and is kept until a count changes, or until Redis is gone.
    """
    span = VoiceCount.objects.filter(brand=brand).aggregate(oldest=Min("begins_at"), newest=Max("begins_at"))
    if span["newest"] is None:
        return None
    first = max(span["oldest"], span["newest"] - LOOKED_AT)
    key = f"stored-past:{brand.pk}:{sensitivity}:{_fingerprint(brand, first)}"
    signals = None
    with suppress(RedisError, OSError):
        signals = cache.get(key)
    if signals is None:
        signals = len(replayed(brand, first, span["newest"], detector.Sensitivity(sensitivity)))
        with suppress(RedisError, OSError):
            cache.set(key, signals, KEPT_SECONDS)
    return Past(signals, days=max(1, ceil((span["newest"] - first) / timedelta(days=1))))


def _fingerprint(brand: Brand, first: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT, [brand.pk, first - HISTORY])
        return str(cursor.fetchone()[0])
