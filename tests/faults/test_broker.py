"""Too many of everybody, and the broker empty, gone, frozen or full (rows 6 to 10)."""

from __future__ import annotations

import os
import signal
import time

import pytest
from django.urls import reverse

from incidents.models import Incident
from tests.faults.acts import log, post, signed_in, timed
from tests.faults.world import World
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]
LATEST = 15  # seconds: ten until the watchdog calls the engine silent, two until it looks, and some to spare


@pytest.mark.faults_short
@pytest.mark.long
def test_row_6_too_many_of_everybody(world: World, must_hold, full: bool, seed: int) -> None:
    for what, number in {"worker": 4, "beat": 3, "watchdog": 2}.items():
        for _ in range(number if full else 2):
            world.start(what)
    load = world.start_load(seconds=30 if full else 3, seed=seed, rate=8)
    done = world.finish_load(load)
    world.settle()
    must_hold(latest=LATEST, load=done)


@pytest.mark.faults_short
@pytest.mark.long
def test_row_7_neither_beat_nor_broker(lively: World, must_hold, full: bool, seed: int) -> None:
    """Worker, beat and Redis die at the same moment, in the midst of work; there is the watchdog alone."""
    load = lively.start_load(seconds=40 if full else 5, seed=seed)
    wait_until(lambda: lively.sql("SELECT 1 FROM escalations_deadline"))
    lively.services.take_down(lively.services.redis, signal.SIGKILL)
    for process in lively.processes[:2]:
        lively.kill(process)
    done = lively.finish_load(load)
    lively.settle()
    must_hold(latest=LATEST, load=done)


@pytest.mark.faults_short
@pytest.mark.long
def test_row_8_the_broker_forgets_everything(lively: World, must_hold, full: bool, seed: int) -> None:
    """FLUSHALL, then kill -9 and a new, empty Redis after some seconds."""
    load = lively.start_load(seconds=40 if full else 4, seed=seed)
    time.sleep(10 if full else 1)
    lively.services.broker().flushall()
    time.sleep(5 if full else 1)
    lively.services.take_down(lively.services.redis, signal.SIGKILL)
    time.sleep(5 if full else 1)
    lively.services.start_again()
    done = lively.finish_load(load)
    lively.settle()
    must_hold(latest=LATEST, load=done)


def test_row_9_the_broker_freezes(lively: World, must_hold, pace, seed: int) -> None:
    """SIGSTOP: whoever acts on a page waits two seconds at most, and what is due fires."""
    _web, address = lively.start_web(DATABASE_POOL_SIZE=4)
    incident = log("Seen on the page", due_in=300)
    session = signed_in("bob@example.com", address)
    redis = lively.services.redis.process_id()
    assert redis is not None
    load = lively.start_load(seconds=20, seed=seed)
    time.sleep(2)
    os.kill(redis, signal.SIGSTOP)
    page = timed(lambda: session.get(f"{address}{incident.get_absolute_url()}"))
    action = timed(lambda: post(session, address, reverse("incidents:acknowledge", args=[incident.pk])))
    assert Incident.objects.get(pk=incident.pk).acknowledged_by_id
    done = lively.finish_load(load)
    os.kill(redis, signal.SIGCONT)
    lively.settle()
    must_hold(latest=LATEST, load=done, page_seconds=page, action_seconds=action)
    assert max(page, action) <= pace.limit(2)


def test_row_10_the_broker_is_full(lively: World, must_hold, seed: int) -> None:
    load = lively.start_load(seconds=40, seed=seed)
    time.sleep(5)
    lively.services.broker().config_set("maxmemory", "1")
    done = lively.finish_load(load)
    lively.services.broker().config_set("maxmemory", "256mb")
    lively.settle()
    must_hold(latest=LATEST, load=done)
