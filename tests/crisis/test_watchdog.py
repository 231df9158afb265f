"""Nobody fires deadlines: the watchdog does, and steps aside when the workers are back."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from escalations.engine import tick
from escalations.models import Deadline, DeadlineState, Heartbeat
from notifications.models import Delivery, DeliveryState
from tests.processes import ROOT, environment, free_port, running, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def make_due(incident) -> None:
    past = timezone.now() - timedelta(minutes=20)
    Deadline.objects.of(incident).update(armed_at=past, due_at=timezone.now())


def missed(incident) -> bool:
    return Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).exists()


def test_without_workers_and_broker_a_deadline_fires_in_time(incident, admin, tmp_path):
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
        began = time.monotonic()
        wait_until(lambda: missed(incident), 15)
        assert time.monotonic() - began <= 15
        wait_until(lambda: Delivery.objects.filter(channel="email", attempt_count=1).exists(), 5)
        due = Deadline.objects.of(incident).armed().get()
        Deadline.objects.filter(pk=due.pk).update(due_at=timezone.now())
        wait_until(lambda: Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).count() == 2, 6)
    assert Delivery.objects.filter(channel="in_app", state=DeliveryState.SENT).exists()


def test_a_broker_that_is_gone_keeps_nobody_waiting(transactional_db):
    """Every action sends hints when it commits; the person who acted waits for them."""
    program = (
        "import time, django; django.setup(); from journal.wake import wake; "
        "began = time.monotonic(); wake('escalations.tasks.fire_due'); wake('notifications.tasks.deliver'); "
        "print(time.monotonic() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(REDIS_URL=f"redis://127.0.0.1:{free_port()}"),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert float(done.stdout) < 2


def test_while_workers_tick_it_keeps_out(incident, tmp_path):
    with running("manage.py", "watchdog", log=tmp_path / "watchdog.log"):
        tick()
        wait_until(lambda: Heartbeat.objects.filter(process="watchdog").exists())
        make_due(incident)
        for _ in range(4):
            time.sleep(1)
            Heartbeat.objects.filter(process="engine").update(last_clean_tick_at=timezone.now())
        assert not missed(incident)
