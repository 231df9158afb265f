"""What the engine tells about itself: what cannot fire, what is locked, and a clock jump."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from escalations import engine
from escalations.engine_hold import DatabaseClock
from escalations.models import Deadline, DeadlineState, Hold
from incidents import actions
from incidents.models import Incident
from journal.models import Entry, Stream
from tests.pace import PATIENCE_SECONDS, Pace

pytestmark = pytest.mark.django_db


def alerts(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(stream="engine", kind=kind))


def fall_due(incident: Incident) -> None:
    Deadline.objects.of(incident).armed().update(due_at=Now() - timedelta(seconds=1), next_try_at=Now())


def fired(incident: Incident) -> int:
    return Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).count()


@pytest.fixture
def other(incident: Incident) -> Incident:
    return actions.log_incident(actor=incident.logged_by, brand=incident.brand, title="Another")


@contextmanager
def locked(rows: Any) -> Iterator[None]:
    """Another session holds the rows, as a transaction does that hangs."""
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(rows.select_for_update())
            holds.set()
            done.wait(PATIENCE_SECONDS)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE_SECONDS)


@pytest.mark.calendar
def test_the_third_failure_of_a_deadline_is_reported_once(incident: Incident, admin: Any) -> None:
    nonsense = [{"after_seconds": 1, "tell": ["nonsense"]}]
    Deadline.objects.of(incident).update(steps=nonsense)
    for failures in range(1, 6):
        fall_due(incident)
        assert engine.tick() == 0
        assert len(alerts("engine.deadline_failed")) == (failures >= 3)
    (entry,) = alerts("engine.deadline_failed")
    assert entry.audience == [admin.pk]
    assert entry.data["deadline"] == Deadline.objects.of(incident).get().pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.calendar
def test_long_lock_is_reported_once_and_delays_no_other(
    incident: Incident, other: Incident, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ALERT_AFTER_LOCKED_SECONDS", 0.5)
    fall_due(incident)
    fall_due(other)
    with locked(Incident.objects.filter(pk=incident.pk)):
        assert engine.tick() == 1
        assert fired(other) == 1
        assert not alerts("engine.deadline_locked")  # somebody who acts holds a lock for a moment
        for _tick in range(3):
            time.sleep(0.3)
            engine.tick()
        (entry,) = alerts("engine.deadline_locked")
        assert entry.audience == [admin.pk]
        assert engine.oldest_due_seconds() > 1
    assert engine.tick() == 1
    assert fired(incident) == 1
    engine.tick()
    assert not engine._locked_since


@pytest.mark.django_db(transaction=True)
def test_a_database_error_of_one_deadline_stops_no_other(incident: Incident, other: Incident) -> None:
    """An error of the database is not the loss of the database."""
    fall_due(incident)
    Deadline.objects.of(other).update(due_at=Now())
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    with locked(Stream.objects.filter(name=incident.stream)):
        assert engine.tick() == 1
    assert (fired(incident), fired(other)) == (0, 1)
    assert Deadline.objects.of(incident).get().last_error == "OperationalError"


@pytest.mark.calendar
def test_the_pause_after_a_failure_goes_by_the_databases_time(incident: Incident) -> None:
    Deadline.objects.of(incident).update(steps=[{"after_seconds": 1, "tell": ["nonsense"]}])
    fall_due(incident)
    engine.tick()
    (pause,) = Deadline.objects.of(incident).values_list("next_try_at", flat=True)
    assert timedelta(0) < pause - timezone.now() <= timedelta(seconds=2)


# The database clock


@contextmanager
def clock_jump_forward(interval: str) -> Iterator[None]:
    """The database's clock, as the session sees it: another function of the same name comes first."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA shifted")
        cursor.execute(
            "CREATE FUNCTION shifted.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS "
            f"$$ SELECT pg_catalog.clock_timestamp() + interval '{interval}' $$"
        )
        cursor.execute("SET LOCAL search_path = shifted, pg_catalog, public")
        yield
        cursor.execute("SET LOCAL search_path = public")


@pytest.fixture
def database_clock(monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    """One that has looked before, as every process has after its first tick."""
    fresh = DatabaseClock()
    monkeypatch.setattr(engine, "database_clock", fresh)
    engine.tick()
    return fresh


@pytest.mark.parametrize(("interval", "seconds"), [("1 hour", 3600), ("-1 hour", -3600), ("6 seconds", 6)])
@pytest.mark.calendar
def test_clock_jump_is_reported_once_and_what_is_due_fires(
    incident: Incident, admin: Any, database_clock: DatabaseClock, interval: str, seconds: int, pace: Pace
) -> None:
    fall_due(incident)
    Deadline.objects.of(incident).update(
        due_at=Now() - timedelta(hours=2), next_try_at=Now() - timedelta(hours=2)
    )
    another = DatabaseClock()
    another.last = database_clock.last
    with clock_jump_forward(interval):
        engine.tick()
        assert fired(incident)
        another.watch()
        engine.tick()
    assert not Hold.objects.exists()
    (entry,) = alerts("engine.clock_jumped")
    assert abs(entry.data["seconds"] - seconds) <= pace.limit(1)
    assert entry.audience == [admin.pk]


@pytest.mark.parametrize("interval", ["4 seconds", "-4 seconds", "0 seconds"])
@pytest.mark.calendar
def test_small_corrections_are_nobodys_business(
    incident: Incident, database_clock: DatabaseClock, interval: str
) -> None:
    with clock_jump_forward(interval):
        engine.tick()
    assert not alerts("engine.clock_jumped")


@pytest.mark.calendar
def test_a_slow_answer_is_no_jump(database_clock: DatabaseClock) -> None:
    """The question took long, by this machine's time: the database's may have been read at any time in between."""
    before, after, shown = database_clock.last
    database_clock.last = (before - 60, after, shown - timedelta(seconds=55))
    assert database_clock.jump()[0] == 0
    database_clock.last = (before - 60, after - 60, shown - timedelta(seconds=50))
    assert database_clock.jump()[0] < -5
