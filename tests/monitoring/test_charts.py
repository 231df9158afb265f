"""The curves: each bucket is an hour, a day or a week as the reader's clocks show it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.charts import volume_chart
from monitoring.models import Mention
from tests.monitoring.conftest import HOUR, SPIKE_HOUR

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
DAY = timedelta(days=1)


def chart(start, end, zone="Europe/Berlin", **options):
    with timezone.override(zone):
        return volume_chart(Mention.objects.all(), start, end, **options)


def totals(drawn):
    return {bucket.label: bucket.total for bucket in drawn.buckets if bucket.total}


@pytest.mark.parametrize(
    ("evening", "label"),
    [
        (datetime(2026, 10, 24, 21, 30, tzinfo=UTC), "24 Oct 2026"),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), "25 Oct 2026"),  # the day of 25 hours
        (datetime(2026, 10, 27, 22, 30, tzinfo=UTC), "27 Oct 2026"),
    ],
)
def test_a_day_ends_at_the_readers_midnight_when_summer_time_ends(post, evening, label):
    post([evening, evening + HOUR], sentiment="neutral")  # half past eleven, and half past twelve
    start = datetime(2026, 10, 10, 12, tzinfo=UTC)
    drawn = chart(start, start + 30 * DAY)
    following = f"{int(label[:2]) + 1}{label[2:]}"
    assert totals(drawn) == {label: 1, following: 1}
    labels = [bucket.label for bucket in drawn.buckets]
    assert len(set(labels)) == len(labels) == 31


def test_a_day_of_23_hours_is_one_day(post):
    noon = datetime(2027, 3, 28, 10, tzinfo=UTC)
    post([noon + n * DAY for n in (-1, 0, 1)], sentiment="neutral")
    drawn = chart(noon - 15 * DAY, noon + 15 * DAY)
    assert totals(drawn) == {"27 Mar 2027": 1, "28 Mar 2027": 1, "29 Mar 2027": 1}


def test_hours_run_through_a_change_of_the_clocks(post):
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    post([change + n * HOUR for n in (-1, 0, 1)], sentiment="neutral")
    drawn = chart(change - DAY, change + DAY)
    assert [bucket.label for bucket in drawn.buckets if bucket.total] == [
        "25 Oct, 02:00",
        "25 Oct, 02:00",
        "25 Oct, 03:00",
    ]
    assert len(drawn.buckets) == 48


def test_spikes_and_the_onset_stand_over_their_day(raised):
    drawn = chart(SPIKE_HOUR - 10 * DAY, SPIKE_HOUR + 10 * DAY, signals=[raised], onset=SPIKE_HOUR)
    (n,) = [n for n, bucket in enumerate(drawn.buckets) if bucket.label == "8 Mar 2026"]
    wide = drawn.width / len(drawn.buckets)
    assert [mark.x for mark in drawn.marks] == [(n + 0.5) * wide]
    assert drawn.onset == pytest.approx((n + 14 / 24) * wide)
    assert chart(SPIKE_HOUR - 10 * DAY, SPIKE_HOUR - 8 * DAY, onset=SPIKE_HOUR).onset is None
