"""Workers that are killed, stopped or asked to end in the middle of their work (rows 1 to 5)."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.faults.acts import log
from tests.faults.world import World, seconds_since
from tests.pace import PATIENCE_SECONDS
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]


@pytest.mark.faults_short
def test_row_1_workers_killed_at_random(world: World, must_hold, full: bool, seed: int) -> None:
    """Whole workers and single pool processes die by SIGKILL, again and again, under load."""
    seconds, dice, kills = (60 if full else 5), random.Random(seed), 0
    world.start("beat")
    world.start("watchdog")
    workers = [world.start("worker") for _ in range(2)]
    load = world.start_load(seconds=seconds, seed=seed)
    while load.poll() is None:
        time.sleep(dice.uniform(0.3, 2.0))
        victim = dice.choice(workers)
        children = world.pool_children(victim)
        if children and dice.random() < 0.7:
            os.kill(dice.choice(children), signal.SIGKILL)
        else:
            world.kill(victim)
            workers[workers.index(victim)] = world.start("worker")
        kills += 1
    done = world.finish_load(load)
    if not full:  # the long run waits for the leases of the dead instead
        world.kill_all()
        world.let_leases_end()
        world.start("worker")
        world.start("beat")
    world.settle()
    report = must_hold(seed=seed, kills=kills, load=done)
    assert kills
    assert report.figures["fired"] >= 5


@pytest.mark.faults_short
def test_row_2_killed_between_sending_and_recording(world: World, must_hold) -> None:
    """Nobody knows whether that message arrived: it goes out once more and says so, the others go out once."""
    log()
    world.start("beat")
    world.start("worker", FAILPOINT="after_send")
    wait_until(world.sink.receipts)
    world.kill_all()
    arrived = len(world.sink.receipts())
    world.let_leases_end()
    world.start("beat")
    world.start("worker")
    world.settle()
    report = must_hold()
    assert report.figures["repeats_flagged"] == arrived


def test_row_3_killed_between_leasing_and_sending(world: World, must_hold) -> None:
    """Its messages are known not to have gone out: another sender takes them, and none is marked a repeat."""
    log()
    lease_and_die = (
        "import os; from notifications.delivery import lease_due; assert lease_due(); os.kill(os.getpid(), 9)"
    )
    assert world.run_program(lease_and_die).returncode == -signal.SIGKILL
    ((leased,),) = world.sql("SELECT count(*) FROM notifications_delivery WHERE state = 'leased'")
    assert leased
    world.let_leases_end()
    world.start("beat")
    world.start("worker")
    world.settle()
    report = must_hold()
    assert report.figures["messages_received"] >= leased
    assert report.figures["repeats_flagged"] == 0
    assert not any(receipt["repeat"] for receipt in world.sink.receipts())


def test_row_4_a_sender_that_sleeps_through_its_lease(world: World, must_hold) -> None:
    """Stopped for 90 s in the middle of sending: another sends the message again, and what it says then counts not."""
    log()
    world.start("beat")
    with world.sink.holding():
        sleeper = world.start("worker")
        wait_until(world.sink.receipts)
        world.kill(sleeper, signal.SIGSTOP)
    began, held = time.monotonic(), len(world.sink.receipts())
    world.start("worker")
    wait_until(lambda: any(receipt["repeat"] for receipt in world.sink.receipts()))
    taken_over = seconds_since(began)
    time.sleep(max(0, 90 - taken_over))
    world.settle()
    before = world.sql("SELECT id, state, sent_at, ambiguous_count FROM notifications_delivery ORDER BY id")
    world.kill(sleeper, signal.SIGCONT)
    wait_until(lambda: ended_attempts(world) == attempts(world))
    after = world.sql("SELECT id, state, sent_at, ambiguous_count FROM notifications_delivery ORDER BY id")
    assert after == before
    report = must_hold(taken_over_after_seconds=taken_over)
    assert report.figures["repeats_flagged"] == held


def test_row_5_asked_to_end_while_it_sends(world: World, must_hold) -> None:
    """SIGTERM: it finishes what it is sending, gives back what it has not begun, and nobody is told twice."""
    log()
    beat = world.start("beat")
    world.sink.mode = "slow"
    worker = world.start("worker")
    wait_until(world.sink.receipts)
    worker.terminate()
    began = time.monotonic()
    world.kill(beat)
    assert worker.wait(PATIENCE_SECONDS) == 0
    took = seconds_since(began)
    ((begun,),) = world.sql(
        "SELECT count(*) FROM notifications_delivery WHERE state = 'leased' AND started_at IS NOT NULL"
    )
    assert begun == 0
    world.sink.mode = "ok"
    world.start("beat")
    world.start("worker")
    world.settle()
    report = must_hold(ended_after_seconds=took)
    assert report.figures["repeats_flagged"] == 0


def attempts(world: World) -> int:
    ((number,),) = world.sql("SELECT count(*) FROM notifications_attempt")
    return number


def ended_attempts(world: World) -> int:
    ((number,),) = world.sql("SELECT count(*) FROM notifications_attempt WHERE ended_at IS NOT NULL")
    return number
