"""`GET /healthz` says what works, answers 503 when something does not, and never hangs; every page says so, too."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.queues import PULSING
from escalations.models import Deadline, Heartbeat, Hold
from journal.models import Entry
from notifications.models import Delivery
from operations import health
from operations.engine_health import engine_health
from operations.models import Violation
from operations.tasks import WORKER
from people.models import DutyShift
from tests.pace import PATIENCE_SECONDS, Pace

pytestmark = [pytest.mark.calendar, pytest.mark.django_db(transaction=True)]
PARTS = ("database", "broker", "worker", "beat", "engine", "deliveries", "invariants")
ALL_OK = dict.fromkeys(PARTS, "ok")
WORKERS = [WORKER.format(queue) for queue in PULSING]


def heartbeat(process: str, *, age: float = 0, clean_age: float | None = 0) -> None:
    now = timezone.now()
    clean = None if clean_age is None else now - timedelta(seconds=clean_age)
    values = {"last_tick_at": now - timedelta(seconds=age), "last_clean_tick_at": clean}
    Heartbeat.objects.update_or_create(process=process, defaults=values)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is alive answers in the end, however busy the machine is."""
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def lively() -> None:
    for process in (*WORKERS, "beat", "engine", "invariants"):
        heartbeat(process)


@pytest.fixture
def bob_on_duty(bob: Any) -> None:
    """So that somebody is told of a fresh incident at once."""
    now = timezone.now()
    DutyShift.objects.create(role="CL", user=bob, starts_at=now, ends_at=now + timedelta(hours=8))


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


def only_wrong(part: str) -> str:
    status, parts = answer()
    assert status == 503
    reason = parts.pop(part)
    assert set(parts.values()) == {"ok"}, parts
    return reason


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
    assert parts["worker"] == "; ".join(f"{queue} has never run" for queue in PULSING)
    assert parts["beat"] == "has never run"
    assert parts["engine"] == "no deadline was ever looked at"


@pytest.mark.usefixtures("lively")
def test_a_silent_beat_is_named() -> None:
    heartbeat("beat", age=40)
    assert only_wrong("beat").startswith("no heartbeat for 4")


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize("queue", PULSING)
def test_a_queue_that_nobody_empties_is_named(queue: str) -> None:
    heartbeat(WORKER.format(queue), age=40)
    assert only_wrong("worker").startswith(f"{queue} no heartbeat for 4")


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
    assert parts["engine"] == parts["invariants"] == "unknown: the database does not answer"


@pytest.mark.usefixtures("lively")
def test_it_does_not_wait_for_what_hangs(
    settings, monkeypatch: pytest.MonkeyPatch, deaf_port: int, pace: Pace
) -> None:
    monkeypatch.undo()
    settings.REDIS_URL = f"redis://127.0.0.1:{deaf_port}/0"
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", deaf_port)
    started = time.monotonic()
    status, parts = answer()
    assert time.monotonic() - started < pace.limit(2)
    assert status == 503
    assert parts["database"] == parts["broker"] == "does not answer"


# What /healthz and the banner share


def silent(incident: Any) -> None:
    heartbeat("engine", clean_age=40)


def unclean(incident: Any) -> None:
    heartbeat("engine", clean_age=None)


def overdue(incident: Any) -> None:
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=65))


def held(incident: Any) -> None:
    overdue(incident)  # which a hold explains
    Hold.objects.create(silent_since=timezone.now(), ends_at=Now() + timedelta(minutes=15))


def broken(incident: Any) -> None:
    for code in ("I10", "I3"):
        Violation.objects.create(invariant=code, what="incident 1")


def unchecked(incident: Any) -> None:
    heartbeat("invariants", age=400)


def urgent_waits(incident: Any) -> None:
    waiting = Delivery.objects.filter(entry__stream=incident.stream, priority=0, state="pending")
    assert waiting.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Entry.objects.filter(stream=incident.stream).update(at=F("at") - timedelta(seconds=130))
        cursor.execute("SET session_replication_role = origin")
    waiting.update(available_at=Now() - timedelta(seconds=130))


