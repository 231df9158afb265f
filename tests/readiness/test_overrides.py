"""Somebody takes over a part of somebody else's duty."""

from __future__ import annotations

import pytest

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from notifications.models import Delivery
from people.models import DutyShift
from readiness import actions
from tests.readiness.conftest import NOW, at, rows

pytestmark = [pytest.mark.calendar, pytest.mark.django_db, pytest.mark.usefixtures("december")]


@pytest.fixture
def give(bob, carol, alice):
    def give(start, end, **facts):
        who = {"actor": bob, "role": "LG", "giver": carol, "taker": alice, **facts}
        return actions.give_duty(**who, starts_at=start, ends_at=end)

    return give


@pytest.fixture
def weekend(carol):
    return DutyShift.objects.create(role="LG", user=carol, starts_at=at(5), ends_at=at(7))


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        (at(5, 10), at(5, 18), [("Carol", at(5), at(5, 10)), ("Carol", at(5, 18), at(7))]),
        (at(5), at(5, 18), [("Carol", at(5, 18), at(7))]),
        (at(6), at(7), [("Carol", at(5), at(6))]),
        (at(5), at(7), []),
    ],
)
def test_the_span_is_carved_out_and_given(give, weekend, start, end, left):
    give(start, end)
    assert sorted(rows()) == sorted([("Alice", start, end), *left])


def test_both_are_alerted_and_the_record_names_everybody(give, weekend, alice, carol):
    shift = give(at(5, 10), at(5, 18))
    assert shift.instead_of == carol
    entry = Entry.objects.get(kind="duty.given")
    assert {delivery.person for delivery in Delivery.objects.filter(entry=entry)} == {alice, carol}
    assert "Bob Nowak gave the duty of Carol Li for Legal to Alice Kaya" in entry.sentence


def test_span_may_cover_several_shifts_by_hand_and_rotation(give, rotation, bob, carol, dave):
    rotation(members=[carol])
    give(at(6), at(15))
    assert rows()[:3] == [("Carol", NOW, at(6)), ("Alice", at(6), at(15)), ("Carol", at(15), at(21))]


def test_a_running_shift_is_given_from_now_on(give, rotation, carol):
    rotation()
    give(at(1), at(4))
    assert rows()[:4] == [
        ("Alice", NOW, at(4)),
        ("Carol", at(4), at(7)),
        ("Dave", at(7), at(14)),
        ("Carol", at(14), at(21)),
    ]


def test_a_running_shift_keeps_what_is_past(give, rotation, december):
    rotation()
    december.move_to(at(3))
    give(at(1), at(4))
    assert rows()[:3] == [("Carol", NOW, at(3)), ("Alice", at(3), at(4)), ("Carol", at(4), at(7))]


def test_what_was_given_can_be_given_back(give, weekend, alice, carol):
    give(at(5), at(7))
    shift = give(at(5), at(6), giver=alice, taker=carol)
    assert shift.instead_of is None
    assert rows() == [("Carol", at(5), at(6)), ("Alice", at(6), at(7))]


def test_another_role_and_another_person_are_left_alone(give, weekend, carol, dave):
    DutyShift.objects.create(role="CO", user=carol, starts_at=at(5), ends_at=at(7))
    DutyShift.objects.create(role="LG", user=dave, starts_at=at(5), ends_at=at(7))
    give(at(5), at(7))
    assert rows("CO") == [("Carol", at(5), at(7))]
    assert ("Dave", at(5), at(7)) in rows()


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (at(4), at(6), "not on duty for Legal in all of that time"),
        (at(6), at(7, 10), "not on duty for Legal in all of that time"),
        (at(1), at(2), "still to come"),
        (at(6), at(5), "still to come"),
    ],
)
def test_what_is_not_the_givers_cannot_be_given(give, weekend, start, end, says):
    with pytest.raises(ActionRefused, match=says):
        give(start, end)
    assert rows() == [("Carol", at(5), at(7))]


def test_nobody_gets_what_they_have_or_cannot_take(give, weekend, alice, carol, erin):
    with pytest.raises(Invalid, match="Erin Reader cannot work"):
        give(at(5), at(6), taker=erin)
    with pytest.raises(ActionRefused, match="Carol Li is on duty"):
        give(at(5), at(6), taker=carol)
    DutyShift.objects.create(role="LG", user=alice, starts_at=at(5, 20), ends_at=at(6))
    with pytest.raises(ActionRefused, match="Alice Kaya is on duty"):
        give(at(5), at(6))


@pytest.mark.parametrize(("who", "may"), [("dave", True), ("admin", True), ("alice", False), ("erin", False)])
def test_planners_give_duty_nobody_else(request, give, weekend, who, may):
    actor = request.getfixturevalue(who)
    if may:
        give(at(5), at(6), actor=actor)
    else:
        with pytest.raises(NotAllowed):
            give(at(5), at(6), actor=actor)
    assert len(rows()) == (2 if may else 1)
