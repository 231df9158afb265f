"""From spikes to signals, and from signals to decisions."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from incidents.models import Incident
from journal.models import Entry
from monitoring import actions
from monitoring.models import IncidentMention, Mention, Signal
from monitoring.tasks import watch_now
from tests.monitoring.conftest import HOUR, SPIKE_HOUR

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def look(brand, first=SPIKE_HOUR, last=SPIKE_HOUR):
    """The whole of the hours from `first` to `last`."""
    return actions.raise_signals(brand=brand, first=first, last=last + HOUR)


def test_a_signal_shows_its_evidence(raised):
    evidence = raised.evidence
    assert (raised.kind, raised.peak, evidence["usual_hour"]) == ("volume", 12, 3)
    assert raised.began_at <= SPIKE_HOUR < raised.heard_at <= SPIKE_HOUR + timedelta(minutes=5)
    assert [SPIKE_HOUR.isoformat(), 12, 3] in evidence["curve"]
    assert evidence["unusual_hours"] == [SPIKE_HOUR.isoformat()]
    assert len(Mention.objects.filter(pk__in=evidence["sample"]).complaints()) >= 1


def test_looking_again_changes_nothing(raised, brand):
    before = Signal.objects.values().get()
    entries = Entry.objects.count()
    assert look(brand) == []
    assert look(brand, SPIKE_HOUR - 50 * HOUR, SPIKE_HOUR + 3 * HOUR) == []
    assert Signal.objects.values().get() == before
    assert Entry.objects.count() == entries


def test_one_angry_person_is_one_person(quiet_week, post, brand):
    post(SPIKE_HOUR, 40, author="somebody")
    assert look(brand) == []


def test_posts_without_author_count_each(quiet_week, post, brand):
    post(SPIKE_HOUR, 12, author="")
    assert len(look(brand)) == 1


def test_what_the_brand_itself_writes_is_left_out(quiet_week, post, brand):
    post(SPIKE_HOUR, 40, is_brand_own=True)
    assert look(brand) == []


def test_a_stream_that_begins_is_no_crisis(post, brand):
    post(SPIKE_HOUR, 80)
    assert look(brand) == []


def test_the_present_hour_is_watched_and_urgent(alice, post, brand):
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    days = range(1, 6)
    post(
        [hour - day * 24 * HOUR + offset * HOUR for day in days for offset in range(-4, 5)],
        2,
        sentiment="neutral",
    )
    post(hour + timedelta(minutes=20), 12)
    with time_machine.travel(
        hour + timedelta(minutes=30)
    ):  # whenever the test runs, not at the turn of an hour
        watch_now()
        watch_now()
    signal = Signal.objects.get()
    assert Entry.objects.get(stream=signal.stream).urgency == "soon"


def test_an_episode_goes_on_and_its_evidence_grows(raised, post, brand):
    post(SPIKE_HOUR + 2 * HOUR, 30)
    assert look(brand, SPIKE_HOUR, SPIKE_HOUR + 2 * HOUR) == []
    raised.refresh_from_db()
    assert raised.last_at > SPIKE_HOUR + 2 * HOUR
    assert raised.peak == 30
    assert len(raised.evidence["unusual_hours"]) >= 2
    assert raised.evidence["curve"][-1][0] >= (SPIKE_HOUR + 2 * HOUR).isoformat()


def test_complaints_hours_after_mere_volume_are_said_again(alice, post, brand):
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    hours = [now - day * 24 * HOUR + offset * HOUR for day in range(1, 9) for offset in range(-12, 12)]
    post([hour for hour in hours if hour < now - 12 * HOUR], 2, sentiment="neutral")
    post([hour for hour in hours if hour < now - 12 * HOUR], 1)
    post(now - 5 * HOUR, 20, sentiment="neutral")
    (signal,) = look(brand, now - 5 * HOUR, now - 5 * HOUR)
    assert signal.evidence["kinds"] == ["volume"]
    post(now - 2 * HOUR, 30)
    assert look(brand, now - 2 * HOUR, now - 2 * HOUR) == []
    signal.refresh_from_db()
    assert signal.evidence["kinds"] == ["volume", "complaints"]
    assert Entry.objects.filter(stream=signal.stream, kind="signal.raised").count() == 2


def test_a_later_episode_is_another_signal(raised, post, brand):
    post(SPIKE_HOUR + 20 * HOUR, 30)
    assert len(look(brand, SPIKE_HOUR, SPIKE_HOUR + 20 * HOUR)) == 1


# Dismissing -----------------------------------------------------------------------------------------------------------


def test_dismissing_needs_a_reason(raised, alice):
    with pytest.raises(Invalid):
        actions.dismiss(signal=raised, actor=alice, reason="  ")
    actions.dismiss(signal=raised, actor=alice, reason="A joke that travels")
    raised.refresh_from_db()
    assert (raised.state, raised.decided_by, raised.reason) == ("dismissed", alice, "A joke that travels")
    assert Entry.objects.filter(stream=raised.stream, kind="signal.dismissed", actor=alice).exists()


def test_readers_decide_nothing(raised, erin):
    with pytest.raises(NotAllowed):
        actions.dismiss(signal=raised, actor=erin, reason="no")
    with pytest.raises(NotAllowed):
        actions.open_incident(signal=raised, actor=erin, title="Complaints")
    assert Incident.objects.count() == 0


def test_what_was_dismissed_is_raised_again_when_it_doubles(raised, alice, post, brand):
    actions.dismiss(signal=raised, actor=alice, reason="known")
    assert look(brand) == []
    post(SPIKE_HOUR + HOUR, 20)
    assert look(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR) == []
    post(SPIKE_HOUR + 2 * HOUR, 24)
    assert len(look(brand, SPIKE_HOUR, SPIKE_HOUR + 2 * HOUR)) == 1


def test_the_database_keeps_a_decision_whole(raised):
    for broken in ({"state": "dismissed"}, {"state": "opened"}, {"state": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signal.objects.filter(pk=raised.pk).update(**broken)


# Opening --------------------------------------------------------------------------------------------------------------


def test_opening_attaches_the_complaints_of_the_spike(raised, alice, post):
    post(SPIKE_HOUR + HOUR, 5)  # after the spike
    post(SPIKE_HOUR, 5, sentiment="positive")
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers complain")
    raised.refresh_from_db()
    assert (raised.state, raised.incident) == ("opened", incident)
    assert incident.attached_mentions.count() == 12
    first = Mention.objects.complaints().between(SPIKE_HOUR, SPIKE_HOUR + HOUR).earliest("posted_at")
    assert incident.first_post_at == first.posted_at
    kinds = list(Entry.objects.filter(stream=incident.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["incident.logged", "mentions.attached"]


def test_confidential_incident_leaves_no_trace_in_signal_stream(raised, alice):
    actions.open_incident(signal=raised, actor=alice, title="Top secret", confidential=True)
    entry = Entry.objects.get(stream=raised.stream, kind="signal.opened")
    assert "secret" not in str(entry.data)
    assert set(entry.data) == {"brand"}


def test_dismissed_signal_can_be_opened_and_not_the_reverse(raised, alice, bob):
    actions.dismiss(signal=raised, actor=alice, reason="known")
    actions.open_incident(signal=raised, actor=bob, title="Not so known")
    with pytest.raises(ActionRefused, match="Bob Nowak"):
        actions.dismiss(signal=raised, actor=alice, reason="known")


def test_new_complaints_join_the_open_incident(raised, alice, post, brand):
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    post(SPIKE_HOUR + HOUR, 15)
    look(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR)
    assert incident.attached_mentions.count() == 27
    look(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR)
    assert incident.attached_mentions.count() == 27


def test_nothing_joins_an_incident_that_has_ended(raised, alice, bob, post, brand):
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    Incident.objects.filter(pk=incident.pk).update(state="dismissed")
    post(SPIKE_HOUR + HOUR, 15)
    look(brand, SPIKE_HOUR, SPIKE_HOUR + HOUR)
    assert incident.attached_mentions.count() == 12


def test_if_logging_fails_the_signal_stays_open(raised, alice):
    with pytest.raises(Invalid):
        actions.open_incident(signal=raised, actor=alice, title="  ")
    raised.refresh_from_db()
    assert raised.state == "new"


# Two at once ----------------------------------------------------------------------------------------------------------


def _at_once(*calls):
    """Run the calls in threads with connections of their own; returns how each ended."""
    barrier = threading.Barrier(len(calls))
    ended: list[object] = [None] * len(calls)

    def run(number, call):
        try:
            barrier.wait()
            ended[number] = call()
        except ActionRefused as refusal:
            ended[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.mark.django_db(transaction=True)
def test_two_people_open_at_once_and_one_incident_results(raised, alice, bob):
    ended = _at_once(
        *(
            lambda who=who: actions.open_incident(signal=raised, actor=who, title="Stranded")
            for who in (alice, bob)
        )
    )
    assert sorted(isinstance(end, Incident) for end in ended) == [False, True]
    assert Incident.objects.count() == 1
    assert IncidentMention.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_one_opens_while_the_other_dismisses(raised, alice, bob):
    ended = _at_once(
        lambda: actions.dismiss(signal=raised, actor=alice, reason="known"),
        lambda: actions.open_incident(signal=raised, actor=bob, title="Stranded"),
    )
    raised.refresh_from_db()
    assert raised.state == "opened"  # a dismissal that came first is overruled, one that came later refused
    assert Incident.objects.count() == 1
    assert isinstance(ended[1], Incident)


@pytest.mark.django_db(transaction=True)
def test_two_workers_look_at_once_and_raise_one_signal(quiet_week, post, brand):
    post(SPIKE_HOUR, 12)
    ended = _at_once(*(lambda: len(look(brand)) for _worker in range(4)))
    assert sorted(ended) == [0, 0, 0, 1]


def test_an_incident_that_was_only_watched_flares_up_again(alice, activated, post, brand):
    """While it is being monitored, a spike of its own episode makes it active again."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    days = range(1, 6)
    post(
        [now - day * 24 * HOUR + offset * HOUR for day in days for offset in range(-4, 5)],
        2,
        sentiment="neutral",
    )
    post(now - 2 * HOUR, 12)
    (signal,) = look(brand, now - 2 * HOUR, now - 2 * HOUR)
    incident = activated(3)
    Incident.objects.filter(pk=incident.pk).update(state="monitoring")
    Signal.objects.filter(pk=signal.pk).update(
        state="opened", incident=incident, decided_by=alice, decided_at=timezone.now()
    )
    post(now - HOUR, 30)
    look(brand, now - HOUR, now - HOUR)
    incident.refresh_from_db()
    assert incident.state == "active"