TROUBLE: list[tuple[Callable[[Any], None], str, str, str]] = [
    (silent, "engine", "no clean tick for 4", "has not ticked for 4"),
    (unclean, "engine", "no deadline was ever looked at", "The escalation engine is not running"),
    (overdue, "engine", "a deadline has been due for 6", "A deadline was missed 1 min ago"),
    (held, "engine", "held until ", "The escalation engine is held"),
    (broken, "invariants", "broken: I3, I10", "Invariant violated (I3, I10)"),
    (unchecked, "invariants", "not checked for 40", "Nobody has checked for 6 min"),
    (urgent_waits, "deliveries", "an urgent message has waited for 13", "has been waiting for 2 min"),
]


@pytest.mark.usefixtures("bob_on_duty", "lively")
@pytest.mark.parametrize(
    ("harm", "part", "reason", "words"), TROUBLE, ids=[row[0].__name__ for row in TROUBLE]
)
def test_what_is_wrong_is_said_to_monitors_and_on_every_page(
    incident: Any, admin: Any, alice: Any, harm: Callable[[Any], None], part: str, reason: str, words: str
) -> None:
    client, administrator = Client(), Client()
    client.force_login(alice)
    administrator.force_login(admin)
    desk = reverse("desk")
    assert "banner-urgent" not in client.get(desk).content.decode()
    harm(incident)
    assert only_wrong(part).startswith(reason)
    page = client.get(desk).content.decode()
    assert page.count("banner-urgent") == 1
    assert words in page
    assert reverse("engine") not in page
    assert reverse("engine") in administrator.get(desk).content.decode()


@pytest.mark.usefixtures("lively", "bob_on_duty")
def test_what_waits_on_purpose_is_no_trouble(incident: Any) -> None:
    urgent_waits(incident)
    waiting = Delivery.objects.filter(state="pending")
    waiting.update(available_at=Now() + timedelta(minutes=3))
    assert answer() == (200, ALL_OK)
    waiting.update(available_at=Now())  # its quiet hours have just ended
    assert answer() == (200, ALL_OK)


@pytest.mark.usefixtures("lively")
def test_the_frame_costs_one_query(django_assert_num_queries: Any) -> None:
    for number in range(30):
        Violation.objects.create(invariant="I1", what=f"deadline {number}")
    with django_assert_num_queries(1):
        assert len(engine_health().problems()) == 1


@pytest.mark.usefixtures("bob_on_duty", "lively")
def test_the_banner_leads_administrators_to_what_waits(
    client: Client, admin: Any, bob: Any, incident: Any
) -> None:
    urgent_waits(incident)
    where = f"{reverse('notifications:deliveries')}?state=pending"
    client.force_login(admin)
    assert where in client.get(reverse("notifications:list")).content.decode()
    assert client.get(where).context["page_obj"].object_list
    client.force_login(bob)
    assert where not in client.get(reverse("notifications:list")).content.decode()


@pytest.mark.usefixtures("bob_on_duty", "lively")
def test_the_engine_page_shows_what_waits_and_why(client: Client, admin: Any, incident: Any) -> None:
    def shown() -> str:
        return client.get(reverse("engine")).content.decode()

    client.force_login(admin)
    Delivery.objects.filter(state="pending").update(available_at=Now() + timedelta(minutes=3))
    assert "No message waits" in shown(), "what waits for its first try does so on purpose"
    Delivery.objects.filter(state="pending").update(
        attempt_count=1, last_error="The mail server asks to try later."
    )
    assert "No message waits" not in shown()
    assert "The mail server asks to try later." in shown()
    Delivery.objects.filter(state="pending").update(available_at=Now(), attempt_count=0, last_error="")
    assert "No message waits" not in shown()
