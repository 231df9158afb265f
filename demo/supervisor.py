"""`make demo`: the whole product on this machine, from one terminal, with data that invite to look around.

Starts what a real installation runs (web, workers, beat, watchdog), and PostgreSQL and Redis where none are
named; restarts what dies, and takes everything down with it when it is told to stop.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from common.queues import QUEUES
from demo.data_files import PASSWORD, rows
from demo.embedded import EmbeddedError, Servers, configured_servers, database_url, redis_url
from demo.processes import Process, last_words, spawn

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()
READY_SECONDS = 90
STOP_SECONDS = 8


class DemoError(Exception):
    """The demo cannot start; the message is one sentence for the person at the terminal."""


class Stopped(Exception):
    """Somebody asked the demo to stop."""


class Demo:
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.stopping = False
        self.make = make_above_us()
        self.servers = configured_servers(VAR_DIR)
        self.processes: list[Process] = []

    def run(self) -> None:
        """Run until told to stop. Raises DemoError or EmbeddedError when it cannot start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        with only_one(self.url):
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
        say(
            "Starting PostgreSQL and Redis ..."
            if self.servers.servers
            else "Using your PostgreSQL and Redis ..."
        )
        self.servers.start()
        environment = self._environment()
        say("Preparing the database and the pages ...")
        manage = [sys.executable, str(BASE_DIR / "manage.py")]
        self._wait_for(
            "catalogues", self._step("catalogues", [sys.executable, "-m", "common.catalogues"], environment)
        )
        # Fingerprinting the stylesheets and scripts takes seconds, and is needed only when one has changed.
        fingerprint, kept = static_fingerprint(), VAR_DIR / "static" / "fingerprint.txt"
        static = None
        if not kept.exists() or kept.read_text() != fingerprint:
            static = self._step("static", [*manage, "collectstatic", "--noinput"], environment)
        self._wait_for("migrate", self._step("migrate", [*manage, "migrate", "--noinput"], environment))
        self._wait_for("load_demo", self._step("load_demo", [*manage, "load_demo"], environment))
        say(last_words(log_of("load_demo"), 0))
        # Whoever starts the demo does so on purpose, however long it stood still.
        self._wait_for("release_hold", self._step("release_hold", [*manage, "release_hold"], environment))
        if static:
            self._wait_for("static", static)
            kept.write_text(fingerprint)
        celery = [sys.executable, "-m", "celery", "-A", "crisis"]
        uvicorn = [sys.executable, "-m", "uvicorn", "crisis.asgi:application"]
        commands = {
            "web": [*uvicorn, "--host", self.host, "--port", str(self.port), "--lifespan", "off"],
            **{f"worker-{queue}": [*celery, *worker_arguments(queue)] for queue in QUEUES},
            # The schedule is intervals of seconds: nothing to remember between two runs.
            "beat": [*celery, "beat", "--loglevel", "warning", "--scheduler", "celery.beat.Scheduler"],
            "watchdog": [*manage, "watchdog"],
        }
        # Browsers keep live updates open for hours; the web process does not wait for them when it stops.
        commands["web"] += ["--no-proxy-headers", "--no-server-header", "--timeout-graceful-shutdown", "2"]
        self.processes = [
            Process(name, command, environment, log_of(name)) for name, command in commands.items()
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
        say(f"Ctrl-C stops it; the data stay. Logs: {short(VAR_DIR / 'log')}/")

    def _environment(self) -> dict[str, str]:
        """What every process of the demo sees; kept in a file for `manage.py` in another terminal."""
        file = VAR_DIR / "demo.env"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(f"DEMO=true\nSECRET_KEY={secrets.token_urlsafe(50)}\n")
        kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
        return {
            **os.environ,
            **kept,
            "SITE_URL": self.url,
            "VAR_DIR": str(VAR_DIR),
            "DATABASE_URL": os.environ.get("DATABASE_URL") or database_url(VAR_DIR),
            "REDIS_URL": os.environ.get("REDIS_URL") or redis_url(VAR_DIR),
            "PYTHONUNBUFFERED": "1",
        }

    def _step(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        log_of(name).unlink(missing_ok=True)
        return spawn(command, environment, log_of(name))

    def _wait_for(self, name: str, step: subprocess.Popen[bytes]) -> None:
        while step.poll() is None:
            if self.stopping:
                step.terminate()
                step.wait()
                raise Stopped
            time.sleep(0.02)
        if step.returncode:
            log = log_of(name)
            raise DemoError(f"The step '{name}' failed: {last_words(log, 0)} (see {short(log)})")

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


@contextmanager
def only_one(where: str) -> Iterator[None]:
    """Hold the folder's demo lock, which says where the demo runs. The kernel frees a killed demo's lock.

    Raises DemoError while another one holds it.
    """
    run = VAR_DIR / "run"
    with suppress(PermissionError):
        run.mkdir(parents=True, exist_ok=True)
    path = run / "demo.lock"
    if not os.access(path if path.exists() else run, os.W_OK):
        raise DemoError(f"You may not write to {run}. Run this as the user who owns it.")
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "starting"
            raise DemoError(
                f"The demo of this folder is in use already ({holder}). Stop it with Ctrl-C where it runs."
            ) from None
        file.truncate(0)
        file.write(f"{where}, process {os.getpid()}\n")
        file.flush()
        yield


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


def check_address(host: str, port: str) -> tuple[str, int]:
    """The address to listen on. Raises DemoError for one that others could reach, or that is none."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise DemoError(
            f"HOST={host} is refused: the demo's password is known to everybody, so it listens on this "
            "machine alone. Use HOST=127.0.0.1; to let others in, install Crisis Desk properly (README)."
        )
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise DemoError(f"PORT={port} is not a port: choose a number from 1024 to 65535.")
    return ("127.0.0.1" if host == "localhost" else host), int(port)


def check_port(host: str, port: int) -> None:
    """Raises DemoError when nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sentence = (
                    f"Port {port} is taken by another program. Choose another: make demo PORT={port + 1}"
                )
            elif error.errno == errno.EACCES:
                sentence = (
                    f"Port {port} needs more rights than you have. Choose one above 1023: make demo PORT=8000"
                )
            else:
                sentence = f"Nothing can listen on {host}, port {port}: {error.strerror}."
            raise DemoError(sentence) from None


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
    with only_one("being reset"):
        servers.stop_unused()
        for entry in VAR_DIR.iterdir():
            if entry.name in {"run", "test"}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    say("The demo's data are gone; 'make demo' starts afresh.")
    if os.environ.get("DATABASE_URL"):
        say("DATABASE_URL is set: that database was not touched. Drop it yourself if it held the demo.")


def worker_arguments(queue: str) -> list[str]:
    """A worker of its own for each queue: a deadline waits neither for a mail server nor for an import."""
    name = ["--queues", queue, "--hostname", f"{queue}@%h"]
    return ["worker", *name, "--concurrency", "1", "--loglevel", "warning", "--without-gossip"]


def log_of(name: str) -> Path:
    return VAR_DIR / "log" / f"{name}.log"


def short(path: Path) -> str:
    return str(path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path)


def say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, flush=True)  # noqa: T201 (this is a program for the terminal)


def main(arguments: Sequence[str]) -> int:
    try:
        if "--reset" in arguments:
            reset(configured_servers(VAR_DIR))
        else:
            host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
            Demo(*check_address(host, port)).run()
    except (DemoError, EmbeddedError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0
