"""A signal about which nobody decides alerts those on duty, until somebody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, NotAllowed
from escalations import engine
from escalations.actions import acknowledge_deadline
from escalations.links import button
from escalations.models import Deadline, Policy
from escalations.purposes import get
from escalations.status import status_of
from incidents.models import Incident
from journal.models import Entry
from monitoring import actions
from monitoring.deadlines import UNDECIDED, ask_for_decision
from monitoring.models import Signal
from people.models import DutyShift
from tests.factories import UserFactory
from tests.monitoring.conftest import HOUR, SPIKE_HOUR
from tests.monitoring.signals import make_signal, raise_live

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
MINUTE = timedelta(minutes=1)


def deadlines_of(signal):
    return Deadline.objects.of(signal).filter(purpose=UNDECIDED)


def run_out(signal) -> Entry:
    """The next step is due now."""
    deadline = deadlines_of(signal).armed().get()
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now(), target_at=timezone.now())
    assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk).entry


def on_duty(role: str, person):
    now = timezone.now()
    DutyShift.objects.create(role=role, user=person, starts_at=now - HOUR, ends_at=now + HOUR)
    return person


@pytest.fixture
def live(brand):
    return raise_live(brand)


@pytest.mark.parametrize(("priority", "minutes"), [("high", 10), ("low", 60)])
def test_a_decision_is_due_sooner_for_high_priority(brand, priority, minutes):
    signal = make_signal(brand, priority=priority)
    ask_for_decision(signal, signal.raised_at)
    assert deadlines_of(signal).get().target_at == signal.raised_at + minutes * MINUTE


def test_a_live_signal_asks_for_a_decision_from_when_it_is_raised(live):
    deadline = deadlines_of(live).get()
    assert (deadline.state, deadline.armed_at) == ("armed", live.raised_at)


def test_nobody_is_asked_to_decide_about_history(quiet_week, post, brand):
    post(SPIKE_HOUR, 30)
    (signal,) = actions.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR + HOUR)
    assert signal.is_history
    assert not deadlines_of(signal).exists()


def test_history_that_goes_on_asks_for_a_decision(quiet_week, post, brand):
    post(SPIKE_HOUR, 30)
    (signal,) = actions.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR + HOUR)
    post(SPIKE_HOUR + 2 * HOUR, 30)
    with time_machine.travel(SPIKE_HOUR + 3 * HOUR, tick=False):
        actions.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR + 3 * HOUR)
    signal.refresh_from_db()
    assert not signal.is_history
    assert deadlines_of(signal).get().armed_at == SPIKE_HOUR + 3 * HOUR


def test_each_step_alerts_more_of_those_on_duty(live, alice, bob, carol, admin):
    on_duty("MA", alice), on_duty("SM", bob), on_duty("CL", carol)
    first = run_out(live)
    assert (first.kind, first.path) == ("signal.undecided", live.get_absolute_url())
    assert first.audience == [alice.pk]
    assert "High priority" in first.headline
    assert "Alice Kaya" in first.headline
    assert run_out(live).audience == [alice.pk, bob.pk]
    assert run_out(live).audience == [bob.pk, carol.pk, admin.pk]
    assert Entry.objects.filter(stream=live.stream, kind="deadline.exhausted").exists()


def test_where_nobody_listens_the_next_role_on_duty_is_alerted(live, carol, admin):
    on_duty("CL", carol)
    assert run_out(live).audience == [carol.pk]


def test_with_nobody_on_duty_the_administrators_are_alerted(live, admin):
    assert run_out(live).audience == [admin.pk]


@pytest.mark.parametrize("decide", ["dismiss", "open"])
def test_deciding_settles_it(live, alice, decide):
    run_out(live)
    if decide == "dismiss":
        actions.dismiss(signal=live, actor=alice, dismissal="joke")
    else:
        actions.open_incident(signal=live, actor=alice, title="Many complaints")
    assert not deadlines_of(live).unsettled().exists()
    assert not deadlines_of(live).armed().exists()


def test_a_refused_decision_settles_nothing(live, erin):
    with pytest.raises(NotAllowed):
        actions.dismiss(signal=live, actor=erin, dismissal="joke")
    assert deadlines_of(live).armed().exists()


def test_acknowledging_stops_the_alerts_until_it_lapses(live, alice, admin):
    on_duty("MA", alice)
    run_out(live)
    acknowledge_deadline(deadline=deadlines_of(live).latest("pk"), actor=alice)
    lapse = deadlines_of(live).armed().get()
    assert (lapse.acknowledged_by, lapse.is_lapse) == (alice, True)
    assert run_out(live).kind == "deadline.lapsed"


def test_readers_acknowledge_nothing(live, erin):
    with pytest.raises(NotAllowed):
        acknowledge_deadline(deadline=deadlines_of(live).get(), actor=erin)


def test_what_is_decided_is_not_acknowledged_any_more(live, alice):
    deadline = deadlines_of(live).get()
    actions.dismiss(signal=live, actor=alice, dismissal="noise")
    with pytest.raises(ActionRefused):
        acknowledge_deadline(deadline=deadline, actor=alice)


def test_the_message_about_a_new_signal_can_be_acknowledged(live, alice, erin):
    entry = Entry.objects.get(stream=live.stream, kind="signal.raised")
    assert button(entry, alice)
    assert button(entry, erin) is None


def test_the_page_of_the_deadline_says_the_priority_and_no_level(client, live, alice):
    client.force_login(alice)
    page = client.get(reverse("escalations:deadline", args=[deadlines_of(live).get().pk])).content.decode()
    assert "High priority" in page
    assert "level-2" not in page
    assert live.get_absolute_url() in page


def test_a_signal_leads_nobody_to_a_confidential_incident(client, live, alice):
    deadline = deadlines_of(live).get()
    actions.open_incident(signal=live, actor=alice, title="Hushed crisis", confidential=True)
    outsider = UserFactory()
    assert not Incident.objects.visible_to(outsider).exists()
    assert status_of(deadline, outsider).incident is None
    client.force_login(outsider)
    page = client.get(reverse("escalations:deadline", args=[deadline.pk]))
    assert page.status_code == 200
    assert "Hushed" not in page.content.decode()


def test_the_page_of_a_signal_counts_down_until_somebody_decides(client, live, alice):
    client.force_login(alice)
    address = reverse("escalations:deadline", args=[deadlines_of(live).get().pk])
    assert address in client.get(live.get_absolute_url()).content.decode()
    actions.dismiss(signal=live, actor=alice, dismissal="noise")
    assert address not in client.get(live.get_absolute_url()).content.decode()


def test_the_policies_are_named_by_priority(client, admin):
    client.force_login(admin)
    page = client.get(reverse("escalations:policies") + f"?open={UNDECIDED}").content.decode()
    assert page.count(reverse("escalations:policy", args=[UNDECIDED, 2])) == 1
    assert page.count(reverse("escalations:policy", args=[UNDECIDED, 3])) == 1
    assert reverse("escalations:policy", args=[UNDECIDED, 1]) not in page
    assert "Low priority" in page
    policy = client.get(reverse("escalations:policy", args=[UNDECIDED, 3])).content.decode()
    assert "Low priority" in policy
    assert "level-3" not in policy
    assert client.get(reverse("escalations:policy", args=[UNDECIDED, 1])).status_code == 404


def test_every_priority_has_a_policy():
    levels = get(UNDECIDED).level_names
    assert set(Policy.objects.filter(purpose=UNDECIDED).values_list("level", flat=True)) == set(levels)


def test_listening_twice_starts_one_deadline(live, brand):
    actions.raise_signals(brand=brand, first=live.heard_at - HOUR, last=live.heard_at)
    assert deadlines_of(live).count() == 1
    assert Signal.objects.count() == 1
