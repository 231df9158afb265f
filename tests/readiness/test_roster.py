from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import ContactPoint
from people.models import DutyShift
from readiness import roster, warnings
from readiness.spans import Span, covered, gaps

pytestmark = pytest.mark.calendar

START = datetime(2026, 11, 20, tzinfo=UTC)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


WEEK = span(0, 168)


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([], [WEEK]),
        ([span(-5, 200)], []),
        ([span(0, 24)], [span(24, 168)]),
        ([span(10, 20), span(20, 168)], [span(0, 10)]),
        ([span(100, 168), span(0, 60)], [span(60, 100)]),  # in any order
        ([span(0, 100), span(10, 20), span(90, 168)], []),  # overlapping, one inside another
        ([span(0, 80), span(10, 20), span(90, 168)], [span(80, 90)]),  # a short one ends later in the list
        ([span(-10, 0), span(168, 200)], [WEEK]),  # touching the window covers nothing of it
    ],
)
def test_gaps(shifts, expected):
    assert gaps(shifts, WEEK) == expected


@given(st.lists(st.tuples(st.integers(-50, 200), st.integers(1, 60))))
def test_every_hour_is_either_covered_or_in_a_gap(pairs):
    shifts = [span(start, start + length) for start, length in pairs]
    open_spans = gaps(shifts, WEEK)
    for hour in range(168):
        middle = at(hour + 0.5)
        on_duty = any(shift.start <= middle < shift.end for shift in shifts)
        in_gap = any(gap.start <= middle < gap.end for gap in open_spans)
        assert on_duty != in_gap


def test_coverage_in_percent():
    assert covered([span(0, 42)], WEEK) == pytest.approx(25)
    assert covered([], WEEK) == 0


def test_the_night_on_which_the_clocks_go_back_is_an_hour_longer():
    """Berlin, 25 October 2026: from 22:00 to 08:00 is eleven hours, not ten."""
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 10, 24, 22, tzinfo=berlin).astimezone(UTC)
    morning = datetime(2026, 10, 25, 8, tzinfo=berlin).astimezone(UTC)
    window = Span(evening - timedelta(hours=1), morning + timedelta(hours=1))
    shifts = [Span(window.start, evening), Span(morning, window.end)]
    assert [hole.length for hole in gaps(shifts, window)] == [timedelta(hours=11)]


@pytest.mark.django_db
def test_coming_duty_names_who_is_on_duty_and_who_follows(bob, dave, django_assert_num_queries):
    now = timezone.now()
    DutyShift.objects.create(
        role="CL", user=bob, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8)
    )
    DutyShift.objects.create(
        role="CL", user=dave, starts_at=now + timedelta(hours=8), ends_at=now + timedelta(days=9)
    )
    with django_assert_num_queries(1):
        lead = next(row for row in roster.coming_duty(now) if row.role == "CL")
        assert [shift.user for shift in lead.now] == [bob]
        assert lead.following.user == dave
    assert (lead.gaps, lead.percent) == ([], 100)


@pytest.mark.django_db
def test_who_left_covers_nothing(bob):
    now = timezone.now()
    DutyShift.objects.create(
        role="CL", user=bob, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=9)
    )
    bob.is_active = False
    bob.save()
    assert next(row for row in roster.coming_duty(now) if row.role == "CL").is_empty


@pytest.mark.django_db
def test_a_warning_says_from_when_to_when_in_the_readers_zone(carol):
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    DutyShift.objects.create(
        role="LG", user=carol, starts_at=now, ends_at=datetime(2026, 11, 21, 19, tzinfo=UTC)
    )
    DutyShift.objects.create(
        role="LG",
        user=carol,
        starts_at=datetime(2026, 11, 22, 5, tzinfo=UTC),
        ends_at=now + timedelta(days=8),
    )
    with timezone.override("Europe/Istanbul"), translation.override("en"):
        found = warnings.collect(roster.coming_duty(now), {})
    texts = [line.text for line in found]
    assert "Nobody on duty for Legal from Sat 21 Nov, 22:00 to Sun 22 Nov, 08:00 (Europe/Istanbul)" in texts
    assert "Nobody is on duty for Crisis lead in the next seven days" in texts
    assert not any("Scribe" in text for text in texts)  # no key role


@pytest.mark.django_db
def test_a_hand_over_that_is_a_minute_late_is_no_warning(carol):
    now = timezone.now()
    first_end = now + timedelta(days=1)
    DutyShift.objects.create(role="LG", user=carol, starts_at=now, ends_at=first_end)
    DutyShift.objects.create(
        role="LG", user=carol, starts_at=first_end + timedelta(minutes=1), ends_at=now + timedelta(days=8)
    )
    assert next(row for row in roster.coming_duty(now) if row.role == "LG").gaps == []


@pytest.mark.django_db
def test_fewer_than_two_approvers_are_named(bob, carol):
    line = warnings.collect([], roster.approvers_by_capacity())[0]
    assert "Comms lead: Bob Nowak" in line.text
    assert "Executive sponsor: nobody" in line.text


@pytest.mark.django_db
def test_unreachable_person_on_duty_is_named_once(client, bob, carol, dave, alice, django_assert_num_queries):
    now = timezone.now()
    hours = [now + timedelta(hours=n) for n in (-1, 8, 16, 24)]
    for role, who in (("LG", (carol, bob, alice)), ("EX", (carol, dave, dave))):
        for person, start, end in zip(who, hours, hours[1:], strict=False):
            DutyShift.objects.create(role=role, user=person, starts_at=start, ends_at=end)
    ContactPoint.objects.filter(person=bob).delete()
    ContactPoint.objects.create(person=bob, kind="email", verified_at=now)
    duty = roster.coming_duty(now)
    with django_assert_num_queries(1):
        unreachable = roster.unreachable_people(duty)
    assert unreachable == {carol.pk, dave.pk}  # Alice comes later, Bob can be reached
    (line,) = [line for line in warnings.collect(duty, {}, unreachable) if "channel" in line.text]
    assert "2 people on duty" in line.text
    assert "Carol Li: Legal, Executive sponsor; Dave Okafor: Executive sponsor." in line.detail

    client.force_login(bob)
    assert client.get("/readiness/").content.decode().count("no verified channel") == 3
    assert client.get("/readiness/roles/LG/").content.decode().count("no verified channel") == 1
    ContactPoint.objects.filter(person=bob).update(failures=3)  # no longer works
    assert client.get("/readiness/roles/LG/").content.decode().count("no verified channel") == 2
