"""One installation to do damage to: its own database, its own broker, and the product's real processes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from demo.processes import spawn
from tests.faults.services import Services
from tests.faults.sink import Sink
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

CELERY = ("-m", "celery", "-A", "crisis")
WORKER = (*CELERY, "worker", "--loglevel", "warning", "--without-gossip", "--hostname")
COMMANDS = {
    "worker": (*WORKER, "all-{number}@%h", "--concurrency", "2"),
    "engine": (*WORKER, "engine-{number}@%h", "--concurrency", "1", "--queues", "engine"),
    "sender": (*WORKER, "sender-{number}@%h", "--concurrency", "1", "--queues", "deliveries"),
    "beat": (*CELERY, "beat", "--loglevel", "warning", "--scheduler", "celery.beat.Scheduler"),
    "watchdog": ("manage.py", "watchdog"),
    "load": ("-m", "tests.faults.load"),
    "mutant": ("-m", "tests.faults.mutants"),
}


FULL = os.environ.get("FAULTS") == "full"  # the times of the table of faults, not those of `make test`
# Nothing that the tests begin waits for longer by itself; without its later steps, 5 s.
SETTLED_SECONDS = 65 if FULL else 5
# Each of the many alerts of a test must arrive by itself, to be counted.
NO_RATE_LIMIT = {"NOTIFICATION_QUOTA_PERSON": "1000000", "NOTIFICATION_QUOTA_EVERYBODY": "1000000"}


class World:
    def __init__(self, *, name: str, services: Services, sink: Sink, directory: Path) -> None:
        self.name = name
        self.services = services
        self.sink = sink
        self.directory = directory
        self.processes: list[subprocess.Popen[bytes]] = []
        self._numbers = itertools.count(1)

    def environment(self, **named: object) -> dict[str, str]:
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST")},
            "DJANGO_SETTINGS_MODULE": "crisis.settings",
            "TESTING": "true",
            "DATABASE_URL": self.services.database_url(self.name),
            "REDIS_URL": self.services.redis_url,
            "EMAIL_URL": self.sink.email_url,
            "VAR_DIR": str(self.directory),
            "EGRESS_ALLOWED_NETWORKS": "127.0.0.0/8",
            **NO_RATE_LIMIT,
            "PYTHONUNBUFFERED": "1",
            **{key: str(value) for key, value in named.items()},
        }

    def start(self, what: str, *arguments: str, **named: object) -> subprocess.Popen[bytes]:
        """Start one of COMMANDS in a session of its own. A `worker` serves all queues, to spare the machine."""
        number = next(self._numbers)
        log = self.directory / f"{what}-{number}.log"
        command = [sys.executable, *(word.format(number=number) for word in COMMANDS[what]), *arguments]
        process = spawn(command, self.environment(**named), log)
        self.processes.append(process)
        return process

    def start_web(self, **named: object) -> tuple[subprocess.Popen[bytes], str]:
        """Start the web server; returns it and its address once it answers."""
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "crisis.asgi:application", "--port", str(port)]
        command += ["--lifespan", "off", "--timeout-graceful-shutdown", "2"]
        process = spawn(command, self.environment(**named), self.directory / "web.log")
        self.processes.append(process)
        wait_until(lambda: _listens(process, port))
        return process, f"http://127.0.0.1:{port}"

    def run(self, *command: str, **named: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the product to its end."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(**named),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def run_program(self, program: str, **named: object) -> subprocess.CompletedProcess[str]:
        return self.run("-c", f"import django; django.setup()\n{program}", **named)

    def start_load(self, *, seconds: float, seed: int, rate: float = 4) -> subprocess.Popen[bytes]:
        """People at work: incidents are logged and some acknowledged, by the real actions, `rate` a second."""
        figures = self.directory / "load.json"
        return self.start("load", str(figures), str(seconds), str(seed), str(rate))

    def finish_load(self, load: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert load.wait(PATIENCE_SECONDS) == 0, "the load generator failed"
        return json.loads((self.directory / "load.json").read_text())

    def kill(self, process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process and all its children, at once and without warning."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if number == signal.SIGKILL:
            process.wait()
            self.processes.remove(process)

    def kill_all(self) -> None:
        for process in list(self.processes):
            self.kill(process, signal.SIGCONT)
            self.kill(process)

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        return self.services.sql(statement, self.name, **values)

    def let_leases_end(self) -> None:
        """As though the minute that a sender has were over. Only true when no sender lives."""
        assert not self.processes, "a sender may live"
        self.sql("UPDATE notifications_delivery SET lease_until = now() WHERE state = 'leased'")

    def waiting(self, *, ahead: float = SETTLED_SECONDS) -> list[tuple[Any, ...]]:
        """What falls due within `ahead` seconds and has not fired, and what waits to be sent.

        At full length that includes messages that wait a minute to be bundled.
        """
        return self.sql(
            "SELECT 'deadline', purpose, failures, extract(epoch FROM due_at - now())::int, last_error "
            "FROM escalations_deadline WHERE state = 'armed' AND due_at < now() + %(ahead)s * interval '1 s' "
            "UNION ALL "
            "SELECT state, dedup_key, attempt_count, extract(epoch FROM available_at - now())::int, last_error "
            "FROM notifications_delivery WHERE state IN ('leased', 'bundled') "
            "OR state = 'pending' AND available_at < now() + %(wait)s * interval '1 s'",
            ahead=ahead,
            wait=SETTLED_SECONDS if FULL else 0,
        )

    def settle(self) -> None:
        """Wait until what is due, or will be soon, has fired and been sent."""
        until = time.monotonic() + 2 * PATIENCE_SECONDS
        while waiting := self.waiting():
            assert time.monotonic() < until, waiting
            time.sleep(0.1)

    def pool_children(self, worker: subprocess.Popen[bytes]) -> list[int]:
        return [child.pid for child in psutil.Process(worker.pid).children()]


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, "the web server ended"
    return any(
        one.laddr.port == port and one.status == "LISTEN"
        for one in psutil.Process(process.pid).net_connections()
    )


def seconds_since(began: float) -> float:
    return round(time.monotonic() - began, 2)
