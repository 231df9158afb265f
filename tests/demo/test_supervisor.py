"""`make demo`: comes up whole, survives what dies under it, refuses what it must, leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo.embedded import Servers
from demo.folder import Folder
from demo.supervisor import Demo
from tests.demo.older import KNOWN, UNKNOWN, tables
from tests.demo.running import NAMED, Running, environment, run_demo
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

pytestmark = pytest.mark.processes


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
