"""The database restarts, is away, hangs up at the worst moment, or has no room left (rows 11 to 13 and 15)."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import requests

from tests.faults.acts import log
from tests.faults.building import a_cluster, a_world, fill_template
from tests.faults.sink import Sink
from tests.faults.world import World, seconds_since
from tests.pace import PATIENCE_SECONDS
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]


@pytest.mark.faults_short
@pytest.mark.long
def test_row_11_the_database_restarts_again_and_again(
    lively: World, must_hold, full: bool, seed: int
) -> None:
    """`pg_ctl restart -m immediate`: every connection breaks, every open transaction is lost."""
    dice, times = random.Random(seed), 5 if full else 2
    load = lively.start_load(seconds=30 if full else 6, seed=seed)
    away = []
    for _ in range(times):
        time.sleep(dice.uniform(2, 5) if full else 1.5)
        away.append(round(lively.services.restart_at_once(), 2))
    done = lively.finish_load(load)
    if not full:
        lively.kill_all()
        lively.let_leases_end()
        for what in ("worker", "beat"):
            lively.start(what)
    lively.settle()
    must_hold(latest=15, load=done, away_seconds=away)


def test_row_12_the_database_is_away_for_a_minute(lively: World, must_hold, pace) -> None:
    """What fell due meanwhile fires within ten seconds of its return; until then /healthz says 503."""
    _web, address = lively.start_web(DATABASE_POOL_SIZE=4)
    wait_until(lambda: requests.get(f"{address}/healthz", timeout=60).status_code == 200)
    for number in range(20):
        log(f"Incident {number}", due_in=5 + number)
    lively.services.take_down(lively.services.postgres, signal.SIGINT)
    began, answers = time.monotonic(), []
    while time.monotonic() - began < 60:
        answers.append(requests.get(f"{address}/healthz", timeout=60).status_code)
        time.sleep(2)
    lively.services.start_again()
    back = time.monotonic()
    wait_until(
        lambda: (
            lively.sql(
                "SELECT count(DISTINCT object_id) = 20 FROM escalations_deadline WHERE state = 'fired' AND step = 0"
            )
            == [(True,)]
        )
    )
    fired = seconds_since(back)
    wait_until(lambda: requests.get(f"{address}/healthz", timeout=60).status_code == 200)
    healthy = seconds_since(back)
    lively.settle()
    must_hold(all_fired_seconds_after_return=fired, healthy_seconds_after_return=healthy)
    assert set(answers) == {503}
    assert fired <= pace.limit(10)


@pytest.mark.parametrize("outcome", ["lost", "done"])
def test_row_13_the_connection_ends_at_commit(world: World, must_hold, outcome: str) -> None:
    """The engine does not learn whether its commit counted; looking again decides, and it fires exactly once.

    `lost`: the backend is terminated while it commits. `done`: it has committed, and is terminated while it waits
    for a standby before it answers.
    """
    log("At the worst moment", due_in=1)
    if outcome == "lost":
        cut_off_the_first_commit(world)
    else:
        world.services.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        world.services.sql("SELECT pg_reload_conf()")
    try:
        world.start("beat")
        world.start("worker")
        world.start("watchdog")
        cut = wait_for_cut(world, outcome)
    finally:
        world.services.sql("ALTER SYSTEM RESET synchronous_standby_names")
        world.services.sql("SELECT pg_reload_conf()")
    world.settle()
    must_hold(latest=15, connections_cut=cut)
    assert cut >= 1


def cut_off_the_first_commit(world: World) -> None:
    """The first transaction that fires a deadline loses its backend when it commits: a deferred trigger ends it."""
    world.sql("CREATE SEQUENCE commits")  # counts outside transactions
    world.sql(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('commits') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); "
        "END IF; RETURN NULL; END $$"
    )
    world.sql(
        "CREATE CONSTRAINT TRIGGER cut AFTER UPDATE ON escalations_deadline DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW WHEN (NEW.state = 'fired') EXECUTE FUNCTION cut()"
    )


def wait_for_cut(world: World, outcome: str) -> int:
    """How many commits were cut off."""
    if outcome == "lost":
        wait_until(lambda: world.sql("SELECT is_called FROM commits") == [(True,)])
        return 1
    # Its own session must not wait for the standby as well: it writes nothing.
    waiting = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE wait_event = 'SyncRep' AND datname = '{world.name}'"
    )
    fired = "SELECT 1 FROM escalations_deadline WHERE state = 'fired'"
    cut = 0
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not (cut and world.sql(fired)):
        cut += world.services.sql(waiting)[0][0]
        time.sleep(0.1)
    return cut


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 320 MB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=320m,mode=0755", "tmpfs", str(directory)],
        check=False,
        capture_output=True,
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small file system takes root")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


def test_row_15_the_disk_is_full(
    small_disk: Path, sink: Sink, tmp_path: Path, must_hold_in, seed: int, django_db_blocker
) -> None:
    """Nothing is recorded as sent that was not, and with room again everything goes on."""
    services = a_cluster(small_disk)
    services.start()
    try:
        fill_template(services, tmp_path)
        with django_db_blocker.unblock(), a_world(services, sink, tmp_path) as world:
            for what in ("worker", "beat", "watchdog"):
                world.start(what)
            load = world.start_load(seconds=30, seed=seed)
            time.sleep(5)
            refused = fill(small_disk, world)
            (small_disk / "filling").unlink()
            services.start_again()  # PostgreSQL ends itself when it cannot write its log; its supervisor starts it
            done = world.finish_load(load)
            world.settle()
            must_hold_in(world, load=done, writes_refused=refused)
            assert refused
    finally:
        services.stop()


def fill(disk: Path, world: World) -> int:
    """Leave no room for ten seconds; returns how many writes the database refused meanwhile."""
    refused, until = 0, time.monotonic() + 10
    world.sql("CREATE TABLE IF NOT EXISTS ballast (filler text)")
    with (disk / "filling").open("ab", buffering=0) as file:
        while time.monotonic() < until:
            with suppress(OSError):
                while True:
                    file.write(bytes(65536))
            try:
                world.sql("INSERT INTO ballast SELECT repeat('x', 2000) FROM generate_series(1, 2000)")
            except psycopg.Error:
                refused += 1
            time.sleep(0.2)
    return refused
