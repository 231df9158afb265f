"""What early warning has to go by, brand by brand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from monitoring.listening import has_baseline, sensitivity_of
from monitoring.models import Mention, Sensitivity, Signal, VoiceCount
from monitoring.precision import Proposal, precision_of, proposal_of
from people.models import Brand

WEEK = timedelta(days=7)
COUNTED = timedelta(days=60)


@dataclass(frozen=True)
class Heard:
    brand: Brand
    newest: datetime | None  # mention
    voices: float  # a day, in the week up to the newest five minutes in which somebody spoke
    has_baseline: bool
    signals: int  # of the last 60 days
    sensitivity: Sensitivity
    proposal: Proposal | None


def heard_of(brands: Iterable[Brand]) -> list[Heard]:
    listed = list(brands)
    lately = Signal.objects.filter(brand__in=listed, heard_at__gte=timezone.now() - COUNTED).order_by()
    signals = dict(lately.values_list("brand").annotate(count=Count("pk")))
    return [_heard(brand, signals.get(brand.pk, 0)) for brand in listed]


def _heard(brand: Brand, signals: int) -> Heard:
    sensitivity = Sensitivity(sensitivity_of(brand))
    known = precision_of(Signal.objects.filter(brand=brand))
    return Heard(
        brand=brand,
        newest=Mention.objects.filter(brand=brand).aggregate(newest=Max("posted_at"))["newest"],
        voices=_voices_a_day(VoiceCount.objects.filter(brand=brand)),
        has_baseline=has_baseline(brand),
        signals=signals,
        sensitivity=sensitivity,
        proposal=proposal_of(sensitivity, known),
    )


def _voices_a_day(counts: QuerySet[VoiceCount]) -> float:
    newest = counts.aggregate(newest=Max("begins_at"))["newest"]
    if newest is None:
        return 0
    voices = counts.filter(begins_at__gt=newest - WEEK).aggregate(sum=Sum("voices"))["sum"]
    return float(voices) / WEEK.days
