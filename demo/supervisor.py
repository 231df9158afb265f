"""`make demo`: the whole product on this machine, from one terminal, with data that invite to look around.

Starts what a real installation runs (web, workers, beat, watchdog), and PostgreSQL and Redis where none are
named; restarts what dies, and takes everything down with it when it is told to stop.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.queues import QUEUES
from demo.address import check_address, check_port
from demo.data_files import PASSWORD, rows
from demo.embedded import EmbeddedError, Servers, configured_servers, database_url, redis_url
from demo.folder import OTHER_VERSION, Folder
from demo.processes import BASE_DIR, Process, last_words, spawn
from demo.terminal import DemoError, say, short

FOLDER = Folder(Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute())
MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
READY_SECONDS = 90
STOP_SECONDS = 8


class Stopped(Exception):
    """Somebody asked the demo to stop."""


class Demo:
    def __init__(self, host: str, port: int, folder: Folder = FOLDER) -> None:
        self.host = host
        self.port = port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.stopping = False
        self.make = make_above_us()
        self.folder = folder
        self.servers = configured_servers(folder.path)
        self.names_a_database = bool(os.environ.get("DATABASE_URL"))
        self.processes: list[Process] = []

    def run(self) -> None:
        """Run until told to stop. Raises DemoError or EmbeddedError when it cannot start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        with self.folder.hold(self.url):
            check_port(self.host, self.port)
            try:
                self._start()
                while True:
                    self._look_after(0.5)
            except Stopped:
                pass
            except (DemoError, EmbeddedError):
                if not self.stopping:  # Ctrl-C reaches the programs that we wait for, too
                    raise
            finally:
                self._stop()

    def _start(self) -> None:
        environment = self.start_servers()
        say("Preparing the database and the pages ...")
        self._prepare(environment)
        self.processes = [
            Process(name, command, environment, self.folder.log(name))
            for name, command in self._commands().items()
        ]
        for process in self.processes:
            process.start()
        self._wait_until_healthy()
        say("")
        say(f"Crisis Desk runs at {self.url}")
        say(f"Log in with the password {PASSWORD} as")
        for person in rows("people"):
            if person["logs_in_as"]:
                say(f"  {person['key'] + '@example.com':<20} {person['logs_in_as']}")
        say(f"Ctrl-C stops it; the data stay. Logs: {short(self.folder.path / 'log')}/")

    def start_servers(self) -> dict[str, str]:
        """Start what is not named; data of another version are set aside first.

        Returns the environment of every process of the demo. Raises DemoError for a named database of another
        version, EmbeddedError when a server does not start.
        """
        embedded = self.servers.servers
        say("Starting PostgreSQL and Redis ..." if embedded else "Using your PostgreSQL and Redis ...")
        if self.servers.of_another_postgres():
            self._set_aside()
        self.servers.start()
        environment = self._environment()
        if not self._is_of_another_version(environment):
            return environment
        if self.names_a_database:
            raise DemoError(
                "The database that DATABASE_URL names was made by another version of Crisis Desk and stays "
                "untouched: name an empty one, or unset DATABASE_URL to use the embedded one."
            )
        self._set_aside()
        self.servers.start()
        return self._environment()

    def _is_of_another_version(self, environment: Mapping[str, str]) -> bool:
        if not self.names_a_database and self.folder.migrations_changed():
            return True
        step = self._step("check_history", [*MANAGE, "check_history"], environment)
        return self._wait_for("check_history", step, may_end_with=OTHER_VERSION) == OTHER_VERSION

    def _set_aside(self) -> None:
        """Raises EmbeddedError while another command uses the data."""
        self.servers.leave()
        self.servers.stop_unused()
        where = self.folder.set_aside()
        say(
            "The demo's data were made by another version of Crisis Desk or PostgreSQL; they are kept in "
            f"{short(where)}, and the demo starts afresh."
        )

    def _environment(self) -> dict[str, str]:
        """What every process of the demo sees; kept in a file for `manage.py` in another terminal."""
        file = self.folder.path / "demo.env"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(f"DEMO=true\nSECRET_KEY={secrets.token_urlsafe(50)}\n")
        kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
        return {
            **os.environ,
            **kept,
            "SITE_URL": self.url,
            "VAR_DIR": str(self.folder.path),
            "DATABASE_URL": os.environ.get("DATABASE_URL") or database_url(self.folder.path),
            "REDIS_URL": os.environ.get("REDIS_URL") or redis_url(self.folder.path),
            "PYTHONUNBUFFERED": "1",
        }

    def _prepare(self, environment: Mapping[str, str]) -> None:
        """Bring database, story, static files and translations up to date."""

        def manage(command: str, *arguments: str) -> subprocess.Popen[bytes]:
            return self._step(command, [*MANAGE, command, *arguments], environment)

        catalogues = self._step("catalogues", [sys.executable, "-m", "common.catalogues"], environment)
        self._wait_for("catalogues", catalogues)
        # Fingerprinting the stylesheets and scripts takes seconds, and is needed only when one has changed.
        fingerprint, kept = static_fingerprint(), self.folder.path / "static" / "fingerprint.txt"
        is_current = kept.exists() and kept.read_text() == fingerprint
        static = None if is_current else manage("collectstatic", "--noinput")
        self._wait_for("migrate", manage("migrate", "--noinput"))
        if not self.names_a_database:
            self.folder.remember_migrations()
        self._wait_for("load_demo", manage("load_demo"))
        say(last_words(self.folder.log("load_demo"), 0))
        # Whoever starts the demo does so on purpose, however long it stood still.
        self._wait_for("release_hold", manage("release_hold"))
        if static:
            self._wait_for("collectstatic", static)
            kept.write_text(fingerprint)

    def _commands(self) -> dict[str, list[str]]:
        """The processes of the product, by name."""
        celery = [sys.executable, "-m", "celery", "-A", "crisis"]
        uvicorn = [sys.executable, "-m", "uvicorn", "crisis.asgi:application"]
        uvicorn += ["--host", self.host, "--port", str(self.port), "--lifespan", "off"]
        # Browsers keep live updates open for hours; the web process does not wait for them when it stops.
        uvicorn += ["--no-proxy-headers", "--no-server-header", "--timeout-graceful-shutdown", "2"]
        return {
            "web": uvicorn,
            **{f"worker-{queue}": [*celery, *worker_arguments(queue)] for queue in QUEUES},
            # The schedule is intervals of seconds: nothing to remember between two runs.
            "beat": [*celery, "beat", "--loglevel", "warning", "--scheduler", "celery.beat.Scheduler"],
            "watchdog": [*MANAGE, "watchdog"],
        }

    def _step(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        self.folder.log(name).unlink(missing_ok=True)
        return spawn(command, environment, self.folder.log(name))

    def _wait_for(self, name: str, step: subprocess.Popen[bytes], *, may_end_with: int = 0) -> int:
        """Returns the code with which the step ended. Raises DemoError for any but 0 and `may_end_with`."""
        while step.poll() is None:
            if self.stopping:
                step.terminate()
                step.wait()
                raise Stopped
            time.sleep(0.02)
        if step.returncode not in (0, may_end_with):
            log = self.folder.log(name)
            raise DemoError(f"The step '{name}' failed: {last_words(log, 0)} (see {short(log)})")
        return step.returncode

    def _wait_until_healthy(self) -> None:
        shown, deadline = "", time.monotonic() + READY_SECONDS
        while (waiting := not_ready(self.url)) and time.monotonic() < deadline:
            names = ", ".join(waiting)
            if names != shown:
                say(f"Waiting for {names} ...")
                shown = names
            self._look_after(0.2)
        for name, reason in waiting.items():
            say(f"{name} is not ready: {reason}")

    def _look_after(self, seconds: float) -> None:
        time.sleep(seconds)
        if self.stopping or (self.make is not None and make_above_us() != self.make):
            raise Stopped
        try:
            for name in self.servers.restart_dead():
                say(f"{name} was gone and has been started again.")
        except EmbeddedError as error:
            say(str(error))
        for process in self.processes:
            if trouble := process.look_after():
                say(f"{trouble} (see {short(process.log)})")

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _stop(self) -> None:
        if self.processes:
            say("\nStopping ...")
        for process in self.processes:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.is_running() for process in self.processes) and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in self.processes:
            process.kill()
        self.servers.leave()


