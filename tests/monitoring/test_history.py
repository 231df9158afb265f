"""What was over when it was found alerts nobody; what still runs alerts whoever is on duty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.work_queue import work_items_of
from escalations.models import Deadline
from incidents.actions import acknowledge, assess
from journal.models import Entry, Urgency
from monitoring import actions
from monitoring.models import Signal
from people.models import DutyShift
from postmortems import figures, record
from tests.conftest import SCORES
from tests.factories import UserFactory
from tests.monitoring.conftest import HOUR, SPIKE_HOUR, accept, row

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]

NOW = timezone.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def calm_days(post):
    """Two posts in every hour of the past eleven days, so that each of the later ones can be judged."""
    post([NOW - n * HOUR for n in range(1, 11 * 24)], 2, sentiment="neutral")


def look(brand, first, last=NOW):
    return actions.raise_signals(brand=brand, first=first, last=last)


def alerted(signal: Signal) -> set[int]:
    return set(Entry.objects.filter(stream=signal.stream).latest("pk").audience)


def on_desk(user) -> set[str]:
    return {item.url for item in work_items_of(user) if item.kind == "signal"}


def test_history_is_listed_and_alerts_nobody(alice, bob, raised):
    entry = Entry.objects.get(stream=raised.stream)
    assert raised.is_history
    assert (entry.kind, entry.audience, entry.urgency) == ("signal.raised", [], Urgency.LATER)
    assert "talk about Kestrel Air since" in entry.sentence
    assert on_desk(alice) == on_desk(bob) == set()


def test_on_duty_is_alerted_of_what_runs(alice, bob, erin, calm_days, post, brand):
    now = timezone.now()
    DutyShift.objects.create(role="MA", user=alice, starts_at=now - HOUR, ends_at=now + HOUR)
    DutyShift.objects.create(role="LG", user=bob, starts_at=now - HOUR, ends_at=now + HOUR)
    post(NOW - 2 * HOUR, 12)
    (signal,) = look(brand, NOW - 2 * HOUR)
    assert (signal.is_history, alerted(signal)) == (False, {alice.pk})
    assert Entry.objects.get(stream=signal.stream).urgency == Urgency.SOON


def test_everybody_able_is_alerted_when_nobody_is_on_duty(alice, bob, erin, calm_days, post, brand):
    UserFactory(is_active=False)
    post(NOW - 2 * HOUR, 12)
    (signal,) = look(brand, NOW - 2 * HOUR)
    assert alerted(signal) == {alice.pk, bob.pk}


def test_a_crisis_that_began_yesterday_and_runs_is_live(alice, calm_days, post, brand):
    post([NOW - hours * HOUR for hours in (30, 20, 10)], 12)
    (signal,) = look(brand, NOW - 31 * HOUR)
    signal.refresh_from_db()
    assert signal.began_at <= NOW - 30 * HOUR < signal.heard_at
    assert signal.last_at > NOW - 10 * HOUR
    assert (signal.is_history, alerted(signal)) == (False, {alice.pk})


def test_a_crisis_that_ended_yesterday_is_history(alice, calm_days, post, brand):
    post([NOW - hours * HOUR for hours in (36, 30, 25)], 12)
    (signal,) = look(brand, NOW - 37 * HOUR)
    assert (signal.is_history, alerted(signal)) == (True, set())


def test_history_that_goes_on_is_history_no_longer(alice, calm_days, post, brand):
    post(NOW - 30 * HOUR, 12)
    (signal,) = look(brand, NOW - 30 * HOUR)
    assert alerted(signal) == set()
    post(NOW - 20 * HOUR, 12)
    assert look(brand, NOW - 30 * HOUR) == []
    signal.refresh_from_db()
    assert (signal.is_history, alerted(signal)) == (False, {alice.pk})
    entries = Entry.objects.count()
    look(brand, NOW - 30 * HOUR)
    assert Entry.objects.count() == entries


def test_dismissed_history_that_goes_on_is_raised_anew(alice, calm_days, post, brand):
    post(NOW - 30 * HOUR, 12)
    (old,) = look(brand, NOW - 30 * HOUR)
    actions.dismiss(signal=old, actor=alice, reason="Long over")
    assert look(brand, NOW - 30 * HOUR) == []
    post(NOW - 20 * HOUR, 12)  # no more people than before
    (fresh,) = look(brand, NOW - 30 * HOUR)
    assert (fresh.is_history, alerted(fresh)) == (False, {alice.pk})
    assert fresh.heard_at > NOW - 20 * HOUR
    assert look(brand, NOW - 30 * HOUR) == []


def test_dismissed_history_that_grows_in_the_past_stays_dismissed(alice, calm_days, post, brand):
    post(NOW - 40 * HOUR, 12)
    (old,) = look(brand, NOW - 40 * HOUR)
    actions.dismiss(signal=old, actor=alice, reason="Long over")
    post(NOW - 38 * HOUR, 12)
    assert look(brand, NOW - 40 * HOUR) == []


def complaints(hour, count: int = 12) -> list[dict[str, str]]:
    at = [(hour + timedelta(minutes=n)).isoformat() for n in range(count)]
    return [row(1000 + n, created_at=moment, sentiment="negative") for n, moment in enumerate(at)]


def test_posts_that_nobody_has_rated_alert_by_volume(alice, calm_days, brand, uploaded):
    rows = complaints(NOW - 2 * HOUR)
    first = accept(uploaded([{**one, "sentiment": ""} for one in rows]), alice)
    (signal,) = first.signals.all()
    assert (signal.kind, signal.is_history, alerted(signal)) == ("volume", False, {alice.pk})
    again = accept(uploaded(rows), alice)  # what the second file says of them changes nothing
    assert (again.rows_stored, again.rows_duplicate, again.signals.count()) == (0, 12, 0)


def test_recent_history_is_on_the_desk_of_whoever_imported_it(alice, bob, calm_days, brand, uploaded, client):
    run = accept(uploaded(complaints(NOW - 72 * HOUR)), alice)
    (signal,) = run.signals.all()
    assert signal.is_history
    assert on_desk(alice) == {signal.get_absolute_url()}
    assert on_desk(bob) == set()
    client.force_login(bob)
    page = client.get(run.get_absolute_url()).content.decode()
    assert signal.get_absolute_url() in page
    assert "nobody was alerted" in page
    assert reverse("monitoring:open", args=[signal.pk]) in page


def test_the_desk_says_that_history_is_over_and_what_runs_is_not(alice, calm_days, post, brand, uploaded):
    accept(uploaded(complaints(NOW - 72 * HOUR)), alice)
    post(NOW - 2 * HOUR, 12)
    (live,) = look(brand, NOW - 2 * HOUR)
    items = {item.url: item for item in work_items_of(alice) if item.kind == "signal"}
    running = items.pop(live.get_absolute_url())
    assert "people spoke of Kestrel Air within an hour" in running.title
    (history,) = items.values()
    assert "In your import: 14 people spoke of Kestrel Air" in history.title
    assert "was over when you imported it" in history.why
    assert history.step.label == "Open an incident"


def test_older_history_is_on_nobodys_desk(alice, quiet_week, brand, uploaded):
    run = accept(uploaded(complaints(SPIKE_HOUR)), alice)
    assert run.signals.count() == 1
    assert on_desk(alice) == set()


def test_an_incident_of_history_was_detected_as_of_then(alice, raised):
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    assert incident.detected_at == raised.heard_at
    assert incident.first_post_at < incident.detected_at


def test_an_incident_of_history_has_its_whole_time(alice, raised):
    """Its deadlines run from the hour in which it was logged, or it would be overdue and alert everybody at once."""
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    incident = assess(incident=incident, actor=alice, scores=SCORES[2], category="service_outage")
    deadlines = Deadline.objects.of(incident).unsettled()
    assert {deadline.purpose for deadline in deadlines} == {
        "incident.acknowledge",
        "incident.holding_statement",
    }
    assert all(deadline.target_at > timezone.now() for deadline in deadlines)


def test_no_figure_counts_the_years_before_an_old_file(alice, raised):
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    acknowledge(incident=incident, actor=alice)
    incident.refresh_from_db()
    minutes = {figure.code: figure.value for figure in figures.compute(record.gather(incident))}
    assert minutes["ttd"] < 60
    assert minutes["tta"] < 1


def test_an_incident_of_what_runs_is_detected_now(alice, calm_days, post, brand):
    post(NOW - 2 * HOUR, 12)
    (signal,) = look(brand, NOW - 2 * HOUR)
    before = timezone.now()
    incident = actions.open_incident(signal=signal, actor=alice, title="Stranded passengers")
    assert incident.detected_at >= before
