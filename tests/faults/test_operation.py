"""Many deadlines at once, a restored backup, an upgrade, a full web server, a dead watchdog (rows 14, 26 to 30)."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests
from django.db import connections
from django.db.models import F

from demo.embedded import Servers
from escalations.models import Deadline, DeadlineState, Hold
from journal.models import Entry
from notifications.models import Delivery
from tests.demo.test_supervisor import Running, environment
from tests.faults.acts import log, signed_in
from tests.faults.checker import MISSED
from tests.faults.figures import keep_figures
from tests.faults.services import program
from tests.faults.world import World, seconds_since
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]


def test_row_26_two_thousand_due_at_once(world: World, must_hold, pace) -> None:
    """The oldest fires first, and nobody waits for more than half a minute."""
    armed = world.run_program(
        "from benchmarks.loading import arm_many\narm_many(2000, due_in=3600, spread=1)"
    )
    assert armed.returncode == 0, armed.stderr
    # The next steps come in an hour: when everything has fired, nothing else is due.
    world.sql(
        "UPDATE escalations_deadline SET steps = "
        "jsonb_set(jsonb_set(steps, '{1,after_seconds}', '3600'), '{2,after_seconds}', '7200')"
    )
    for what in ("engine", "engine", "sender", "beat", "watchdog"):
        world.start(what)
    wait_until(lambda: world.sql("SELECT 1 FROM escalations_heartbeat WHERE process = 'engine'"))
    world.sql(
        "UPDATE escalations_deadline SET due_at = now() + (due_at - first) "
        "FROM (SELECT min(due_at) AS first FROM escalations_deadline) AS oldest"
    )
    fired = Deadline.objects.filter(state=DeadlineState.FIRED, step=0)
    wait_until(lambda: fired.count() == 2000)
    rows = list(fired.order_by("entry__at").annotate(at=F("entry__at")).values_list("at", "due_at"))
    late = sorted((at - due).total_seconds() for at, due in rows)
    # Workers choose among the oldest hundred, and one may be slow: the order holds between larger groups.
    groups = [
        statistics.fmean(due.timestamp() for _at, due in rows[n : n + 400]) for n in range(0, 2000, 400)
    ]
    world.kill_all()
    p99 = round(statistics.quantiles(late, n=100)[98], 2)
    must_hold(latest=30, p99_seconds=p99)
    assert p99 <= pace.limit(30)
    assert groups == sorted(groups)


def test_row_27_yesterdays_backup_is_restored(world: World, must_hold, tmp_path: Path) -> None:
    """Nobody is flooded with yesterday's alerts: the engine waits for a word, and what has expired is one digest."""
    # Long after the tick, which must not fire them; `a_day_passes` makes them due.
    incidents = [log(f"Incident {number}", due_in=3600) for number in range(10)]
    world.run_program("from escalations.engine import tick\ntick()")
    a_day_passes(world)
    restore(world, tmp_path / "dump")
    for what in ("engine", "sender", "beat", "watchdog"):
        world.start(what)
    wait_until(lambda: Hold.objects.filter(ended_at__isnull=True).exists())
    time.sleep(10)
    fired = Deadline.objects.filter(state=DeadlineState.FIRED)
    assert not fired.exists()
    received_while_held = len(world.sink.receipts())
    assert received_while_held <= 3, "the alert about the hold, and nothing of yesterday"
    released = world.run("manage.py", "release_hold")
    assert released.returncode == 0, released.stderr
    wait_until(lambda: fired.filter(step=0).count() == len(incidents))
    world.settle()
    expired = Delivery.objects.filter(last_error="expired while the engine was held")
    digests = Entry.objects.filter(kind="notification.expired_together")
    must_hold(received_while_held=received_while_held, expired=expired.count(), digests=digests.count())
    assert expired.count() == 2 * len(incidents)
    assert digests.count() == 1


def a_day_passes(world: World) -> None:
    """For everything that has not happened yet; the past of the journal stays as it is sealed."""
    world.sql(
        "UPDATE escalations_heartbeat SET last_tick_at = last_tick_at - interval '1 day', "
        "last_clean_tick_at = last_clean_tick_at - interval '1 day'"
    )
    world.sql(
        "UPDATE escalations_deadline SET due_at = due_at - interval '1 day', "
        "target_at = target_at - interval '1 day', armed_at = armed_at - interval '1 day' WHERE state = 'armed'"
    )
    world.sql(
        "UPDATE notifications_delivery SET available_at = available_at - interval '25 hours', "
        "expires_at = expires_at - interval '25 hours' WHERE state = 'pending'"
    )


def restore(world: World, dump: Path) -> None:
    """pg_dump, an empty database, pg_restore."""
    where = ["--host", str(world.services.sockets), "--username", "postgres"]
    connections.close_all()
    subprocess.run([program("pg_dump"), *where, "--format=custom", f"--file={dump}", world.name], check=True)
    world.services.sql(f"DROP DATABASE {world.name} WITH (FORCE)")
    world.services.sql(f"CREATE DATABASE {world.name}")
    subprocess.run([program("pg_restore"), *where, f"--dbname={world.name}", dump], check=True)


