from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from common.errors import ActionRefused, Invalid, NotAllowed
from crisis.celery import app as celery
from journal.models import Entry
from notifications.models import Delivery
from people.models import DutyShift, Rotation, on_duty
from readiness import actions
from readiness.tasks import extend_rotations
from tests.readiness.conftest import NOW, at, rows

pytestmark = [pytest.mark.calendar, pytest.mark.django_db, pytest.mark.usefixtures("december")]


def test_a_rotation_produces_the_shifts_of_the_coming_eight_weeks(rotation, carol, dave):
    made = rotation()
    found = rows()
    # The turn that runs already begins now: nobody was on duty for it before.
    assert found[0] == ("Carol", NOW, at(7))
    assert found[1] == ("Dave", at(7), at(14))
    assert all(one[2] == two[1] and one[0] != two[0] for one, two in pairwise(found))
    assert NOW + timedelta(weeks=8) <= found[-1][2] < NOW + timedelta(weeks=9)
    assert on_duty("LG") == [carol]
    assert set(DutyShift.objects.values_list("rotation", flat=True)) == {made.pk}
    entry = Entry.objects.get(kind="duty.rotation_added")
    assert entry.data == {"role": "LG", "name": "Legal"}
    assert {row.person for row in Delivery.objects.filter(entry=entry)} == {carol, dave}


def test_rotation_begins_on_the_first_hand_over_day(rotation):
    rotation(starts_on=date(2026, 12, 9))
    assert rows()[0] == ("Carol", at(14), at(21))


def test_the_order_is_kept_and_one_may_have_two_places(rotation, alice, carol, dave):
    rotation(members=[carol, alice, carol, dave], starts_on=date(2026, 12, 7))
    assert [row[0] for row in rows()][:6] == ["Carol", "Alice", "Carol", "Dave", "Carol", "Alice"]


def test_a_night_rotation_covers_the_nights_only(rotation):
    rotation(hours_from=time(22), hours_until=time(8), starts_on=date(2026, 12, 7))
    found = rows()
    assert found[0] == ("Carol", at(7, 22), at(8, 8))
    assert [row[0] for row in found[:8]] == ["Carol"] * 7 + ["Dave"]
    assert {end - start for _who, start, end in found} == {timedelta(hours=10)}


def test_extending_adds_what_time_has_brought_and_nothing_twice(rotation, december):
    rotation()
    before = list(DutyShift.objects.values_list("pk", flat=True))
    extend_rotations()
    assert list(DutyShift.objects.values_list("pk", flat=True)) == before
    assert not Entry.objects.filter(kind="duty.rotation_extended").exists()

    december.move_to(NOW + timedelta(weeks=3))
    extend_rotations()
    extend_rotations()
    found = rows()
    assert len(found) == len(before) + 3
    assert all(one[2] == two[1] for one, two in pairwise(found))
    assert [entry.audience for entry in Entry.objects.filter(kind="duty.rotation_extended")] == [[]]


def test_a_rotation_that_cannot_be_planned_holds_up_no_other(rotation, december):
    broken, whole = rotation(), rotation(role="CO")
    Rotation.objects.filter(pk=broken.pk).update(time_zone="Gone/From_The_Maps")
    before = whole.shifts.count()
    december.move_to(NOW + timedelta(weeks=2))
    extend_rotations()
    assert whole.shifts.count() == before + 2


def test_beat_sends_the_hint_to_a_task_that_is_there():
    hint = celery.conf.beat_schedule["extend-rotations"]
    assert celery.tasks[hint["task"]].run.__name__ == extend_rotations.__name__
    assert "args" not in hint


def test_a_change_rewrites_what_has_not_begun(rotation, bob, alice, carol):
    made = rotation()
    running, *_later = DutyShift.objects.all()
    rotation(rotation=made, members=[alice, carol], hand_over_weekday=2, starts_on=date(2026, 12, 9))
    assert rows()[:3] == [
        ("Carol", NOW, at(7)),  # began before the change
        ("Alice", at(9), at(16)),
        ("Carol", at(16), at(23)),
    ]
    assert DutyShift.objects.first() == running
    audience = Entry.objects.get(kind="duty.rotation_changed").audience
    assert len(audience) == 3  # Dave, who is out, hears it too


