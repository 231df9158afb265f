"""Several people and workers change the roster at the same moment, each in a real transaction of their own."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from common.errors import ActionRefused
from people.models import DutyShift
from readiness import actions
from readiness.models import SwapOffer
from readiness.spans import Span, gaps
from readiness.tasks import extend_rotations
from tests.races import at_once

pytestmark = [pytest.mark.calendar, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shift(alice):
    start = timezone.now() + timedelta(days=1)
    return DutyShift.objects.create(
        role="LG", user=alice, starts_at=start, ends_at=start + timedelta(hours=8)
    )


@pytest.fixture
def fresh(rotation):
    """A rotation of which nothing has been produced yet."""
    made = rotation(starts_on=timezone.now().date() - timedelta(days=30))
    DutyShift.objects.all().delete()
    return made


@pytest.mark.parametrize("_round", range(3))
def test_workers_that_extend_at_the_same_moment_make_no_doubles(fresh, _round):
    assert at_once(*[extend_rotations] * 4) == [None] * 4
    shifts = list(DutyShift.objects.order_by("starts_at"))
    assert len(shifts) == len({row.starts_at for row in shifts})
    spans = [Span(row.starts_at, row.ends_at) for row in shifts]
    assert gaps(spans, Span(spans[0].start, spans[-1].end)) == []
    assert sum((span.length for span in spans), timedelta()) == spans[-1].end - spans[0].start


@pytest.mark.parametrize("_round", range(3))
def test_one_of_two_simultaneous_acceptances_gets_the_shift(shift, alice, bob, carol, _round):
    offers = {who: actions.offer_swap(actor=alice, shift=shift, taker=who) for who in (bob, carol)}
    raised = at_once(
        *(
            lambda who=who, offer=offer: actions.accept_swap(actor=who, offer=offer)
            for who, offer in offers.items()
        )
    )
    assert sorted(type(error).__name__ for error in raised) == ["ActionRefused", "NoneType"]
    winner = [bob, carol][raised.index(None)]
    assert DutyShift.objects.get().user == winner
    assert sorted(SwapOffer.objects.values_list("state", flat=True)) == ["accepted", "withdrawn"]


@pytest.mark.parametrize("_round", range(3))
def test_accepting_against_an_override_never_puts_both_on_duty(shift, alice, bob, carol, dave, _round):
    offer = actions.offer_swap(actor=alice, shift=shift, taker=carol)
    span = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    accepted, given = at_once(
        lambda: actions.accept_swap(actor=carol, offer=offer),
        lambda: actions.give_duty(actor=bob, role="LG", giver=alice, taker=dave, **span),
    )
    assert (accepted is None) != (given is None)
    assert isinstance(accepted or given, ActionRefused)
    assert DutyShift.objects.get().user == (carol if accepted is None else dave)


@pytest.mark.parametrize("_round", range(3))
def test_changing_a_rotation_against_extending_it_leaves_one_plan(rotation, fresh, bob, alice, _round):
    def change():
        rotation(
            rotation=fresh,
            members=[alice],
            turn_unit="days",
            hand_over_weekday=None,
            hand_over_at=time(6),
            starts_on=date(2026, 1, 1),
        )

    assert at_once(change, extend_rotations, extend_rotations) == [None] * 3
    spans = [Span(row.starts_at, row.ends_at) for row in DutyShift.objects.order_by("starts_at")]
    assert all(one.end == two.start for one, two in pairwise(spans))
    coming = DutyShift.objects.filter(starts_at__gt=timezone.now())
    assert {row.user for row in coming} == {alice}
