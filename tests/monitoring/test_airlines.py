"""The rule on real posts: what it finds, what it leaves alone, and how often it is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Min

from monitoring import hourly_counts
from monitoring.detector import DAY, HOUR, start_of_hour
from monitoring.models import Mention, Signal
from people.models import Brand
from tests.shared_data import AIRLINES, DATA

pytestmark = [
    pytest.mark.calendar,
    pytest.mark.django_db,
    pytest.mark.skipif(
        not AIRLINES.exists(), reason="the airline posts are not here (CRISIS_DESK_TEST_DATA)"
    ),
]


@pytest.fixture(scope="module")
def imported(django_db_setup, django_db_blocker):
    """All six airlines, imported once; undone after the last test of this file."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_mentions", str(AIRLINES), accept=True, verbosity=0, stdout=StringIO())
        yield
        transaction.set_rollback(True)


def signals(name: str) -> list[Signal]:
    return list(Signal.objects.filter(brand__name=name).order_by("hour"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_everything_is_stored(imported):
    assert Mention.objects.count() == 14_485
    assert Brand.objects.filter(mentions__isnull=False).distinct().count() == 6


@pytest.mark.parametrize(
    ("name", "before"), [("US Airways", "2015-02-22T14:00"), ("JetBlue", "2015-02-22T18:00")]
)
def test_both_crises_are_signalled_in_time(imported, name, before):
    first = signals(name)[0]
    assert first.hour.date() == utc("2015-02-22").date()
    assert first.hour + HOUR <= utc(before)  # known at the latest when the hour is over


def test_the_late_start_of_a_stream_is_no_crisis(imported):
    assert signals("American") == []


def test_false_signals_per_brand_day(imported, capsys):
    """A signal is right if it begins within a real crisis of its brand; everything else is false."""
    crises = [event for event in json.loads((DATA / "events.json").read_text()) if event["kind"] == "crisis"]

    def is_right(signal: Signal) -> bool:
        return any(
            event["brand"] == signal.brand.name
            and utc(event["onset_utc"][:16]) - HOUR <= signal.hour <= utc(event["end_utc"][:16])
            for event in crises
        )

    false = [signal for signal in Signal.objects.select_related("brand") if not is_right(signal)]
    spans = Mention.objects.values("brand").annotate(first=Min("posted_at"), last=Max("posted_at"))
    days = sum(((span["last"] - span["first"]) / DAY for span in spans), 0.0)
    with capsys.disabled():
        print(f"\n{len(false)} false signals in {days:.1f} brand-days: {len(false) / days:.3f} per brand-day")
    assert len(false) / days < 0.08


@pytest.mark.parametrize(
    "trap",
    [
        event
        for event in (json.loads((DATA / "events.json").read_text()) if AIRLINES.exists() else [])
        if event["kind"] in ("benign_spike", "few_author_burst", "collection_artefact")
        and event["series"].startswith("airline")
    ],
    ids=lambda trap: trap["name"][:30],
)
def test_traps_raise_nothing(imported, trap):
    onset = start_of_hour(utc(trap["onset_utc"][:16]))
    end = utc((trap.get("end_utc") or trap["peak_utc"])[:16])
    caught = Signal.objects.filter(brand__name=trap["brand"], hour__gte=onset, hour__lte=end)
    assert not caught.exists()


def test_hours_are_judged_as_of_their_own_time(imported):
    """What comes later does not change what was known: the verdict on an hour is the same without the future."""
    brand = Brand.objects.get(name="US Airways")
    hour = utc("2015-02-22T13:00")
    known_later = hourly_counts.verdicts(brand, hour, hour)[0]
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT without_the_future")
        cursor.execute("DELETE FROM monitoring_mention WHERE posted_at >= %s", [hour + HOUR])
    known_then = hourly_counts.verdicts(brand, hour, hour)[0]
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT without_the_future")
    assert known_then == known_later
    assert known_then.is_spike
