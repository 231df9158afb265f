"""Real processes of the product against the database of the running test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.pace import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**named: object) -> dict[str, str]:
    """What a process needs to work on the test's database; the test must really commit (transaction=True)."""
    before, _slash, rest = settings.DATABASE_URL.rpartition("/")
    _name, question, options = rest.partition("?")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crisis.settings",
        "TESTING": "true",
        "DATABASE_URL": f"{before}/{connection.settings_dict['NAME']}{question}{options}",
        "REDIS_URL": settings.REDIS_URL,
        "VAR_DIR": str(settings.VAR_DIR),
        "JOURNAL_HEADS_DIR": str(settings.JOURNAL_HEADS_DIR),
        "PYTHONUNBUFFERED": "1",
        **{name: str(value) for name, value in named.items()},
    }


@contextmanager
def running(*command: str, log: Path, **named: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module with arguments while the block lasts, then ask it to end."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(**named),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """For what must come in the end; how soon it came is measured, and held against tests.pace."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
