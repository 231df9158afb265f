"""The embedded servers of one directory, shared by any number of processes.

Every process that uses them holds a shared lock on `run/users.lock`: the first one starts the servers, the
last one stops them. The kernel drops the lock of a killed process, so that nothing a crash leaves behind
has to be tidied by hand.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from demo.embedded import postgres, redis
from demo.embedded.programs import EmbeddedError, unprivileged_user

SOCKET_PATH_LIMIT = 100  # bytes; the kernel allows 107, on macOS 103
COMMANDS_WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}


def socket_directory(directory: Path) -> Path:
    """Where the sockets of the servers that keep their data in `directory` lie.

    A socket's path must be short and is written into URLs and configuration files, so a deep or an oddly
    named directory gets one under /tmp. The answer depends on the path and the user alone: every process,
    whatever its environment, must find the same place.
    """
    run = directory.absolute() / "run"
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(run)) is not None
    if plain and len(str(run / postgres.SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return run
    digest = hashlib.sha256(os.fsencode(run)).hexdigest()[:12]
    return Path(f"/tmp/crisis-desk-{os.geteuid()}-{digest}")  # noqa: S108 (owner and mode are checked before use)


def database_url(directory: Path) -> str:
    """The DATABASE_URL of the embedded PostgreSQL that keeps its data in `directory`; starts nothing."""
    return f"postgres://postgres@/{socket_directory(directory)}/{postgres.DATABASE}"


def redis_url(directory: Path) -> str:
    """The REDIS_URL of the embedded Redis that belongs to `directory`; starts nothing."""
    return f"unix://{socket_directory(directory) / redis.SOCKET_NAME}?db=0"


class Servers:
    """What one process holds of the servers of `directory`."""

    def __init__(
        self, directory: Path, *, with_postgres: bool = True, with_redis: bool = True, durable: bool = True
    ) -> None:
        """`durable=False` trades safety against power cuts for speed; tests want that."""
        self.directory = directory.absolute()
        self.locks = self.directory / "run"
        self.logs = self.directory / "log"
        self.sockets = socket_directory(directory)
        self.servers: list[postgres.Postgres | redis.Redis] = []
        if with_postgres:
            data, log = self.directory / "postgres", self.logs / "postgres.log"
            self.servers.append(postgres.Postgres(data=data, sockets=self.sockets, log=log, durable=durable))
        if with_redis:
            log = self.logs / "redis.log"
            self.servers.append(redis.Redis(directory=self.locks, sockets=self.sockets, log=log))
        self._users_lock: IO[str] | None = None

    def start(self) -> None:
        """Join the users of the servers and start what is not running. Raises EmbeddedError."""
        if not self.servers or self._users_lock is not None:
            return
        self._make_directories()
        self._check_owners()
        with self._gate():
            self._users_lock = _open_lock(self.locks / "users.lock")
            fcntl.flock(self._users_lock, fcntl.LOCK_SH)
            try:
                self._start_missing()
            except BaseException:
                self._release(self._users_lock)
                raise

    def of_another_postgres(self) -> bool:
        """Whether another major version of PostgreSQL wrote the data: then it cannot start with them."""
        versions = [server.versions() for server in self.servers if isinstance(server, postgres.Postgres)]
        return any(found not in ("", installed) for found, installed in versions)

    def restart_dead(self) -> list[str]:
        """Start again what died since `start`; returns the names of what had to be started."""
        if self._users_lock is None or all(server.is_running() for server in self.servers):
            return []
        with self._gate():
            return self._start_missing()

    def leave(self) -> None:
        """Stop using the servers; the last user stops them."""
        if self._users_lock is not None:
            with self._gate():
                self._release(self._users_lock)

    def stop_unused(self) -> None:
        """Stop what a killed process left running. Raises EmbeddedError while somebody uses the servers."""
        self._make_directories()
        with self._gate(), _open_lock(self.locks / "users.lock") as users_lock:
            try:
                fcntl.flock(users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddedError(
                    "Another command still uses the embedded servers of this folder. End it first."
                ) from None
            self._stop_all()

    def _start_missing(self) -> list[str]:
        missing = [server for server in self.servers if not server.is_running()]
        for server in missing:
            server.start()
        return [server.name for server in missing]

    def _release(self, users_lock: IO[str]) -> None:
        self._users_lock = None
        with users_lock, suppress(BlockingIOError):
            fcntl.flock(users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stop_all()

    def _stop_all(self) -> None:
        for server in reversed(self.servers):
            server.stop()
        if self.sockets != self.locks:
            with suppress(OSError):
                self.sockets.rmdir()

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Only one process at a time starts or stops servers."""
        with _open_lock(self.locks / "gate.lock") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _make_directories(self) -> None:
        for directory in (self.directory, self.locks, self.logs):
            with suppress(PermissionError):
                directory.mkdir(parents=True, exist_ok=True)
            if not os.access(directory, os.W_OK):
                raise EmbeddedError(f"You may not write to {directory}. Run this as the user who owns it.")

    def _check_owners(self) -> None:
        data, owner = self.directory / "postgres", os.geteuid() or unprivileged_user().pw_uid
        if data.exists() and data.stat().st_uid != owner:
            raise EmbeddedError(f"{data} was made by another user. Run this as that user, or remove it.")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise EmbeddedError(f"{self.sockets} belongs to another user. Remove it, then try again.")
        self.sockets.chmod(0o700)


def configured_servers(directory: Path, *, durable: bool = True) -> Servers:
    """The embedded servers that the environment leaves to us: those whose URL is not set."""
    return Servers(
        directory,
        with_postgres=not os.environ.get("DATABASE_URL"),
        with_redis=not os.environ.get("REDIS_URL"),
        durable=durable,
    )


def start_for_command(directory: Path, arguments: Sequence[str]) -> None:
    """Give `manage.py` the servers that it needs until it exits; commands that need none start none.

    Raises EmbeddedError.
    """
    command = next((word for word in arguments[1:] if not word.startswith("-")), "help")
    if command in COMMANDS_WITHOUT_SERVICES or {"-h", "--help", "--version"} & set(arguments):
        return
    servers = configured_servers(directory)
    servers.start()
    atexit.register(servers.leave)


def _open_lock(path: Path) -> IO[str]:
    return open(path, "a", encoding="ascii")
