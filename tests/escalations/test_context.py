"""No repeat is the old text: each alert after the first says how things stand now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations.actions import acknowledge_deadline
from journal import entry_kinds
from journal.models import Entry
from tests.factories import mentions, unsaved_mention

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def post(brand):
    def posted(number: int, minutes_ago: int) -> None:
        at = timezone.now() - timedelta(minutes=minutes_ago)
        mentions(unsaved_mention(brand, at, text="Stuck") for _n in range(number))

    return posted


def test_the_second_alert_says_something_newer_than_the_first(steps, activated, miss, post):
    # Repeats far apart: however late an alert is, it must not swallow the next one.
    steps(
        {"tell": ["role:CL"], "repeats": 2, "repeat_minutes": 40},
        {"times_target": 3, "tell": ["deputy:CL"], "raise_level": True},
    )
    incident = activated(2)
    first = miss(incident).entry
    post(3, minutes_ago=90)
    post(7, minutes_ago=10)
    second = miss(incident, late=timedelta(minutes=12)).entry
    assert first.data["context"] == []
    assert second.sentence != first.sentence
    assert "overdue by 12 min" in second.sentence
    assert "7 mentions of Kestrel Air within the last hour, 3 in the hour before" in second.sentence
    assert second.sentence.count("Bob Nowak") == 1  # “Alerted again”: no second list of the same people
    post(20, minutes_ago=5)
    third = miss(incident, late=timedelta(minutes=30)).entry
    assert "overdue by 30 min" in third.sentence
    assert "27 mentions" in third.sentence
    last = miss(incident, late=timedelta(minutes=45)).entry
    assert last.kind == "deadline.missed_raised"
    assert "Raised to L1. Alerted: Dave Okafor" in last.sentence
    assert "since then" not in last.sentence
    assert "alerted so far: Bob Nowak" in last.sentence
    assert last.sentence.count("Dave Okafor") == 1
    assert last.headline.startswith("Videos of stranded passengers: ")


def test_where_everybody_must_it_says_who_has(steps, activated, miss, bob):
    steps({"tell": ["role:CL", "deputy:CL"], "everyone": True, "repeats": 1})
    incident = activated(2)
    acknowledge_deadline(deadline=miss(incident), actor=bob)
    assert "has acknowledged: Bob Nowak" in miss(incident).entry.sentence


def test_a_lapse_says_how_things_stand_too(steps, activated, miss, dave):
    steps({"tell": ["role:CL", "deputy:CL"]})
    incident = activated(2)
    acknowledge_deadline(deadline=miss(incident), actor=dave)
    lapsed = miss(incident, late=timedelta(minutes=3)).entry
    assert lapsed.kind == "deadline.lapsed"
    assert "overdue by 3 min" in lapsed.sentence


def test_what_nobody_mentions_is_not_counted(steps, activated, miss):
    steps({"repeats": 1})
    incident = activated(2)
    miss(incident)
    assert "mentions" not in miss(incident).entry.sentence


def test_facts_are_data_and_read_in_the_language_of_the_reader(steps, activated, miss):
    steps({"repeats": 1})
    incident = activated(2)
    miss(incident)
    entry = miss(incident, late=timedelta(minutes=5)).entry
    assert {"kind": "context.overdue", "minutes": 5} in Entry.objects.get(pk=entry.pk).data["context"]
    assert all(entry_kinds.is_declared(fact["kind"]) for fact in entry.data["context"])
