"""The call to a service outside: made while all is well, and never when it is not. A real server takes the calls."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from escalations.engine import tick
from escalations.models import Deadline, DeadlineState, Heartbeat, Hold
from operations import dead_man
from operations.models import Violation
from operations.tasks import watch
from tests.pace import Pace
from tests.processes import free_port, running, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

SINK = """
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

port, calls, mode = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])

class Sink(BaseHTTPRequestHandler):
    def do_GET(self):
        with calls.open("a") as file:
            file.write(f"{self.path} {self.headers['User-Agent']}\\n")
        if mode.read_text() == "hang":
            time.sleep(600)
        self.send_response(500 if mode.read_text() == "fail" else 200)
        self.end_headers()

    def log_message(self, *words):
        pass

ThreadingHTTPServer(("127.0.0.1", port), Sink).serve_forever()
"""


class Sink:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/ping/desk"
        self.program, self.log, self.modes = (folder / name for name in ("sink.py", "calls", "mode"))
        self.program.write_text(SINK)
        self.log.touch()
        self.set("ok")

    def set(self, mode: str) -> None:
        self.modes.write_text(mode)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def sink(tmp_path: Path, settings: Any) -> Iterator[Sink]:
    sink = Sink(tmp_path)
    settings.DEAD_MAN_URL = sink.url
    with running(
        str(sink.program), str(sink.port), str(sink.log), str(sink.modes), log=tmp_path / "sink.log"
    ):
        wait_until(lambda: listens(sink.port))
        yield sink


@pytest.mark.calendar
def test_while_all_is_well_it_is_called_every_time(incident: Any, sink: Sink) -> None:
    tick()
    watch()
    watch()
    assert sink.calls == ["/ping/desk crisis-desk/worker"] * 2


def test_without_an_address_nobody_is_called(incident: Any, sink: Sink, settings: Any) -> None:
    settings.DEAD_MAN_URL = ""
    tick()
    watch()
    assert sink.calls == []


def engine_stopped(incident: Any) -> None:
    Heartbeat.objects.filter(process="engine").update(last_clean_tick_at=Now() - timedelta(seconds=31))


def engine_fails(incident: Any) -> None:
    Heartbeat.objects.filter(process="engine").update(last_clean_tick_at=None)


def deadline_stuck(incident: Any) -> None:
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=61))


def engine_held(incident: Any) -> None:
    Hold.objects.create(silent_since=timezone.now(), ends_at=Now() + timedelta(minutes=15))


def promise_broken(incident: Any) -> None:
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=20))


@pytest.mark.parametrize(
    "harm",
    [engine_stopped, engine_fails, deadline_stuck, engine_held, promise_broken],
    ids=lambda harm: harm.__name__,
)
@pytest.mark.calendar
def test_when_something_is_wrong_it_is_not_called(
    incident: Any, sink: Sink, harm: Callable[[Any], None]
) -> None:
    tick()
    harm(incident)
    watch()
    assert sink.calls == []
    assert Violation.objects.filter(invariant="I1").exists() == (harm in (deadline_stuck, promise_broken))


@pytest.mark.parametrize("mode", ["hang", "fail"])
def test_a_service_that_hangs_or_fails_costs_five_seconds_at_most(
    incident: Any, sink: Sink, mode: str, pace: Pace
) -> None:
    tick()
    sink.set(mode)
    began = time.monotonic()
    assert dead_man.call("worker") is False
    assert time.monotonic() - began < pace.limit(dead_man.TIMEOUT_SECONDS + 1)
    assert len(sink.calls) == 1


def test_a_service_that_is_gone_raises_nothing(incident: Any, settings: Any) -> None:
    settings.DEAD_MAN_URL = f"http://127.0.0.1:{free_port()}/"
    tick()
    assert dead_man.call("worker") is False


def test_the_watchdog_calls_when_it_has_taken_over_and_says_so(
    incident: Any, sink: Sink, tmp_path: Path, pace: Pace
) -> None:
    """Also while the service hangs, no deadline waits for it; and when the watchdog has gone, so have the calls."""
    sink.set("hang")
    with watchdog(sink, tmp_path):
        wait_until(lambda: sink.calls)
        Deadline.objects.of(incident).update(due_at=Now())
        fired = Deadline.objects.of(incident).filter(state=DeadlineState.FIRED)
        wait_until(fired.exists)
        assert fired.filter(fired_at__lte=F("due_at") + timedelta(seconds=pace.limit(4))).exists()
    calls = sink.calls
    assert set(calls) == {"/ping/desk crisis-desk/watchdog"}
    Heartbeat.objects.update(last_clean_tick_at=Now() - timedelta(minutes=1))
    watch()
    assert sink.calls == calls


def test_watchdog_leaves_the_call_to_living_workers(incident: Any, sink: Sink, tmp_path: Path) -> None:
    tick()
    with watchdog(sink, tmp_path):
        # The workers live, however long the watchdog takes to start.
        wait_until(lambda: [tick(), *Heartbeat.objects.filter(process="watchdog")][1:])
        for _ in range(3):
            tick()
            time.sleep(1)
    assert sink.calls == []


def watchdog(sink: Sink, folder: Path) -> Any:
    return running("manage.py", "watchdog", log=folder / "watchdog.log", DEAD_MAN_URL=sink.url)
