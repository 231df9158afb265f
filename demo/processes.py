"""Processes that are looked after: each in its own session, started again when it dies, ended for sure."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STEADY_SECONDS = 30  # a process that ran this long has not failed at starting
LONGEST_PAUSE_SECONDS = 30
LOG_BYTES = 5_000_000  # a longer log is put aside when its process starts
PR_SET_PDEATHSIG = 1  # from linux/prctl.h


class Process:
    """One process of the product, started again with growing pauses when it dies."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        self.log = log
        self.log_start = 0
        self.failures = 0
        self.start_at = 0.0
        self.started_at = 0.0
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        if size_of(self.log) > LOG_BYTES:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        self.log_start = size_of(self.log)
        self.running = spawn(self.command, self.environment, self.log)

    def look_after(self) -> str:
        """Start the process again when it is gone and its pause is over; returns what went wrong, if so."""
        now = time.monotonic()
        if self.running is None:
            if now >= self.start_at:
                self.start()
            return ""
        code = self.running.poll()
        if code is None:
            if self.failures and now - self.started_at > STEADY_SECONDS:
                self.failures = 0
            return ""
        self.kill()  # children that outlive their parent, such as a worker's pool
        pause = min(2.0**self.failures / 2, LONGEST_PAUSE_SECONDS)
        self.failures += 1
        self.start_at = now + pause
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{self.name} {how} and starts again in {pause:g} s: {last_words(self.log, self.log_start)}"

    def terminate(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()

    def is_running(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def kill(self) -> None:
        """End whatever is left of the process and its children, which share a session."""
        if self.running is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


def spawn(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches the demo alone, which then stops it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        return subprocess.Popen(  # noqa: S603 (our own programs)
            command,
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_the_demo if sys.platform == "linux" else None,
        )


_libc = ctypes.CDLL(None)


def _end_with_the_demo() -> None:
    """Ask the kernel to end this process when the demo is killed and cannot do so itself."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def size_of(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def last_words(log: Path, start: int) -> str:
    """Why a process ended, as far as its log tells from byte `start` on: its last exception or its last line."""
    with log.open("rb") as file:
        file.seek(start)
        lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    exceptions = [
        line for line in lines if re.match(r"[\w.]+(Error|Exception|Configured|Exists|Exit): ", line)
    ]
    return (exceptions or lines or ["it said nothing"])[-1].strip()
