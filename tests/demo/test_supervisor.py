"""`make demo`: comes up whole, survives what dies under it, refuses what it must, leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from demo.embedded import Servers
from demo.folder import Folder
from demo.supervisor import Demo
from tests.demo.older import KNOWN, UNKNOWN, record_migrations, tables
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

pytestmark = pytest.mark.processes
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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Started over the data of another version."""
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


def test_it_comes_up_whole_and_names_its_people(demo: Running) -> None:
    wait_until(demo.is_healthy)
    assert demo.said(f"http://127.0.0.1:{demo.port}")
    assert demo.said("carol@example.com")


def test_data_of_another_version_are_set_aside(demo: Running) -> None:
    (aside,) = demo.var.glob("set-aside-*")
    assert demo.said(f"they are kept in {aside}, and the demo starts afresh.")
    assert (aside / "postgres" / "PG_VERSION").exists()


def test_second_demo_in_a_folder_is_refused_in_one_sentence(demo: Running) -> None:
    second = run_demo(demo.var, PORT=str(free_port()))
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"in use already (http://127.0.0.1:{demo.port}, process {demo.process.pid})" in second.stderr


def test_its_data_cannot_be_reset_under_it(demo: Running) -> None:
    refused = run_demo(demo.var, "--reset")
    assert refused.returncode == 1
    assert "in use already" in refused.stderr
    wait_until(demo.is_healthy)


def test_a_command_in_another_terminal_means_the_demo(demo: Running) -> None:
    count = "from people.models import User; print('people:', User.objects.count())"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", count]
    shell = subprocess.run(
        command, cwd=ROOT, env=environment(demo.var), capture_output=True, text=True, check=True
    )
    assert int(shell.stdout.split("people:")[1]) >= 6
    wait_until(demo.is_healthy)


def test_what_is_killed_starts_again(demo: Running) -> None:
    demo.child("engine@%h").kill()
    for server in Servers(demo.var).servers:
        process_id = server.process_id()
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
    wait_until(
        lambda: all(
            map(demo.said, ("worker-engine was killed by SIGKILL", "PostgreSQL was gone", "Redis was gone"))
        )
    )
    wait_until(demo.is_healthy)


def test_ctrl_c_leaves_nothing_and_waits_for_no_connection(demo: Running) -> None:
    with socket.create_connection(("127.0.0.1", demo.port)) as live_update:
        live_update.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(PATIENCE_SECONDS) == 0
    assert demo.processes() == []
    assert "Traceback" not in demo.output.read_text()


def test_the_next_start_keeps_the_data(demo: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the demo has ended."""
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)
    again = Demo("127.0.0.1", demo.port, Folder(demo.var))
    with again.folder.hold("a test"):
        again.start_servers()
        try:
            recorded = tables(demo.var)["recorded"]
        finally:
            again.servers.leave()
    assert KNOWN in recorded
    assert UNKNOWN not in recorded
    assert len(list(demo.var.glob("set-aside-*"))) == 1


def test_a_taken_port_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = run_demo(tmp_path / "var", PORT=str(port))
    assert refused.returncode == 1
    assert (
        refused.stderr
        == f"Port {port} is taken by another program. Choose another: make demo PORT={port + 1}\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "crisis.example.com"])
def test_an_address_that_others_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    refused = run_demo(tmp_path / "var", HOST=host)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"HOST={host} is refused")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    refused = run_demo(tmp_path / "var", PORT=port)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"PORT={port} is not a port")


def test_reset_removes_the_data_and_says_what_it_left(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "postgres").mkdir(parents=True)
    (var / "demo.env").write_text("DEMO=true\n")
    (var / "test").mkdir()
    done = run_demo(
        var, "--reset", DATABASE_URL="postgres://db.example.com/crisis", REDIS_URL="redis://c.example.com"
    )
    assert done.returncode == 0, done.stderr
    assert "that database was not touched" in done.stdout
    assert sorted(entry.name for entry in var.iterdir()) == ["run", "test"]