def test_a_change_leaves_alone_what_was_given_away(rotation, bob, alice, carol, dave):
    made = rotation()
    actions.give_duty(actor=bob, role="LG", giver=dave, taker=alice, starts_at=at(12, 10), ends_at=at(12, 18))
    rotation(rotation=made, members=[carol])
    assert rows()[:5] == [
        ("Carol", NOW, at(7)),
        ("Dave", at(7), at(12, 10)),
        ("Alice", at(12, 10), at(12, 18)),
        ("Dave", at(12, 18), at(14)),
        ("Carol", at(14), at(21)),
    ]
    extend_rotations()
    assert len(rows()) == len({row[1] for row in rows()})


def test_what_was_taken_off_does_not_come_back(rotation, bob, december):
    made = rotation()
    actions.remove_shift(actor=bob, shift=DutyShift.objects.get(starts_at=at(7)))
    actions.remove_shift(actor=bob, shift=DutyShift.objects.get(starts_at=NOW))
    december.shift(timedelta(minutes=5))
    extend_rotations()
    rotation(rotation=made)
    assert rows()[0] == ("Carol", at(14), at(21))


def test_ending_keeps_running_shift_and_changes_by_hand(rotation, bob, alice, dave):
    made = rotation()
    actions.give_duty(actor=bob, role="LG", giver=dave, taker=alice, starts_at=at(7), ends_at=at(14))
    actions.end_rotation(actor=bob, rotation=made)
    assert rows() == [("Carol", NOW, at(7)), ("Alice", at(7), at(14))]
    extend_rotations()
    assert len(rows()) == 2
    with pytest.raises(ActionRefused, match="has ended"):
        rotation(rotation=made)


def test_who_left_is_passed_over_and_the_substitute_alerted(rotation, carol, dave, december):
    rotation()
    carol.is_active = False
    carol.save()
    december.shift(timedelta(hours=1))
    extend_rotations()
    assert rows()[:3] == [
        ("Carol", NOW, at(2, 13)),
        ("Dave", at(2, 13), at(7)),
        ("Dave", at(7), at(14)),
    ]
    assert Entry.objects.get(kind="duty.rotation_moved").audience == [dave.pk]
    assert on_duty("LG") == [dave]


def test_a_rotation_of_people_who_all_left_produces_nothing(rotation, carol, dave):
    for person in (carol, dave):
        person.is_active = False
        person.save()
    with pytest.raises(Invalid, match="Carol Li cannot work"):
        rotation()


def test_clocks_that_change_in_the_weeks_ahead_leave_no_hole(rotation, december):
    december.move_to(at(1).replace(month=3, day=10))
    rotation(time_zone="Europe/Berlin", turn_unit="days", hand_over_weekday=None, starts_on=date(2026, 3, 10))
    found = rows()
    assert all(one[2] == two[1] for one, two in pairwise(found))
    assert sorted({end - start for _who, start, end in found[1:]}) == [
        timedelta(hours=23),
        timedelta(hours=24),
    ]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"members": []}, "between one and"),
        ({"hours_from": time(8)}, "both hours"),
        ({"hours_from": time(8), "hours_until": time(8)}, "both hours"),
        ({"hand_over_weekday": None}, "day of the week"),
        ({"turn_length": 0}, "greater than or equal to 1"),
        ({"time_zone": "Europe/Atlantis"}, "not a time zone"),
        ({"role": "XX"}, "not a valid choice"),
        ({"name": ""}, "blank"),
    ],
)
def test_what_makes_no_sense_is_refused_and_stores_nothing(rotation, facts, says):
    with pytest.raises(Invalid, match=says):
        rotation(**facts)
    assert not Rotation.objects.exists()


@pytest.mark.parametrize(("who", "may"), [("bob", True), ("admin", True), ("alice", False), ("erin", False)])
def test_planners_set_up_change_and_end_rotations_nobody_else(request, rotation, who, may):
    actor = request.getfixturevalue(who)
    made = rotation()
    for deed in (
        lambda: rotation(actor=actor, name="Another"),
        lambda: rotation(actor=actor, rotation=made, name="Another"),
        lambda: actions.end_rotation(actor=actor, rotation=made),
    ):
        if may:
            deed()
        else:
            with pytest.raises(NotAllowed):
                deed()
    made.refresh_from_db()
    assert bool(made.ended_at) == may
