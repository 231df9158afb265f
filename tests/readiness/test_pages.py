"""The pages of rotations, overrides and swaps, as somebody uses them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people.models import DutyShift, Rotation
from readiness import actions
from readiness.models import SwapOffer
from tests.beside import assert_beside
from tests.factories import UserFactory
from tests.readiness.conftest import at, rows

pytestmark = [pytest.mark.calendar, pytest.mark.django_db, pytest.mark.usefixtures("december")]


def text(page) -> str:
    return " ".join(page.content.decode().split())


@pytest.fixture
def filled(carol, dave):
    return {
        "role": "LG",
        "name": "Legal",
        "turn_length": 1,
        "turn_unit": "weeks",
        "hand_over_weekday": 0,
        "hand_over_at": "09:00",
        "time_zone": "Europe/Berlin",
        "starts_on": "2026-12-07",
        "hours_from": "",
        "hours_until": "",
        "member_0": carol.pk,
        "member_1": "",  # a place left free does not count
        "member_2": dave.pk,
    }


def test_the_form_shows_eight_hand_overs_in_words_before_it_saves(client, bob, filled):
    client.force_login(bob)
    page = text(client.post(reverse("readiness:new_rotation"), filled))
    assert "Mon 7 Dec, 09:00: Carol Li begins" in page
    assert "Mon 14 Dec, 09:00: Carol Li hands over to Dave Okafor" in page
    assert "Mon 7 Dec, 09:00 to Mon 14 Dec, 09:00 (Europe/Berlin)" in page
    assert page.count("hands over to") == 7
    assert not Rotation.objects.exists()
    client.post(reverse("readiness:new_rotation"), {**filled, "save": "1"})
    assert rows()[0] == ("Carol", at(7, 8), at(14, 8))
    assert rows()[1][0] == "Dave"


def test_second_rotation_for_a_role_is_pointed_out(client, bob, filled):
    client.force_login(bob)
    assert "has another rotation" not in text(client.post(reverse("readiness:new_rotation"), filled))
    client.post(reverse("readiness:new_rotation"), {**filled, "save": "1"})
    again = text(client.post(reverse("readiness:new_rotation"), {**filled, "name": "The nights"}))
    assert f"has another rotation already: {filled['name']}" in again


def test_the_preview_says_where_the_clocks_change(client, bob, filled):
    client.force_login(bob)
    page = text(client.post(reverse("readiness:new_rotation"), {**filled, "starts_on": "2027-03-22"}))
    assert "The clocks change in this turn: it lasts 167 hours." in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"member_0": "", "member_2": ""}, "Name at least one person"),
        ({"hours_from": "22:00"}, "Give both hours"),
        ({"hand_over_weekday": ""}, "which day of the week"),
        ({"starts_on": "9999-12-31"}, "within three years"),
        ({"turn_length": "-1"}, "greater than or equal to"),
        ({"member_0": "999999"}, "not one of the available choices"),
        ({"time_zone": "Mars/Base"}, "not one of the available choices"),
        ({"starts_on": "yesterday", "hand_over_at": "25:00", "turn_length": "x"}, "Enter a valid date"),
    ],
)
def test_senseless_form_says_so_and_keeps_what_was_typed(client, bob, filled, wrong, says):
    client.force_login(bob)
    page = text(
        client.post(reverse("readiness:new_rotation"), {**filled, **wrong, "name": "Typed", "save": "1"})
    )
    assert says in page
    assert 'value="Typed"' in page
    assert not Rotation.objects.exists()


def test_a_rotation_is_changed_and_ended_on_the_pages(client, bob, alice, rotation, filled):
    made = rotation()
    client.force_login(bob)
    page = reverse("readiness:rotation", args=[made.pk])
    assert "Carol Li" in text(client.get(page))
    client.post(page, {**filled, "member_0": alice.pk, "save": "1"})
    assert {row[0] for row in rows()[1:]} == {"Alice", "Dave"}
    end = reverse("readiness:end_rotation", args=[made.pk])
    assert "that has begun runs to its end" in text(client.get(end))
    client.post(end)
    assert [row[0] for row in rows()] == ["Carol"]
    assert client.get(page).status_code == client.post(end).status_code == 404


def test_places_grow_with_the_people(client, bob, filled):
    people = UserFactory.create_batch(20)
    client.force_login(bob)
    members = {f"member_{n}": person.pk for n, person in enumerate(people)}
    page = text(client.post(reverse("readiness:new_rotation"), {**filled, **members}))
    assert 'name="member_22"' in page
    assert 'name="member_23"' not in page


def test_a_shift_is_given_away_on_the_page(client, bob, carol, dave):
    shift = DutyShift.objects.create(role="LG", user=carol, starts_at=at(5), ends_at=at(7))
    client.force_login(bob)
    page = reverse("readiness:give", args=[shift.pk])
    assert "Carol Li stays on duty before and after" in text(client.get(page))
    span = {"starts_at": "2026-12-05T10:00", "ends_at": "2026-12-05T18:00"}
    refused = client.post(page, {"taker": dave.pk, **span, "ends_at": "2026-12-09T10:00"})
    assert refused.status_code == 409
    assert "2026-12-09T10:00" in text(refused)
    answer = client.post(page, {"taker": dave.pk, **span}, follow=True)
    assert "Dave Okafor is on duty instead of Carol Li; both are told." in text(answer)
    assert ("Dave", at(5, 10), at(5, 18)) in rows()
    week = text(client.get(reverse("readiness:role", args=["LG"])))
    assert "instead of Carol Li" in week


@pytest.fixture
def offer(client, alice, carol):
    mine = DutyShift.objects.create(role="LG", user=alice, starts_at=at(5), ends_at=at(6))
    theirs = DutyShift.objects.create(role="LG", user=carol, starts_at=at(8), ends_at=at(9))
    client.force_login(alice)
    page = reverse("readiness:offer_swap", args=[mine.pk])
    assert f'value="{carol.pk}:{theirs.pk}"' in text(client.get(page))
    client.post(page, {"exchange": f"{carol.pk}:{theirs.pk}", "message": "A wedding"})
    return SwapOffer.objects.get()


def test_a_swap_is_offered_and_accepted_on_the_pages(client, alice, bob, carol, offer):
    page = reverse("readiness:swap", args=[offer.pk])
    client.force_login(bob)  # the planner sees it, and has nothing to answer
    assert "Alice Kaya → Carol Li" in text(client.get(reverse("readiness:duty")))
    assert "A wedding" in text(client.get(page))
    assert 'value="accept"' not in text(client.get(page))
    client.force_login(carol)
    assert "A wedding" in text(client.get(reverse("readiness:mine")))
    assert 'value="accept"' in text(client.get(page))
    assert "have changed hands" in text(client.post(page, {"answer": "accept"}, follow=True))
    assert rows() == [("Carol", at(5), at(6)), ("Alice", at(8), at(9))]
    assert "settled" in text(client.post(page, {"answer": "decline"}, follow=True))


def test_who_has_no_part_in_a_swap_does_not_see_it(client, offer):
    client.force_login(UserFactory(site_role="communicator"))
    assert client.get(reverse("readiness:swap", args=[offer.pk])).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"answer": "burn"}])
def test_an_answer_that_is_none_changes_nothing(client, carol, offer, sent):
    client.force_login(carol)
    assert client.post(reverse("readiness:swap", args=[offer.pk]), sent).status_code == 302
    offer.refresh_from_db()
    assert offer.state == "open"


@pytest.mark.parametrize("exchange", ["", "x", "1:2", "999999:", ":"])
def test_a_choice_that_was_not_offered_is_refused(client, alice, exchange):
    shift = DutyShift.objects.create(role="LG", user=alice, starts_at=at(5), ends_at=at(6))
    client.force_login(alice)
    page = client.post(reverse("readiness:offer_swap", args=[shift.pk]), {"exchange": exchange})
    assert page.status_code == 422
    assert not SwapOffer.objects.exists()


def test_week_shows_who_has_which_hours_and_what_is_nobodys(client, erin, carol):
    DutyShift.objects.create(role="LG", user=carol, starts_at=at(2, 20), ends_at=at(4, 6))
    erin.time_zone = "Europe/Istanbul"
    erin.save()
    client.force_login(erin)
    page = text(client.get(reverse("readiness:role", args=["LG"])))
    week = page[page.index("duty-week") :]
    stretches = ["00:00–23:00", "23:00–24:00", "00:00–09:00", "09:00–24:00"]  # Wednesday, then Friday
    assert sorted(stretches, key=week.index) == stretches
    assert week.count("all day") == 5  # Thursday is Carol's, the others are nobody's
    assert "Nobody on duty for Legal from Wed 2 Dec, 15:00 to Wed 2 Dec, 23:00 (Europe/Istanbul)" in page


@pytest.mark.parametrize("week", ["2026-13-45", "x", "0001-01-01", "9999-12-31", "2031-05-05"])
def test_any_week_can_be_asked_for(client, erin, week):
    client.force_login(erin)
    assert client.get(reverse("readiness:role", args=["LG"]), {"week": week}).status_code == 200
    assert client.get(reverse("readiness:role", args=["XX"])).status_code == 404


def test_gaps_four_weeks_ahead_each_link_to_being_filled(client, bob, carol):
    DutyShift.objects.create(role="LG", user=carol, starts_at=at(1), ends_at=at(19, 22))
    DutyShift.objects.create(role="LG", user=carol, starts_at=at(20, 8), ends_at=at(40))
    client.force_login(bob)
    page = text(client.get(reverse("readiness:gaps")))
    assert "Nobody on duty for Legal from Sat 19 Dec, 22:00 to Sun 20 Dec, 08:00 (UTC)" in page
    assert "Scribe" in page
    form = text(
        client.get(reverse("readiness:new_shift"), {"role": "LG", "from": "2026-12-19T22:00:00+00:00"})
    )
    assert "2026-12-19T22:00" in form
    assert "2026-12-20T08:00" in form


def test_pages_need_as_many_queries_for_many_as_for_few(client, bob, rotation):
    def fill(count: int) -> None:
        people = UserFactory.create_batch(count)
        now = timezone.now()
        DutyShift.objects.bulk_create(
            DutyShift(
                role="LG",
                user=people[n % count],
                instead_of=people[0],
                starts_at=now + timedelta(hours=n + 1),
                ends_at=now + timedelta(hours=n + 2),
            )
            for n in range(count * 20)
        )
        rotation(members=people, turn_unit="days", hand_over_weekday=None, starts_on=date(2026, 12, 1))
        for person in people:
            SwapOffer.objects.create(
                role="LG",
                giver=person,
                taker=bob,
                gives_start=now + timedelta(days=1),
                gives_end=now + timedelta(days=2),
            )

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    client.force_login(bob)
    fill(2)
    names = ("overview", "gaps", "duty", "mine", "new_rotation")
    shift = DutyShift.objects.create(role="LG", user=bob, starts_at=at(100), ends_at=at(101))
    urls = [
        *(reverse(f"readiness:{name}") for name in names),
        reverse("readiness:role", args=["LG"]),
        reverse("readiness:offer_swap", args=[shift.pk]),
        reverse("readiness:rotation", args=[Rotation.objects.get().pk]),
        reverse("readiness:calendar_role", args=[actions.renew_calendar_key(actor=bob).key, "LG"]),
    ]
    few = [count(url) for url in urls]
    fill(50)
    assert [count(url) for url in urls] == few


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "says"),
    [
        ("2026-12-05T10:00", "2026-12-05T09:00", "A shift must end after it starts."),
        ("2026-12-01T10:00", "2026-12-01T18:00", "This shift is over already."),
    ],
)
def test_a_refused_shift_marks_its_end(client, bob, carol, starts_at, ends_at, says):
    client.force_login(bob)
    typed = {"role": "LG", "user": carol.pk, "starts_at": starts_at, "ends_at": ends_at}
    assert_beside(client.post(reverse("readiness:new_shift"), typed), "ends_at", says)


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"hours_from": "22:00"}, "hours_until", "Give both hours"),
        ({"hours_until": "22:00"}, "hours_from", "Give both hours"),
        ({"hours_from": "22:00", "hours_until": "22:00"}, "hours_until", "Give both hours"),
        ({"hand_over_weekday": ""}, "hand_over_weekday", "which day of the week"),
        ({"member_0": "", "member_2": ""}, "member_0", "Name at least one person"),
    ],
)
def test_a_senseless_rotation_marks_the_field(client, bob, filled, wrong, field, says):
    client.force_login(bob)
    answer = client.post(reverse("readiness:new_rotation"), {**filled, **wrong, "save": "1"})
    assert_beside(answer, field, says)


def test_a_button_refused_says_why_at_the_top_and_goes(client, bob, carol):
    shift = DutyShift.objects.create(role="LG", user=carol, starts_at=at(5), ends_at=at(7))
    address = reverse("readiness:remove_shift", args=[shift.pk])
    client.force_login(bob)
    button = 'class="btn btn-danger"'
    assert button in text(client.get(address))
    DutyShift.objects.update(starts_at=at(1), ends_at=at(1, 10))
    answer = client.post(address)
    page = text(answer)
    assert answer.status_code == 409
    assert page.count("This shift is over; what was stays on record.") == 1
    assert page.index('role="alert" tabindex="-1" data-focus') < page.index("This shift is over")
    assert page.index("This shift is over") < page.index('class="consequences"')
    assert button not in page
    assert "Not saved yet" not in page
