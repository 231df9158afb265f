"""Signals among what needs me now: urgent ones first, each once, its priority in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.work_queue import work_items_of
from escalations import engine
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline
from monitoring.deadlines import ask_for_decision
from monitoring.models import Signal
from people.models import DutyShift
from tests.monitoring.signals import make_signal

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def raised(brand, minutes_ago: int, **facts) -> Signal:
    number = Signal.objects.count() + 1
    at = timezone.now() - minutes_ago * MINUTE
    signal = make_signal(brand, ago=number * timedelta(hours=1), raised_at=at, **facts)
    ask_for_decision(signal, at)
    return signal


def missed(signal, person) -> Deadline:
    now = timezone.now()
    DutyShift.objects.create(role="MA", user=person, starts_at=now - 60 * MINUTE, ends_at=now + 60 * MINUTE)
    deadline = Deadline.objects.of(signal).armed().get()
    Deadline.objects.filter(pk=deadline.pk).update(due_at=now)
    assert engine.fire(deadline.pk)
    return deadline


def test_high_priority_stands_before_low_however_old(brand, alice):
    old = raised(brand, 58, priority="low")
    new = raised(brand, 0, priority="high")
    late = raised(brand, 50, priority="high")
    assert [item.url for item in work_items_of(alice)] == [one.get_absolute_url() for one in (late, new, old)]


def test_low_priority_keeps_its_own_order(brand, alice):
    second = raised(brand, 5, priority="low")
    first = raised(brand, 30, priority="low")
    assert [item.url for item in work_items_of(alice)] == [one.get_absolute_url() for one in (first, second)]


@pytest.mark.parametrize(("priority", "words"), [("high", "High priority"), ("low", "Low priority")])
def test_the_priority_is_said_in_words(brand, alice, priority, words):
    signal = raised(brand, 1, priority=priority)
    (item,) = work_items_of(alice)
    assert words in str(item.why)
    assert item.due_at == Deadline.objects.of(signal).get().target_at


def test_history_says_its_priority_and_counts_to_nothing(brand, alice, run_of):
    raised(brand, 1, priority="low", is_history=True, run=run_of(alice))
    (item,) = work_items_of(alice)
    assert "Low priority" in str(item.why)
    assert item.due_at is None


def test_what_was_alerted_stands_there_once_without_a_level(client, brand, alice):
    signal = raised(brand, 20, priority="high")
    missed(signal, alice)
    (item,) = work_items_of(alice)
    assert (item.kind, item.url) == ("alert", signal.get_absolute_url())
    assert "High priority" in str(item.why)
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert "High priority" in page
    assert 'class="level' not in page


def test_what_i_have_acknowledged_stands_there_once(brand, alice, bob):
    signal = raised(brand, 20)
    acknowledge_deadline(deadline=missed(signal, alice), actor=alice)
    assert [item.kind for item in work_items_of(alice)] == ["acknowledged"]
    assert [item.kind for item in work_items_of(bob)] == ["signal"]


@pytest.fixture
def run_of():
    from monitoring.models import ImportRun

    def make(person):
        return ImportRun.objects.create(by=person, file_name="weekend.csv")

    return make
