"""Early warning on real posts: what it finds, what it leaves alone, and how often it is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Min

from monitoring.detection.detector import Sensitivity
from monitoring.listening import replayed
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
    return list(Signal.objects.filter(brand__name=name).order_by("heard_at"))


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_everything_is_stored(imported):
    assert Mention.objects.count() == 14_485
    assert Brand.objects.filter(mentions__isnull=False).distinct().count() == 6


def events(*kinds: str) -> list[dict[str, str]]:
    known = json.loads((DATA / "events.json").read_text()) if AIRLINES.exists() else []
    return [event for event in known if event["kind"] in kinds and event["series"].startswith("airline")]


MINUTES = {"US Airways": 60, "JetBlue": 60, "United": 600}  # the last stays within an ordinary day's strength


@pytest.mark.parametrize("crisis", events("crisis"), ids=lambda crisis: crisis["brand"])
def test_crises_are_heard_in_time(imported, crisis):
    onset = utc(crisis["onset_utc"][:16])
    first = signals(crisis["brand"])[0]
    assert first.priority == "high"
    assert timedelta() <= first.heard_at - onset <= timedelta(minutes=MINUTES[crisis["brand"]])


def test_the_late_start_of_a_stream_is_no_crisis(imported):
    assert signals("American") == []


def test_false_signals_per_brand_day(imported, capsys):
    """A signal is right if it begins within a real crisis of its brand; everything else is false."""

    def is_right(signal: Signal) -> bool:
        return any(
            event["brand"] == signal.brand.name
            and utc(event["onset_utc"][:16]) - 2 * HOUR <= signal.heard_at <= utc(event["end_utc"][:16])
            for event in events("crisis")
        )

    false = [signal for signal in Signal.objects.select_related("brand") if not is_right(signal)]
    spans = Mention.objects.values("brand").annotate(first=Min("posted_at"), last=Max("posted_at"))
    days = sum(((span["last"] - span["first"]) / DAY for span in spans), 0.0)
    urgent = [signal for signal in false if signal.priority == "high"]
    with capsys.disabled():
        print(f"\n{len(false)} false signals in {days:.1f} brand-days, {len(urgent)} of high priority")
    assert len(urgent) / days <= 0.05


@pytest.mark.parametrize(
    "trap",
    events("benign_spike", "few_author_burst", "collection_artefact"),
    ids=lambda trap: trap["name"][:30],
)
def test_traps_are_never_urgent(imported, trap):
    onset = utc(trap["onset_utc"][:16])
    end = utc((trap.get("end_utc") or trap["peak_utc"])[:16])
    caught = Signal.objects.filter(brand__name=trap["brand"], heard_at__gte=onset, heard_at__lte=end)
    assert not caught.filter(priority="high").exists()


def test_moments_are_judged_as_of_their_own_time(imported):
    """What comes later does not change what was known."""
    brand = Brand.objects.get(name="US Airways")
    (first, *_later) = signals("US Airways")
    last = first.heard_at - timedelta(minutes=5)
    known_later = replayed(brand, first.began_at, last, Sensitivity.NORMAL)
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT without_the_future")
        cursor.execute("DELETE FROM monitoring_voicecount WHERE begins_at >= %s", [first.heard_at])
    known_then = replayed(brand, first.began_at, last, Sensitivity.NORMAL)
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT without_the_future")
    assert known_then == known_later
    assert known_then
