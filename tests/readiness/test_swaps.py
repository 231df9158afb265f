"""Colleagues swap shifts: until the other accepts, nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from people.models import DutyShift
from readiness import actions
from readiness.models import SwapOffer
from tests.readiness.conftest import at, rows

pytestmark = [pytest.mark.calendar, pytest.mark.django_db, pytest.mark.usefixtures("december")]


@pytest.fixture
def mine(alice):
    return DutyShift.objects.create(role="LG", user=alice, starts_at=at(5), ends_at=at(6))


@pytest.fixture
def theirs(carol):
    return DutyShift.objects.create(role="LG", user=carol, starts_at=at(8), ends_at=at(9))


def test_nothing_changes_until_the_colleague_accepts(mine, alice, carol):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol, message="My sister marries")
    assert rows() == [("Alice", at(5), at(6))]
    offered = Entry.objects.get(kind="duty.swap_offered")
    assert [row.person for row in Delivery.objects.filter(entry=offered, channel="in_app")] == [carol]
    actions.accept_swap(actor=carol, offer=offer)
    assert rows() == [("Carol", at(5), at(6))]
    assert DutyShift.objects.get().instead_of == alice
    assert Entry.objects.get(kind="duty.swap_accepted").audience == [alice.pk]
    # The question that has not gone out yet is withdrawn: it is answered.
    waiting = Delivery.objects.filter(entry=offered).exclude(channel="in_app")
    assert set(waiting.values_list("state", flat=True)) == {DeliveryState.CANCELLED}


def test_a_shift_for_a_shift(mine, theirs, alice, carol):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol, wanted=theirs)
    actions.accept_swap(actor=carol, offer=offer)
    assert rows() == [("Carol", at(5), at(6)), ("Alice", at(8), at(9))]


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_declined_or_taken_back_changes_nothing_and_is_final(mine, alice, carol, end):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol)
    if end == "decline":
        actions.decline_swap(actor=carol, offer=offer)
        alerted = alice
    else:
        actions.withdraw_swap(actor=alice, offer=offer)
        alerted = carol
    assert Entry.objects.get(kind__in=["duty.swap_declined", "duty.swap_withdrawn"]).audience == [alerted.pk]
    with pytest.raises(ActionRefused, match="settled"):
        actions.accept_swap(actor=carol, offer=offer)
    assert rows() == [("Alice", at(5), at(6))]


def test_only_my_own_shifts_are_mine_to_offer(mine, theirs, alice, bob, carol, erin):
    for actor in (bob, carol, erin):
        with pytest.raises(NotAllowed):
            actions.offer_swap(actor=actor, shift=mine, taker=bob)
    for taker, says in ((alice, "somebody else"), (erin, "cannot work")):
        with pytest.raises(Invalid, match=says):
            actions.offer_swap(actor=alice, shift=mine, taker=taker)
    with pytest.raises(Invalid, match="same role"):
        actions.offer_swap(actor=alice, shift=mine, taker=bob, wanted=theirs)


def test_each_answers_for_themselves_planners_do_not(mine, alice, bob, carol):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol)
    for actor in (alice, bob):
        for answer in (actions.accept_swap, actions.decline_swap):
            with pytest.raises(NotAllowed):
                answer(actor=actor, offer=offer)
    for actor in (carol, bob):
        with pytest.raises(NotAllowed):
            actions.withdraw_swap(actor=actor, offer=offer)
    offer.refresh_from_db()
    assert offer.state == "open"


def test_refused_when_a_shift_has_begun(mine, theirs, alice, carol, december):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol, wanted=theirs)
    december.move_to(at(5) + timedelta(minutes=1))
    with pytest.raises(ActionRefused, match="has begun"):
        actions.accept_swap(actor=carol, offer=offer)
    with pytest.raises(ActionRefused, match="has begun"):
        actions.offer_swap(actor=alice, shift=mine, taker=carol)
    assert rows() == [("Alice", at(5), at(6)), ("Carol", at(8), at(9))]


def test_refused_when_the_colleague_is_on_duty_for_the_role_then(mine, alice, carol):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol)
    DutyShift.objects.create(role="LG", user=carol, starts_at=at(5, 20), ends_at=at(8))
    with pytest.raises(ActionRefused, match="Carol Li is on duty"):
        actions.accept_swap(actor=carol, offer=offer)
    SwapOffer.objects.all().delete()
    with pytest.raises(ActionRefused, match="Carol Li is on duty"):
        actions.offer_swap(actor=alice, shift=mine, taker=carol)


def test_refused_when_i_am_on_duty_when_i_would_step_in(mine, theirs, alice, carol):
    DutyShift.objects.create(role="LG", user=alice, starts_at=at(8, 20), ends_at=at(10))
    with pytest.raises(ActionRefused, match="Alice Kaya is on duty"):
        actions.offer_swap(actor=alice, shift=mine, taker=carol, wanted=theirs)


def test_refused_when_the_shift_is_no_longer_the_givers(mine, alice, bob, carol, dave):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol)
    actions.give_duty(actor=bob, role="LG", giver=alice, taker=dave, starts_at=at(5, 12), ends_at=at(5, 15))
    with pytest.raises(ActionRefused, match="roster has changed"):
        actions.accept_swap(actor=carol, offer=offer)


def test_an_exchange_happens_whole_or_not_at_all(mine, theirs, alice, bob, carol, dave):
    offer = actions.offer_swap(actor=alice, shift=mine, taker=carol, wanted=theirs)
    actions.give_duty(actor=bob, role="LG", giver=carol, taker=dave, starts_at=at(8), ends_at=at(9))
    before = rows()
    with pytest.raises(ActionRefused, match="roster has changed"):
        actions.accept_swap(actor=carol, offer=offer)
    assert rows() == before


def test_first_of_several_asked_gets_it_and_others_are_alerted(mine, alice, bob, carol):
    first, second = (actions.offer_swap(actor=alice, shift=mine, taker=who) for who in (bob, carol))
    with pytest.raises(ActionRefused, match="already"):
        actions.offer_swap(actor=alice, shift=mine, taker=bob)
    actions.accept_swap(actor=carol, offer=second)
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert set(Entry.objects.get(kind="duty.swap_accepted").audience) == {alice.pk, bob.pk}


def test_an_offer_outlives_the_rotation_writing_its_rows_anew(rotation, alice, bob, carol):
    made = rotation(members=[alice, bob])
    shift = DutyShift.objects.get(starts_at=at(14))
    offer = actions.offer_swap(actor=alice, shift=shift, taker=carol)
    actions.end_rotation(actor=bob, rotation=made)
    rotation(members=[alice, bob], starts_on=at(14).date())
    actions.accept_swap(actor=carol, offer=offer)
    assert ("Carol", at(14), at(21)) in rows()
