"""Net sentiment, velocity, and what the stand-down gate makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents import gates
from incidents.models import Incident, IncidentState
from monitoring import actions
from monitoring.figures import tally_of, velocities, velocity
from monitoring.panels import context
from tests.monitoring.conftest import HOUR, SPIKE_HOUR

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def usual(post, now):
    """Four posts in every hour of the past five days, the last hour included."""
    post([now - hour * HOUR - timedelta(minutes=40) for hour in range(5 * 24 + 1)], 4, sentiment="neutral")


def test_net_sentiment_is_the_balance_of_what_is_rated(brand, post):
    post(SPIKE_HOUR, 6)
    post(SPIKE_HOUR, 2, sentiment="positive")
    post(SPIKE_HOUR, 2, sentiment="neutral")
    post(SPIKE_HOUR, 50, sentiment="")
    post(SPIKE_HOUR, 50, sentiment="positive", is_brand_own=True)
    post(SPIKE_HOUR + HOUR, 50, sentiment="positive")
    assert tally_of(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR).net == pytest.approx(-40)


def test_without_rated_mentions_there_is_no_net_sentiment(brand, post):
    post(SPIKE_HOUR, 5, sentiment="")
    assert tally_of(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR).net is None


def test_velocity_compares_with_the_same_hour_of_other_days(brand, usual, post, now):
    assert velocity(brand, now) == 1
    post(now - timedelta(minutes=30), 8)
    assert velocity(brand, now) == 3
    assert velocities(brand, now, 3) == [3, 1, 1]


def test_velocity_is_unknown_before_three_days_are_known(brand, post, now):
    post(now - timedelta(minutes=30), 100)
    post(now - timedelta(days=2), 100)
    assert velocity(brand, now) is None
    assert velocities(brand, now - timedelta(days=60), 2) == [None, None]


def blocked(incident, to_state) -> bool:
    return any(
        result.blockers
        for result in gates.results(incident, to_state)
        if result.check.code.startswith("velocity")
    )


@pytest.mark.parametrize(
    ("level", "hours_ago", "monitoring", "resolved"),
    [
        (1, 0, True, True),
        (1, 2, False, True),
        (1, 23, False, True),
        (1, 25, False, False),
        (3, 0, True, True),
        (3, 3, True, True),
        (3, 5, False, False),
    ],
)
def test_the_talk_must_have_died_down(incident, usual, post, now, level, hours_ago, monitoring, resolved):
    Incident.objects.filter(pk=incident.pk).update(level=level)
    incident.refresh_from_db()
    post(now - hours_ago * HOUR - timedelta(minutes=30), 12)
    assert blocked(incident, IncidentState.MONITORING) is monitoring
    assert blocked(incident, IncidentState.RESOLVED) is resolved


def test_without_mentions_the_gate_passes_and_the_panel_says_so(client, alice, incident):
    assert not blocked(incident, IncidentState.RESOLVED)
    client.force_login(alice)
    assert b"without having measured anything" in client.get(incident.get_absolute_url()).content


def test_the_panel_makes_a_fixed_number_of_queries(alice, raised, post, brand):
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    with CaptureQueriesContext(connection) as few:
        shown = context(incident, alice)
    assert (shown["count"], len(shown["latest"])) == (12, 3)
    post(SPIKE_HOUR, 900)
    actions.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR + timedelta(hours=1))
    with CaptureQueriesContext(connection) as many:
        assert context(incident, alice)["count"] == 912
    assert len(few) == len(many) <= 5
