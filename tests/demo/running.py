"""One `make demo` of their own for the tests that look at it, or work in it, from outside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.demo.older import UNKNOWN, record_migrations
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

NAMED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "DEMO", "HOST", "PORT")


def environment(var: Path, **named: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NAMED}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    return {**inherited, "VAR_DIR": str(var), "PYTHONUNBUFFERED": "1", **named}


def run_demo(var: Path, *arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env=environment(var, **named),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@dataclass
class Running:
    process: subprocess.Popen[str]
    var: Path
    port: int
    output: Path

    def healthz(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE_SECONDS
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError as error:
            return {"web": str(error)}

    def is_healthy(self) -> bool:
        return set(self.healthz().values()) == {"ok"}

    def said(self, text: str) -> bool:
        return text in self.output.read_text()

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this demo: the servers name its folder, the others have it in the environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                known_by = [process.environ().get("VAR_DIR", ""), *process.cmdline()]
                if any(str(self.var) in word for word in known_by) and process.status() != "zombie":
                    found.append(process)
        return found

    def child(self, word: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if word in child.cmdline():
                    return child
        return None


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Started over the data of another version. The walk in the browser works in it, then its own tests damage it."""
    directory = tmp_path_factory.mktemp("demo")
    port, output = free_port(), directory / "output"
    record_migrations(directory / "var", UNKNOWN)
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=ROOT,
            env=environment(directory / "var", PORT=str(port)),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    running = Running(process, directory / "var", port, output)
    try:
        wait_until(lambda: running.said("Ctrl-C stops it") or process.poll() is not None)
        assert process.poll() is None, output.read_text()
        yield running
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        for left in running.processes():
            with contextlib.suppress(psutil.Error):
                left.kill()
