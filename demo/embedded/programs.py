"""Finding, running and ending the server programs that the wheels bring."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

STOP_SECONDS = 15
PROGRAM_CACHE = Path("/var/cache/crisis-desk")


class EmbeddedError(RuntimeError):
    """The embedded servers cannot run here; the message is one sentence for the person at the terminal."""


def package_directory(name: str, brings: str, variable: str) -> Path:
    """Where a package of server programs lies. It is not imported: we need its files, not its own manager."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"{variable} is not set, and the embedded {brings} is not installed. Set {variable}, or install "
            "requirements/app.txt, which brings it."
        )
    return Path(spec.submodule_search_locations[0])


def reachable_for_everybody(directory: Path) -> bool:
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (directory, *directory.parents)[:-1])


def reachable_copy(directories: list[Path]) -> Path:
    """Copy root's `directories` side by side to where everybody may run them; returns the first one's copy."""
    facts = [(str(directory), directory.stat().st_mtime_ns) for directory in directories]
    copies = PROGRAM_CACHE / hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    if not copies.exists():
        new = copies.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        for directory in directories:
            shutil.copytree(directory, new / directory.name, symlinks=True)
        for path in (PROGRAM_CACHE, new, *new.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if path.is_dir() or mode & stat.S_IXUSR else 0o444))
        new.rename(copies)
    return copies / directories[0].name


def unprivileged_user() -> pwd.struct_passwd:
    """Who runs the servers where root starts them."""
    return pwd.getpwnam("nobody")


def run(command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a server's program with `text` as its input.

    Its output goes to files, not to pipes: a daemon would keep a pipe open for ever.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    environment |= {"LC_ALL": "C", "TZ": "UTC"}
    with _scratch(text) as given, _scratch() as out, _scratch() as err:
        done = subprocess.run(  # noqa: S603 (our own programs)
            _as_ordinary_user(command),
            stdin=given,
            stdout=out,
            stderr=err,
            env=environment,
            cwd="/",
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def alive(pid: str, program: str, argument: Path) -> int | None:
    """The process id in `pid` if that process still is `program`, running with `argument`."""
    import psutil  # comes with the embedded servers; an installation without them does not need it

    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        command_line = " ".join(process.cmdline())
    except (ValueError, psutil.NoSuchProcess):
        return None
    return process.pid if program in command_line and str(argument) in command_line else None


def stop(find: Callable[[], int | None], *signals: signal.Signals) -> None:
    """Send the signals one after the other, each when the one before did not end the process in time."""
    for number in signals:
        deadline = time.monotonic() + STOP_SECONDS
        with suppress(ProcessLookupError):
            if (pid := find()) is not None:
                os.kill(pid, number)
                os.kill(pid, signal.SIGCONT)  # a stopped process hears nothing until it continues
        while find() is not None and time.monotonic() < deadline:
            time.sleep(0.02)


def last_lines(log: Path, count: int = 1) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-count:])
    except FileNotFoundError:
        return ""


def _as_ordinary_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root. Then it runs as nobody, who may still pass root's own directories.

    The alternative, opening the permissions of every directory above the checkout, would change the machine.
    """
    if os.geteuid() != 0:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and 'setpriv' (package util-linux) is missing here. "
            "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    user = unprivileged_user()
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [setpriv, *identity, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *command]


@contextmanager
def _scratch(text: str = "") -> Iterator[IO[str]]:
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.seek(0)
        yield file
