from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import engine
from escalations.models import Deadline, DeadlineState, Heartbeat, Policy
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from people.models import CrisisRole, DutyShift

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def make_due(incident: Incident, *, minutes: int) -> None:
    """Shift the deadline as if it had been armed `minutes` earlier."""
    for deadline in Deadline.objects.of(incident).armed():
        shift = timedelta(minutes=minutes)
        Deadline.objects.filter(pk=deadline.pk).update(
            armed_at=deadline.armed_at - shift,
            target_at=deadline.target_at - shift,
            due_at=deadline.due_at - shift,
        )


@pytest.fixture
def bob_on_duty(bob):
    now = timezone.now()
    return DutyShift.objects.create(
        role=CrisisRole.CRISIS_LEAD,
        user=bob,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=8),
    )


def test_nothing_fires_before_its_time(incident):
    assert engine.tick() == 0
    assert Heartbeat.objects.get(process="engine").last_clean_tick_at


def test_what_was_put_off_after_it_was_chosen_does_not_fire(incident):
    """Whoever acts may move a deadline between the engine's look and its lock."""
    assert not engine.fire(Deadline.objects.of(incident).armed().get().pk)
    assert not Entry.objects.filter(kind="deadline.missed").exists()


def test_missed_acknowledgement_alerts_on_duty_and_arms_next_step(incident, bob, bob_on_duty):
    make_due(incident, minutes=16)
    assert engine.tick() == 1
    entry = Entry.objects.get(kind="deadline.missed")
    assert entry.audience == [bob.pk]
    assert {d.channel for d in Delivery.objects.filter(entry=entry)} == {"in_app", "email"}
    following = Deadline.objects.of(incident).armed().get()
    assert following.step == 1
    assert engine.tick() == 0


def test_twice_missed_raises_the_level(triaged, bob, bob_on_duty):
    incident = triaged(3)
    make_due(incident, minutes=121)  # acknowledge target at L3: 60 minutes
    engine.tick()
    incident.refresh_from_db()
    assert incident.level == 2
    assert Entry.objects.filter(kind="deadline.missed_raised").count() == 1


def test_nothing_fires_after_an_acknowledgement(incident, bob):
    make_due(incident, minutes=16)
    actions.acknowledge(incident=incident, actor=bob)
    assert engine.tick() == 0
    assert not Entry.objects.filter(kind="deadline.missed").exists()


def test_acknowledgement_withdraws_alerts_that_have_not_gone_out(incident, bob, carol, bob_on_duty):
    make_due(incident, minutes=16)
    engine.tick()
    actions.acknowledge(incident=incident, actor=carol)
    mail = Delivery.objects.get(entry__kind="deadline.missed", channel="email")
    assert mail.state == DeliveryState.CANCELLED


def test_editing_a_policy_does_not_change_a_running_deadline(incident):
    before = Deadline.objects.of(incident).armed().get().due_at
    Policy.objects.filter(purpose="incident.acknowledge").update(minutes=1)
    assert Deadline.objects.of(incident).armed().get().due_at == before


def test_a_deadline_that_cannot_fire_holds_up_no_other(triaged, monkeypatch, bob_on_duty):
    incident = triaged(2)
    make_due(incident, minutes=61)
    bad = Deadline.objects.of(incident).get(purpose="incident.acknowledge", state="armed")
    Deadline.objects.filter(pk=bad.pk).update(
        steps=[{"after_seconds": 1, "tell": ["nonsense"], "raise_level": False}]
    )
    assert engine.tick() == 1
    bad.refresh_from_db()
    assert (bad.failures, bad.state) == (1, DeadlineState.ARMED)
    assert Heartbeat.objects.get(process="engine").last_clean_tick_at is None


def test_with_nobody_on_duty_the_administrators_are_alerted(incident, admin):
    make_due(incident, minutes=16)
    engine.tick()
    assert admin.pk in Entry.objects.get(kind="deadline.missed").audience


def test_a_missed_target_stays_what_was_asked_for(incident):
    asked_for = Deadline.objects.of(incident).armed().get().due_at
    make_due(incident, minutes=20)
    engine.tick()
    deadline = Deadline.objects.of(incident).armed().get()
    assert deadline.step == 1
    assert deadline.target_at == asked_for - timedelta(minutes=20)
    assert deadline.target_at < timezone.now() < deadline.due_at