def test_row_28_workers_are_replaced_under_load(world: World, must_hold, seed: int) -> None:
    """A rolling upgrade: for a while old and new workers run side by side, then the old ones are asked to end."""
    world.start("beat")
    world.start("watchdog")
    old = [world.start("worker") for _ in range(2)]
    load = world.start_load(seconds=40, seed=seed)
    for process in old:
        time.sleep(5)
        world.start("worker")
        time.sleep(5)
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
    done = world.finish_load(load)
    world.settle()
    report = must_hold(latest=15, load=done)
    assert report.figures["repeats_flagged"] == 0


def test_row_29_live_pages_use_up_the_web_server(world: World, must_hold, pace) -> None:
    """Hundreds of open streams and a pool of two connections: pages still come, and the engine has its own."""
    _web, address = world.start_web(DATABASE_POOL_SIZE=2, LIVE_KEEP_ALIVE_SECONDS=1)
    for what in ("worker", "beat"):
        world.start(what)
    streams, sessions = (
        [],
        [signed_in(f"{name}@example.com", address) for name in ("alice", "bob", "dave", "admin")],
    )
    for session in sessions:
        for _ in range(25):
            streams.append(session.get(f"{address}/live/me/", stream=True, timeout=PATIENCE_SECONDS))
    assert all(stream.status_code == 200 for stream in streams)
    readers = [threading.Thread(target=drain, args=[stream], daemon=True) for stream in streams]
    for reader in readers:
        reader.start()
    for number in range(15):
        log(f"Incident {number}", due_in=number)
    pages = []
    for _ in range(10):
        began = time.monotonic()
        assert sessions[0].get(f"{address}/", timeout=PATIENCE_SECONDS).ok
        pages.append(seconds_since(began))
        time.sleep(1)
    wait_until(lambda: Entry.objects.filter(kind__in=MISSED).count() >= 15)
    for stream in streams:
        stream.close()
    world.settle()
    must_hold(latest=5, streams=len(streams), slowest_page_seconds=max(pages))
    assert max(pages) <= pace.limit(5)


def drain(stream: requests.Response) -> None:
    with suppress(Exception):
        for _ in stream.iter_content(1024):
            pass


def test_row_30_nobody_is_left_to_watch(world: World) -> None:
    """The calls to the monitor outside stop when workers and watchdog are dead: that silence makes it alert."""
    named = {"DEAD_MAN_URL": f"{world.sink.http_url}/alive"}
    for what in ("worker", "beat"):
        world.start(what, **named)
    world.start("watchdog", **named)
    wait_until(lambda: world.sink.pings)
    for process in world.processes[:2]:
        world.kill(process)
    by_workers = len(world.sink.pings)
    wait_until(lambda: len(world.sink.pings) > by_workers)  # the watchdog has taken over and says so
    world.kill_all()
    silent = len(world.sink.pings)
    time.sleep(75)  # more than the minute between two calls
    assert len(world.sink.pings) == silent


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    """`make demo` in a folder of its own."""
    port, output = free_port(), tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=ROOT,
            env=environment(tmp_path / "var", PORT=str(port)),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    running = Running(process, tmp_path / "var", port, output)
    try:
        wait_until(lambda: running.said("Ctrl-C stops it"))
        yield running
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        for left in running.processes():
            with suppress(psutil.Error):
                left.kill()


def test_row_14_the_demos_servers_are_killed(demo: Running) -> None:
    """kill -9 for PostgreSQL and Redis: `make demo` starts them again, and what was due fires."""
    due = json.loads(shell(demo, MAKE_DUE))
    for server in Servers(demo.var).servers:
        process_id = server.process_id()
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
    began = time.monotonic()
    wait_until(lambda: demo.said("PostgreSQL was gone") and demo.said("Redis was gone"))
    wait_until(demo.is_healthy)
    healthy = seconds_since(began)
    wait_until(lambda: json.loads(shell(demo, STILL_RUNNING.format(due))) == [])
    late = float(shell(demo, LATEST.format(due)))
    keep_figures(
        "test_row_14", {"due": len(due), "healthy_after_seconds": healthy, "lateness_max_seconds": late}
    )
    assert due
    checked = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"],
        cwd=ROOT,
        env=environment(demo.var),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


MAKE_DUE = """
from datetime import timedelta
from django.db.models.functions import Now
from escalations.models import Deadline
due = list(Deadline.objects.armed().order_by("due_at").values_list("pk", flat=True)[:5])
Deadline.objects.filter(pk__in=due).update(due_at=Now() + timedelta(seconds=5))
print(due)
"""
STILL_RUNNING = """
from escalations.models import Deadline
print(list(Deadline.objects.exclude(state="fired").filter(pk__in={}).values_list("pk", flat=True)))
"""
LATEST = """
from escalations.models import Deadline
rows = Deadline.objects.filter(pk__in={}).select_related("entry")
print(max((row.entry.at - row.due_at).total_seconds() for row in rows))
"""


def shell(demo: Running, program: str) -> str:
    """What the program prints, run by `manage.py shell` of the demo."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program],
        cwd=ROOT,
        env=environment(demo.var),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]
