"""The checker notices: a sender and an engine that are built wrongly are caught under the same load."""

from __future__ import annotations

import time

import pytest
from django.db.models.functions import Now

from escalations.models import Deadline, Heartbeat
from tests.faults.acts import log
from tests.faults.checker import check
from tests.faults.figures import keep_figures
from tests.faults.world import World
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]


@pytest.mark.faults_short
def test_a_sender_that_records_before_it_sends_is_caught(world: World, full: bool) -> None:
    for number in range(20):
        log(f"Incident {number}")
    kills = 0
    while pending(world) and kills < (20 if full else 2):
        mutant = world.start("mutant", "sender")
        wait_until(lambda process=mutant: process.poll() is not None or not pending(world))
        kills += mutant.poll() is not None
        world.kill_all()
        world.let_leases_end()
    lost = [violation for violation in check(world).violations if violation.startswith("lost")]
    keep_figures("mutant_sender", {"messages": 40, "kills": kills, "lost": len(lost)})
    assert kills
    assert len(lost) >= kills


@pytest.mark.faults_short
def test_an_engine_that_fires_unguarded_is_caught(world: World) -> None:
    for number in range(20):
        log(f"Incident {number}", due_in=3600)
    for _ in range(2):
        world.start("mutant", "engine")
    wait_until(lambda: Heartbeat.objects.filter(process__startswith="mutant").count() == 2)
    Deadline.objects.armed().update(due_at=Now())
    wait_until(lambda: not [row for row in world.waiting(ahead=5) if row[0] == "deadline"])
    time.sleep(1)
    world.kill_all()
    violations = check(world).violations
    doubled = [violation for violation in violations if violation.startswith("doubled")]
    keep_figures("mutant_engine", {"deadlines": 20, "doubled": len(doubled)})
    assert doubled
    assert any(violation.startswith("I2") for violation in violations), (
        "the product's own check must see it, too"
    )


def pending(world: World) -> bool:
    return bool(world.sql("SELECT 1 FROM notifications_delivery WHERE state IN ('pending', 'leased')"))
