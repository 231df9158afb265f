"""Nobody fires deadlines: the watchdog does, and steps aside when the workers are back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from demo.embedded.redis import Redis
from escalations.engine import tick
from escalations.models import Deadline, DeadlineState, Heartbeat
from incidents import actions
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from operations import health
from operations.invariants import check
from tests.processes import ROOT, environment, free_port, running, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def make_due(incident) -> None:
    past = timezone.now() - timedelta(minutes=20)
    Deadline.objects.of(incident).update(armed_at=past, due_at=timezone.now())


def missed(incident):
    return Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).order_by("fired_at")


def lateness(fired: Deadline) -> float:
    return (fired.fired_at - fired.due_at).total_seconds()


@pytest.mark.calendar
def test_without_workers_and_broker_a_deadline_fires_in_time(incident, admin, tmp_path, pace):
    """Also while the mail server hangs: the next deadline never waits for a delivery."""
    tick()  # the workers were alive a moment ago
    broker = f"redis://127.0.0.1:{free_port()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,  # takes the call and never says a word
        running(
            "manage.py",
            "watchdog",
            log=tmp_path / "watchdog.log",
            REDIS_URL=broker,
            EMAIL_URL=f"smtp://127.0.0.1:{silent.getsockname()[1]}",
        ),
    ):
        make_due(incident)
        wait_until(lambda: missed(incident))
        wait_until(lambda: Delivery.objects.filter(channel="email", attempt_count=1).exists())
        due = Deadline.objects.of(incident).armed().get()
        Deadline.objects.filter(pk=due.pk).update(due_at=timezone.now())
        wait_until(lambda: missed(incident).count() == 2)
    first, second = map(lateness, missed(incident))
    assert first <= pace.limit(15)
    assert second <= pace.limit(6)
    assert Delivery.objects.filter(channel="in_app", state=DeliveryState.SENT).exists()


MANY_HINTS = """
import time, django; django.setup()
from common.hints import publish
from common.hints import wake
began = time.monotonic()
for number in range(20):
    wake("escalations.tasks.fire_due")
    publish(f"incident-{number}", "deadline.missed")
print(time.monotonic() - began)
"""


def seconds_for_many_hints(broker: str) -> float:
    """What a person who acts waits for, when an action has many hints to send on its commit."""
    done = subprocess.run(
        [sys.executable, "-c", MANY_HINTS],
        cwd=ROOT,
        env=environment(REDIS_URL=broker),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return float(done.stdout)


@pytest.fixture
def frozen(tmp_path) -> Iterator[str]:
    """The address of a Redis of its own that was stopped: it takes calls and answers none."""
    redis = Redis(directory=tmp_path, sockets=tmp_path, log=tmp_path / "redis.log")
    redis.start()
    wait_until(redis.process_id)
    process_id = redis.process_id()
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield f"unix://{redis.socket}?db=0"
    finally:
        os.kill(process_id, signal.SIGCONT)
        redis.stop()


def test_a_broker_that_is_gone_keeps_nobody_waiting(transactional_db, pace):
    assert seconds_for_many_hints(f"redis://127.0.0.1:{free_port()}") < pace.limit(1)


def test_nor_does_a_frozen_one(transactional_db, frozen, pace):
    assert seconds_for_many_hints(frozen) < pace.limit(1.5)


def test_a_frozen_broker_is_known_within_two_seconds(transactional_db, frozen, settings, monkeypatch, pace):
    settings.REDIS_URL = frozen
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", pace.limit(1))
    began = time.monotonic()
    parts = Client().get("/healthz").json()
    assert time.monotonic() - began < pace.limit(2)
    assert parts["broker"] == "does not answer"
    assert parts["database"] == "ok"


def test_with_a_frozen_broker_every_deadline_fires_in_time(incident, admin, frozen, tmp_path, pace):
    incidents = [incident, *log_more(incident, 9)]
    with running("manage.py", "watchdog", log=tmp_path / "watchdog.log", REDIS_URL=frozen):
        for one in incidents:
            make_due(one)
        wait_until(lambda: all(map(missed, incidents)))
    assert max(lateness(missed(one)[0]) for one in incidents) <= pace.limit(15)


def test_several_watchdogs_fire_each_deadline_once(incident, admin, tmp_path):
    incidents = [incident, *log_more(incident, 29)]
    broker = f"redis://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        for number in range(3):
            log = tmp_path / f"watchdog-{number}.log"
            stack.enter_context(running("manage.py", "watchdog", log=log, REDIS_URL=broker))
        wait_until(lambda: Heartbeat.objects.filter(process="watchdog-firing").exists())
        for one in incidents:
            make_due(one)
        wait_until(lambda: all(map(missed, incidents)))
    found = check(full=True)
    assert {code: outcome.broken for code, outcome in found.items() if not outcome.holds} == {}
    assert Entry.objects.filter(kind="deadline.missed", data__step=1).count() == len(incidents)


def log_more(incident, number):
    facts = {"actor": incident.logged_by, "brand": incident.brand}
    return [actions.log_incident(title=f"Number {count}", **facts) for count in range(number)]


@pytest.mark.calendar
def test_while_workers_tick_it_keeps_out(incident, tmp_path):
    with running("manage.py", "watchdog", log=tmp_path / "watchdog.log"):
        # The workers live, however long the watchdog takes to start.
        wait_until(lambda: [tick(), *Heartbeat.objects.filter(process="watchdog")][1:])
        make_due(incident)
        for _ in range(4):
            time.sleep(1)
            Heartbeat.objects.filter(process="engine").update(last_clean_tick_at=timezone.now())
        assert not missed(incident)