def make_above_us() -> int | None:
    """The process id of the `make` that runs us, as long as it wants us to run.

    A signal sent to make alone is not passed on: make stops catching SIGINT and waits for us to end by ourselves.
    """
    parent = os.getppid()
    try:
        lines = Path(f"/proc/{parent}/status").read_text().splitlines()
    except OSError:
        return None  # no Linux: a signal to the whole group, as Ctrl-C is, reaches us anyway
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    catches_interrupt = int(status["SigCgt"], 16) >> (signal.SIGINT - 1) & 1
    return parent if status["Name"] in ("make", "gmake") and catches_interrupt else None


def not_ready(url: str) -> dict[str, str]:
    """The parts that /healthz does not call ok, with its reasons."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 (our own address)
            parts = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            parts = json.load(error)
        except ValueError:
            return {"web": f"/healthz answers {error.code}"}
    except (OSError, ValueError) as error:
        return {"web": str(error)}
    return {name: reason for name, reason in parts.items() if reason != "ok"}


def static_fingerprint() -> str:
    """Changes whenever our own static files or the installed packages do."""
    files = [BASE_DIR / "requirements" / "app.txt", *sorted((BASE_DIR / "static").rglob("*"))]
    facts = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def reset(servers: Servers) -> None:
    """Remove the demo's data. Raises DemoError or EmbeddedError while somebody uses them."""
    with FOLDER.hold("being reset"):
        servers.stop_unused()
        FOLDER.empty()
    say("The demo's data are gone; 'make demo' starts afresh.")
    if os.environ.get("DATABASE_URL"):
        say("DATABASE_URL is set: that database was not touched. Drop it yourself if it held the demo.")


def worker_arguments(queue: str) -> list[str]:
    """A worker of its own for each queue: a deadline waits neither for a mail server nor for an import."""
    name = ["--queues", queue, "--hostname", f"{queue}@%h"]
    return ["worker", *name, "--concurrency", "1", "--loglevel", "warning", "--without-gossip"]


def main(arguments: Sequence[str]) -> int:
    try:
        if "--reset" in arguments:
            reset(configured_servers(FOLDER.path))
        else:
            host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
            Demo(*check_address(host, port)).run()
    except (DemoError, EmbeddedError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0
