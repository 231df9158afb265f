"""The folder in which the demo keeps what it writes: `var/`, or VAR_DIR."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.processes import BASE_DIR
from demo.terminal import DemoError

# Locks and sockets; the servers of the tests; static files, which belong to the source and not to the data.
NO_DATA = {"run", "test", "static"}
ASIDE = "set-aside-"
OTHER_VERSION = 3  # the exit code with which `manage.py check_history` says so


@dataclass(frozen=True)
class Folder:
    path: Path

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    @contextmanager
    def hold(self, where: str) -> Iterator[None]:
        """Hold the folder's demo lock, which says where the demo runs. The kernel frees a killed demo's lock.

        Raises DemoError while another one holds it.
        """
        run = self.path / "run"
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

    def empty(self) -> None:
        """Remove the data. What was set aside stays."""
        shutil.rmtree(self.path / "static", ignore_errors=True)
        for entry in self._data():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def set_aside(self) -> Path:
        """Move the data out of the way, whole; returns where they lie now. Nothing may use them."""
        aside = self.path / f"{ASIDE}{datetime.now(UTC).astimezone():%Y-%m-%d-%H%M%S}"
        aside.mkdir()
        for entry in self._data():
            entry.rename(aside / entry.name)
        return aside

    def remember_migrations(self) -> None:
        """Keep the fingerprints of the migrations that the database has."""
        self._fingerprints.write_text(json.dumps(_migrations(), indent=1))

    def migrations_changed(self) -> bool:
        """Whether a migration that the database has reads differently now, or is gone.

        Until the first release an app's first migration is edited in place, and keeps its name.
        """
        kept = json.loads(self._fingerprints.read_text()) if self._fingerprints.exists() else {}
        return not kept.items() <= _migrations().items()

    @property
    def _fingerprints(self) -> Path:
        return self.path / "migrations.json"

    def _data(self) -> list[Path]:
        entries = self.path.iterdir()
        return [entry for entry in entries if entry.name not in NO_DATA and not entry.name.startswith(ASIDE)]


def _migrations() -> dict[str, str]:
    """A fingerprint of every migration of ours, by app and name."""
    return {
        f"{file.parent.parent.name}.{file.stem}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in BASE_DIR.glob("*/migrations/[0-9]*.py")
    }
