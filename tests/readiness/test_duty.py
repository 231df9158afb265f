from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from notifications.models import Delivery
from people.models import DutyShift, on_duty
from readiness import actions

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def night(**hours: float) -> dict:
    now = timezone.now()
    return {
        "starts_at": now + timedelta(hours=hours.get("start", 1)),
        "ends_at": now + timedelta(hours=hours.get("end", 9)),
    }


@pytest.mark.parametrize("who", ["bob", "admin"])
def test_approvers_and_administrators_plan_duty(request, who, alice):
    actor = request.getfixturevalue(who)
    shift = actions.add_shift(actor=actor, role="SM", user=alice, **night(start=-1))
    assert on_duty("SM") == [alice]
    entry = Entry.objects.get(kind="duty.added")
    assert entry.data["role"] == "SM"
    assert "Alice Kaya on duty for Social media manager" in entry.sentence
    assert Delivery.objects.filter(person=alice, entry=entry).exists()
    assert shift.role == "SM"


@pytest.mark.parametrize("who", ["alice", "erin"])
def test_others_do_not(request, who, alice, bob):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        actions.add_shift(actor=actor, role="SM", user=alice, **night())
    shift = DutyShift.objects.create(role="SM", user=bob, **night())
    with pytest.raises(NotAllowed):
        actions.remove_shift(actor=actor, shift=shift)


def test_a_reader_cannot_be_on_duty(bob, erin):
    with pytest.raises(Invalid, match="Erin Reader"):
        actions.add_shift(actor=bob, role="CL", user=erin, **night())


@pytest.mark.parametrize(("start", "end"), [(5, 5), (5, 4), (-9, -1)])
def test_a_shift_must_end_after_it_starts_and_not_be_over(bob, start, end):
    with pytest.raises(Invalid):
        actions.add_shift(actor=bob, role="CL", user=bob, **night(start=start, end=end))


def test_two_people_share_a_role_but_nobody_has_it_twice(bob, dave):
    actions.add_shift(actor=bob, role="CL", user=bob, **night())
    with pytest.raises(ActionRefused, match="already"):
        actions.add_shift(actor=bob, role="CL", user=bob, **night(start=2, end=3))
    actions.add_shift(actor=bob, role="CL", user=dave, **night())
    actions.add_shift(actor=bob, role="CO", user=bob, **night())
    actions.add_shift(actor=bob, role="CL", user=bob, **night(start=9.01, end=12))


def test_a_coming_shift_is_taken_off_and_a_running_one_ends_now(bob, alice):
    coming = actions.add_shift(actor=bob, role="SM", user=alice, **night())
    actions.remove_shift(actor=bob, shift=coming)
    assert not DutyShift.objects.exists()
    running = actions.add_shift(actor=bob, role="SM", user=alice, **night(start=-2))
    actions.remove_shift(actor=bob, shift=running)
    running.refresh_from_db()
    assert running.ends_at <= timezone.now()
    assert on_duty("SM") == []
    kinds = set(Entry.objects.filter(stream="duty-roster").values_list("kind", flat=True))
    assert kinds == {"duty.added", "duty.removed", "duty.ended"}


def test_a_shift_that_is_over_stays_on_record(bob, alice):
    over = DutyShift.objects.create(role="SM", user=alice, **night(start=-9, end=-1))
    with pytest.raises(ActionRefused, match="stays on record"):
        actions.remove_shift(actor=bob, shift=over)


# Pages


def test_a_shift_is_added_and_removed_on_the_pages(client, bob, alice):
    client.force_login(bob)
    times = night()
    page = client.post(
        reverse("readiness:new_shift"),
        {
            "role": "SM",
            "user": alice.pk,
            "starts_at": times["starts_at"].strftime("%Y-%m-%dT%H:%M"),
            "ends_at": times["ends_at"].strftime("%Y-%m-%dT%H:%M"),
        },
        follow=True,
    )
    assert "Alice Kaya is on the roster" in page.content.decode()
    shift = DutyShift.objects.get()
    assert (
        "Take this shift off"
        in client.get(reverse("readiness:remove_shift", args=[shift.pk])).content.decode()
    )
    client.post(reverse("readiness:remove_shift", args=[shift.pk]))
    assert not DutyShift.objects.exists()


def test_nonexistent_hour_is_refused_and_typing_kept(client, bob, alice):
    """Berlin skips 02:30 on 28 March 2027."""
    bob.time_zone = "Europe/Berlin"
    bob.save()
    client.force_login(bob)
    page = client.post(
        reverse("readiness:new_shift"),
        {"role": "SM", "user": alice.pk, "starts_at": "2027-03-28T02:30", "ends_at": "2027-03-28T09:00"},
    )
    assert "2027-03-28T02:30" in page.content.decode()
    assert not DutyShift.objects.exists()


@pytest.mark.parametrize("name", ["overview", "duty", "playbooks"])
def test_everybody_reads(client, erin, name):
    client.force_login(erin)
    page = client.get(reverse(f"readiness:{name}"))
    assert page.status_code == 200
    assert "Add a shift" not in page.content.decode()


def test_planning_is_forbidden_to_readers_and_communicators(client, erin, alice, bob):
    shift = DutyShift.objects.create(role="SM", user=bob, **night())
    for person in (erin, alice):
        client.force_login(person)
        assert client.get(reverse("readiness:new_shift")).status_code == 403
        assert client.post(reverse("readiness:remove_shift", args=[shift.pk])).status_code == 403


def test_a_gap_is_filled_in_ahead(client, bob):
    client.force_login(bob)
    page = client.get(reverse("readiness:new_shift"), {"role": "LG"}).content.decode()
    assert '<option value="LG" selected>' in page


def test_a_playbook_shows_opening_own_and_closing_steps(client, erin):
    client.force_login(erin)
    page = client.get(reverse("readiness:playbook", args=["outage"])).content.decode()
    assert page.index("Opening") < page.index("Response") < page.index("Closing")
    assert client.get(reverse("readiness:playbook", args=["nothing"])).status_code == 404


def test_overview_costs_the_same_queries_for_many_shifts(client, bob, alice, django_assert_max_num_queries):
    client.force_login(bob)

    def count(name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(f"readiness:{name}")).status_code == 200
        return len(queries)

    times = night()
    DutyShift.objects.bulk_create(DutyShift(role="SM", user=alice, **times) for _ in range(10))
    few = count("overview"), count("duty")
    DutyShift.objects.bulk_create(DutyShift(role="SM", user=alice, **times) for _ in range(990))
    assert (count("overview"), count("duty")) == few


@pytest.mark.parametrize("hours", [31 * 24, 31 * 24 + 1])
def test_a_shift_lasts_a_month_at_most(bob, hours):
    shift = {"actor": bob, "role": "CL", "user": bob, **night()}
    shift["ends_at"] = shift["starts_at"] + timedelta(hours=hours)
    if hours > 31 * 24:
        with pytest.raises(Invalid, match="at most 31 days") as refused:
            actions.add_shift(**shift)
        assert refused.value.field == "ends_at"
    else:
        assert actions.add_shift(**shift).ends_at == shift["ends_at"]
