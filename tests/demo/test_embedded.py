"""The embedded servers: shared, restarted after a kill, stopped by the last user, never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from demo.embedded import EmbeddedError, Servers, configured_servers, database_url, redis_url
from demo.embedded.servers import SOCKET_PATH_LIMIT, socket_directory
from tests.processes import wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of a PostgreSQL, made once and copied, since making them takes a second."""
    directory = tmp_path_factory.mktemp("cluster")
    servers = Servers(directory, with_redis=False, durable=False)
    servers.start()
    servers.leave()
    return directory / "postgres"


@pytest.fixture
def servers(tmp_path: Path, cluster: Path) -> Iterator[Servers]:
    (tmp_path / "var").mkdir()
    subprocess.run(["cp", "-a", cluster, tmp_path / "var"], check=True)
    servers = Servers(tmp_path / "var")
    yield servers
    servers.leave()
    for server in servers.servers:
        server.stop()


def query(servers: Servers) -> str:
    with psycopg.connect(host=str(servers.sockets), dbname="crisis", user="postgres") as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row is not None
    return str(row[0])


def client(servers: Servers) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(servers.sockets / "redis.sock"))


def process_ids(servers: Servers) -> list[int | None]:
    return [server.process_id() for server in servers.servers]


def test_both_listen_on_private_sockets_alone(servers: Servers) -> None:
    servers.start()
    assert query(servers) == ""
    assert client(servers).config_get("port") == {"port": "0"}
    assert client(servers).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert servers.sockets.stat().st_mode & 0o077 == 0


def test_the_last_user_stops_them_and_not_one_before(servers: Servers) -> None:
    second = Servers(servers.directory)
    servers.start()
    second.start()
    servers.leave()
    assert query(second) == ""
    second.leave()
    assert process_ids(second) == [None, None]


def test_killed_servers_come_back_with_their_data(servers: Servers) -> None:
    servers.start()
    with psycopg.connect(host=str(servers.sockets), dbname="crisis", user="postgres") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    for process_id in process_ids(servers):
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
    wait_until(lambda: process_ids(servers) == [None, None])
    # The kernel closes the sockets of a killed process a moment after it has taken its name away.
    wait_until(lambda: not any(server.is_running() for server in servers.servers))
    assert servers.restart_dead() == ["PostgreSQL", "Redis"]
    with psycopg.connect(host=str(servers.sockets), dbname="crisis", user="postgres") as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert client(servers).ping()
    assert servers.restart_dead() == []


def test_what_a_killed_user_left_running_is_taken_over_and_stopped(servers: Servers) -> None:
    start_and_die = (
        "import os, sys; from pathlib import Path; from demo.embedded import Servers;"
        "Servers(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", start_and_die, str(servers.directory)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = process_ids(servers)
    assert None not in left
    servers.start()
    assert process_ids(servers) == left
    servers.leave()
    assert process_ids(servers) == [None, None]


def test_a_stale_lock_naming_an_innocent_process_does_not_matter(servers: Servers) -> None:
    servers.start()
    postgres, _redis = servers.servers
    process_id = postgres.process_id()
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    wait_until(lambda: postgres.process_id() is None)
    for left_over in (
        servers.directory / "postgres" / "postmaster.pid",
        servers.sockets / ".s.PGSQL.5432.lock",
    ):
        left_over.write_text(left_over.read_text().replace(str(process_id), str(os.getpid()), 1))
    assert servers.restart_dead() == ["PostgreSQL"]
    assert query(servers) == ""


def test_a_deep_or_odd_directory_gets_its_sockets_elsewhere(tmp_path: Path) -> None:
    for name in ("deep/" * 40, "it's, a % folder"):
        servers = Servers(tmp_path / name / "var", durable=False)
        assert len(str(servers.sockets)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432")
        servers.start()
        try:
            assert query(servers) == ""
            assert client(servers).ping()
        finally:
            servers.leave()


def test_a_foreign_directory_is_refused(tmp_path: Path) -> None:
    sockets = socket_directory(tmp_path / ("deep/" * 40))
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(EmbeddedError, match="belongs to another user"):
            Servers(tmp_path / ("deep/" * 40)).start()
    finally:
        sockets.unlink()


def test_named_servers_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.com/crisis")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example.com")
    servers = configured_servers(tmp_path / "var")
    servers.start()
    assert servers.servers == []
    assert not (tmp_path / "var").exists()


def test_the_addresses_are_known_without_starting_anything(tmp_path: Path) -> None:
    sockets = socket_directory(tmp_path)
    assert database_url(tmp_path) == f"postgres://postgres@/{sockets}/crisis"
    assert redis_url(tmp_path) == f"unix://{sockets}/redis.sock?db=0"
    assert not (tmp_path / "run").exists()
