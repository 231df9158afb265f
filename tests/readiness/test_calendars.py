"""Calendar feeds: whoever has the key reads, whoever left has none, and nothing but the roster stands in them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from icalendar import Calendar

from journal.models import Entry
from people.models import CrisisRole, DutyShift, User
from readiness import actions, calendars
from readiness.models import CalendarKey
from tests.factories import UserFactory

pytestmark = pytest.mark.calendar


def events(body: bytes) -> list:
    return list(Calendar.from_ical(body).walk("VEVENT"))


@pytest.fixture
def key(alice):
    return actions.renew_calendar_key(actor=alice).key


@pytest.fixture
def shifts(alice, bob):
    start = timezone.now().replace(microsecond=0) + timedelta(days=1)
    day = timedelta(days=1)
    return DutyShift.objects.bulk_create(
        [
            DutyShift(role="LG", user=alice, starts_at=start, ends_at=start + day),
            DutyShift(role="LG", user=bob, starts_at=start + day, ends_at=start + 2 * day),
            DutyShift(role="SM", user=bob, starts_at=start, ends_at=start + day),
        ]
    )


def mine(key: str) -> str:
    return reverse("readiness:calendar_mine", args=[key])


def of_role(key: str, role: str = "LG") -> str:
    return reverse("readiness:calendar_role", args=[key, role])


def test_without_a_login_it_shows_my_shifts(client, alice, key, shifts):
    answer = client.get(mine(key))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = events(answer.content)
    assert event["summary"] == "On duty: Legal"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (shifts[0].starts_at, shifts[0].ends_at)
    assert event.decoded("dtstamp") == shifts[0].changed_at.replace(microsecond=0)
    assert event["transp"] == "TRANSPARENT"
    assert b"DTSTART:2" in answer.content
    assert b"Z\r\n" in answer.content


def test_a_role_shows_who_has_it_when(client, key, shifts):
    summaries = [str(event["summary"]) for event in events(client.get(of_role(key)).content)]
    assert summaries == ["Legal: Alice Kaya", "Legal: Bob Nowak"]


def test_it_is_in_the_language_of_its_owner(client, alice, key, shifts):
    alice.language = "tr"
    alice.save()
    (event,) = events(client.get(mine(key)).content)
    assert str(event["summary"]).endswith("Hukuk")


def test_the_same_event_keeps_its_uid_and_says_when_it_changed(client, key, shifts):
    (before,) = events(client.get(mine(key)).content)
    shifts[0].ends_at += timedelta(hours=1)
    shifts[0].save()
    (after,) = events(client.get(mine(key)).content)
    assert before["uid"] == after["uid"]
    assert after.decoded("last-modified") >= before.decoded("last-modified")
    assert after.decoded("dtend") - before.decoded("dtend") == timedelta(hours=1)


def test_nothing_is_sent_again_while_nothing_changes(client, key, shifts):
    first = client.get(mine(key))
    again = client.get(mine(key), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    shifts[0].delete()
    assert client.get(mine(key), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_nobody_else_keeps_it_and_no_page_learns_the_address(client, key, shifts):
    answer = client.get(mine(key))
    assert answer["Cache-Control"] == "private, max-age=300"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_renewed_address_kills_the_one_before(client, alice, key, shifts):
    fresh = actions.renew_calendar_key(actor=alice).key
    assert client.get(mine(key)).status_code == client.get(of_role(key)).status_code == 404
    assert client.get(mine(fresh)).status_code == client.get(of_role(fresh)).status_code == 200
    record = Entry.objects.filter(kind="duty.calendar_renewed").last()
    assert key not in str(record.data)
    assert fresh not in str(record.data)


def test_the_feeds_of_somebody_who_left_die(client, alice, key, shifts):
    alice.is_active = False
    alice.save()
    assert client.get(mine(key)).status_code == client.get(of_role(key)).status_code == 404


@pytest.mark.django_db
def test_an_address_of_nothing_is_not_there(client, key):
    assert client.get(mine("guessed")).status_code == 404
    assert client.get(of_role(key, "XX")).status_code == 404
    assert client.get(mine("guessed").replace("guessed", "a%00b")).status_code == 404
    assert client.post(mine(key)).status_code == 405


def test_the_key_stands_in_no_log(client, key, caplog, alice):
    """Neither where Django says that something is not there, nor where the web server notes every request."""
    actions.renew_calendar_key(actor=alice)
    client.get(mine(key))  # 404: logged by django.request
    assert Client(enforce_csrf_checks=True).post(mine(key)).status_code in (403, 405)
    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        logging.getLogger("uvicorn.access").info(
            '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", of_role(key), "1.1", 200
        )
    assert "calendar/…/" in caplog.text
    assert key not in caplog.text


def test_the_page_makes_shows_and_renews_my_addresses(client, alice, bob, shifts):
    client.force_login(alice)
    page = client.get(reverse("readiness:mine"))
    assert "duty.ics" not in page.content.decode()
    client.post(reverse("readiness:renew_calendar"))
    key = CalendarKey.objects.get(user=alice).key
    page = client.get(reverse("readiness:mine"))
    assert mine(key) in page.content.decode()
    assert of_role(key, "EX") in page.content.decode()
    client.post(reverse("readiness:renew_calendar"))
    assert CalendarKey.objects.get(user=alice).key != key
    assert not CalendarKey.objects.filter(user=bob).exists()


NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=120).filter(str.strip)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


class AnyRoster(TestCase):
    @given(name=NAMES, start=MOMENTS, length=st.integers(1, 10**7))
    @settings(max_examples=40)
    def test_any_name_reads_back_as_it_was_written(self, name, start, length):
        person: User = UserFactory(name=name)
        end = start + timedelta(seconds=length)
        shift = DutyShift.objects.create(role="LG", user=person, starts_at=start, ends_at=end)
        (event,) = events(calendars.of_role(CrisisRole.LEGAL, [shift]))
        assert str(event["summary"]) == f"Legal: {name}"
        assert (event.decoded("dtstart"), event.decoded("dtend")) == (start, end)
