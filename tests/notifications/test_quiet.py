"""Minor matters wait for the end of quiet hours, by the clock where the person lives; nothing else does."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from journal.models import Urgency
from notifications.models import Delivery, Hours
from notifications.quiet import free_at
from people.models import DutyShift
from tests.notifications.conftest import by_mail

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
UTC = ZoneInfo("UTC")
NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
OFFICE = {"work_from": time(9), "work_until": time(18)}


def free(zone: str, moment: str, **hours) -> str:
    """When somebody in `zone` may be told, both in UTC."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return free_at(Hours(**hours), zone, at).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("zone", "moment", "until"),
    [
        ("UTC", "2026-11-20 21:59", "2026-11-20 21:59"),
        ("UTC", "2026-11-20 22:00", "2026-11-21 07:00"),
        ("UTC", "2026-11-21 03:00", "2026-11-21 07:00"),
        ("UTC", "2026-11-21 07:00", "2026-11-21 07:00"),
        # Berlin: seven o'clock is 6:00 UTC in winter and 5:00 in summer, also in the nights in between.
        ("Europe/Berlin", "2026-03-28 22:00", "2026-03-29 05:00"),
        ("Europe/Berlin", "2026-03-27 22:00", "2026-03-28 06:00"),
        ("Europe/Berlin", "2026-10-24 21:00", "2026-10-25 06:00"),
        ("Europe/Berlin", "2026-10-23 21:00", "2026-10-24 05:00"),
        ("America/New_York", "2026-03-08 04:00", "2026-03-08 11:00"),
        ("America/New_York", "2026-11-01 03:00", "2026-11-01 12:00"),
        # Lord Howe moves its clocks by half an hour: +10:30 and +11.
        ("Australia/Lord_Howe", "2026-04-04 12:00", "2026-04-04 20:30"),
        ("Australia/Lord_Howe", "2026-10-03 12:00", "2026-10-03 20:00"),
        # Istanbul stays at +3 when its neighbours change.
        ("Europe/Istanbul", "2026-03-28 20:00", "2026-03-29 04:00"),
        ("Europe/Istanbul", "2026-10-24 20:00", "2026-10-25 04:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_of_the_person(zone, moment, until):
    assert free(zone, moment, **NIGHT) == until


@pytest.mark.parametrize(
    ("zone", "moment", "until"),
    [
        # 02:30 does not exist that night: with the offset before the change it is 01:30 UTC, 03:30 by the new clock.
        ("Europe/Berlin", "2026-03-29 00:30", "2026-03-29 01:30"),
        # 02:30 comes twice: the first of the two, 00:30 UTC.
        ("Europe/Berlin", "2026-10-24 23:30", "2026-10-25 00:30"),
        ("Europe/Berlin", "2026-10-25 00:40", "2026-10-25 00:40"),
        ("America/New_York", "2026-03-08 06:00", "2026-03-08 07:30"),
        ("America/New_York", "2026-11-01 05:00", "2026-11-01 06:30"),
    ],
)
def test_an_end_that_the_clocks_skip_or_repeat(zone, moment, until):
    end = time(1, 30) if (zone, moment[:7]) == ("America/New_York", "2026-11") else time(2, 30)
    expected = "2026-11-01 05:30" if end == time(1, 30) else until
    assert free(zone, moment, quiet_from=time(22), quiet_until=end) == expected


@pytest.mark.parametrize(
    ("zone", "moment", "until"),
    [
        ("UTC", "2026-11-20 17:59", "2026-11-20 17:59"),
        ("UTC", "2026-11-20 18:00", "2026-11-23 09:00"),  # Friday evening until Monday
        ("UTC", "2026-11-23 08:59", "2026-11-23 09:00"),
        ("Europe/Berlin", "2026-03-27 20:00", "2026-03-30 07:00"),  # the weekend of the change: 9:00 CEST
        ("Europe/Berlin", "2026-10-23 20:00", "2026-10-26 08:00"),
        ("America/New_York", "2026-03-06 23:30", "2026-03-09 13:00"),
        ("Australia/Lord_Howe", "2026-10-02 12:00", "2026-10-04 22:00"),
        ("Europe/Istanbul", "2026-10-23 20:00", "2026-10-26 06:00"),
    ],
)
def test_outside_working_hours_until_the_next_working_day(zone, moment, until):
    assert free(zone, moment, **OFFICE) == until


def test_both_together_and_one_day_a_week():
    both = {**NIGHT, "work_from": time(6), "work_until": time(23), "work_days": [0, 1, 2, 3, 4, 5, 6]}
    assert free("UTC", "2026-11-20 22:30", **both) == "2026-11-21 07:00"
    weekly = {**OFFICE, "work_days": [4]}
    assert free("UTC", "2026-11-20 18:00", **weekly) == "2026-11-27 09:00"


def test_hours_that_leave_no_moment_free_hold_nothing_back():
    never = {"quiet_from": time(8), "quiet_until": time(19), **OFFICE}
    assert free("UTC", "2026-11-20 12:00", **never) == "2026-11-20 12:00"


@pytest.fixture
def asleep(bob):
    """Bob has quiet hours at the moment, until an hour from now."""
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    local = timezone.now().astimezone(ZoneInfo(bob.time_zone))
    return Hours.objects.create(
        person=bob,
        quiet_from=(local - timedelta(hours=1)).time().replace(second=0, microsecond=0),
        quiet_until=(local + timedelta(hours=1)).time().replace(second=0, microsecond=0),
    )


def waits(row: Delivery) -> bool:
    return row.available_at - timezone.now() > timedelta(minutes=50)


@pytest.mark.parametrize(
    ("level", "urgency", "held"),
    [
        (1, Urgency.NOW, False),
        (2, Urgency.NOW, False),
        (1, Urgency.SOON, False),
        (2, Urgency.SOON, False),
        (3, Urgency.NOW, True),
        (4, Urgency.NOW, True),
        (3, Urgency.SOON, True),
        (None, Urgency.NOW, False),
        (None, Urgency.SOON, True),
    ],
)
def test_only_minor_matters_wait(asleep, alert, level, urgency, held):
    assert waits(by_mail(alert(level=level, urgency=urgency))) is held


def test_what_waits_does_not_expire_meanwhile(asleep, alert):
    row = by_mail(alert(level=3))
    assert row.expires_at - row.available_at == timedelta(hours=24)


def test_whoever_is_on_duty_is_alerted_at_once(asleep, alert, bob):
    now = timezone.now()
    shift = DutyShift.objects.create(
        role="CL", user=bob, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    assert not waits(by_mail(alert(level=3)))
    shift.ends_at = now - timedelta(minutes=1)
    shift.save()
    assert waits(by_mail(alert(level=3)))


def test_the_inbox_never_waits(asleep, alert):
    entry = alert(level=4)
    assert Delivery.objects.get(entry=entry, channel="in_app").state == "sent"
