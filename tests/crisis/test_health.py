"""`GET /healthz` says what works, answers 503 when something does not, and never hangs."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from escalations.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
ALL_OK = {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok", "engine": "ok"}


def heartbeat(process: str, *, age: float = 0, clean_age: float | None = 0, overdue: float = 0) -> None:
    now = timezone.now()
    clean = None if clean_age is None else now - timedelta(seconds=clean_age)
    values = {"last_tick_at": now - timedelta(seconds=age), "last_clean_tick_at": clean}
    Heartbeat.objects.update_or_create(process=process, defaults={**values, "oldest_due_seconds": overdue})


@pytest.fixture
def lively() -> None:
    for process in ("worker", "beat", "engine"):
        heartbeat(process)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Something that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def answer() -> tuple[int, dict[str, str]]:
    response = Client().get("/healthz")
    return response.status_code, response.json()


@pytest.mark.usefixtures("lively")
def test_all_is_well() -> None:
    assert answer() == (200, ALL_OK)


def test_it_needs_no_login_no_host_name_and_no_https(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/healthz", headers={"host": "10.0.0.7"})
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"


def test_nothing_ever_ran() -> None:
    status, parts = answer()
    assert status == 503
    assert parts["worker"] == parts["beat"] == "has never run"
    assert parts["engine"] == "no deadline was ever looked at"


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize("process", ["worker", "beat"])
def test_a_silent_process_is_named(process: str) -> None:
    heartbeat(process, age=40)
    status, parts = answer()
    assert status == 503
    assert parts.pop(process).startswith("no sign of life for 4")
    assert set(parts.values()) == {"ok"}


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"clean_age": 40}, "no clean tick for 4"),
        ({"clean_age": None}, "no deadline was ever looked at"),
        ({"overdue": 61}, "a deadline has been due for 61 s"),
    ],
)
def test_an_engine_that_does_not_fire_is_named(facts: dict[str, float], reason: str) -> None:
    heartbeat("engine", **facts)
    status, parts = answer()
    assert status == 503
    assert parts.pop("engine").startswith(reason)
    assert set(parts.values()) == {"ok"}


@pytest.mark.usefixtures("lively")
def test_the_engine_is_well_while_the_watchdog_fires() -> None:
    heartbeat("engine", age=300, clean_age=300)
    heartbeat("watchdog-firing")
    assert answer() == (200, ALL_OK)


@pytest.mark.usefixtures("lively")
def test_a_broker_that_is_gone(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert answer() == (503, {**ALL_OK, "broker": "does not answer"})


@pytest.mark.usefixtures("lively")
def test_a_database_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")
    status, parts = answer()
    assert status == 503
    assert parts["database"] == "does not answer"
    assert parts["broker"] == "ok"
    assert parts["engine"] == "unknown: the database does not answer"


@pytest.mark.usefixtures("lively")
def test_it_does_not_wait_for_what_hangs(settings, monkeypatch: pytest.MonkeyPatch, deaf_port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{deaf_port}/0"
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", deaf_port)
    started = time.monotonic()
    status, parts = answer()
    assert time.monotonic() - started < 3
    assert status == 503
    assert parts["database"] == parts["broker"] == "does not answer"
