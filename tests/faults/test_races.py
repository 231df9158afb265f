"""Acting, editing and dying at the very moment something fires (rows 16 to 18, 24 and 25)."""

from __future__ import annotations

import random
import signal
import threading
import time
from functools import partial

import psycopg
import pytest
import requests
from django.db import close_old_connections, connection
from django.db.models.functions import Now

from escalations.engine import fire
from escalations.models import Deadline, DeadlineState, Policy
from incidents.actions import acknowledge
from incidents.actions.lifecycle import ACKNOWLEDGE
from incidents.models import Incident
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from people.models import User
from tests.faults.acts import log
from tests.faults.world import World
from tests.pace import PATIENCE_SECONDS
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]


@pytest.mark.faults_short
def test_row_16_acknowledging_races_firing(world: World, must_hold, full: bool, seed: int) -> None:
    """Both at the same instant, over and over: whoever comes first wins, and nothing fires after an acknowledgement."""
    times, dice, bob = (1000 if full else 30), random.Random(seed), User.objects.get(email="bob@example.com")
    acknowledged_first = fired_first = 0
    for number in range(times):
        incident = log(f"Incident {number}", due_in=-1)
        deadline = Deadline.objects.of(incident).armed().get()
        pause = dice.uniform(-0.004, 0.004)
        at_once(
            partial(fire, deadline.pk),
            partial(acknowledge, incident=incident, actor=bob),
            pauses=(max(0, pause), max(0, -pause)),
        )
        kinds = list(
            Entry.objects.filter(stream=incident.stream).order_by("seq").values_list("kind", flat=True)
        )
        deadline.refresh_from_db()
        if deadline.state == DeadlineState.FIRED:
            assert kinds.index("deadline.missed") < kinds.index("incident.acknowledged")
            fired_first += 1
        else:
            assert "deadline.missed" not in kinds
            acknowledged_first += 1
        assert fire(deadline.pk) is False
    world.run_program("from notifications.delivery import deliver_pending\nwhile deliver_pending(): pass")
    must_hold(fired_first=fired_first, acknowledged_first=acknowledged_first)
    assert fired_first
    assert acknowledged_first


def test_row_17_acknowledged_while_the_alert_is_on_its_way(world: World, must_hold) -> None:
    """What is being sent is recorded as sent, after the acknowledgement; what has not begun is withdrawn."""
    incident, bob = log(due_in=-1), User.objects.get(email="bob@example.com")
    world.run_program("from notifications.delivery import deliver_pending\nwhile deliver_pending(): pass")
    deadline = Deadline.objects.of(incident).armed().get()
    assert fire(deadline.pk)
    alert = Delivery.objects.outside().filter(entry__deadline=deadline.pk)
    assert alert.count() == 2
    with world.sink.holding():
        before = len(world.sink.receipts())
        world.start("beat")
        world.start("sender")
        # A second urgent message about the same incident waits for a minute, so that it can be bundled.
        wait_until(lambda: len(world.sink.receipts()) > before)
        acknowledge(incident=Incident.objects.get(pk=incident.pk), actor=bob)
    world.settle()
    must_hold()
    acknowledged_at = Incident.objects.get(pk=incident.pk).acknowledged_at
    by_state = {row.state: row for row in alert}
    assert by_state.keys() == {DeliveryState.SENT, DeliveryState.CANCELLED}
    assert by_state[DeliveryState.SENT].sent_at > acknowledged_at
    assert not by_state[DeliveryState.CANCELLED].attempts.exists()


def test_row_18_somebody_holds_an_incident_locked(world: World, must_hold, pace) -> None:
    """A minute and more: all others fire on time, /healthz and an alert name it, and it fires once it can."""
    _web, address = world.start_web(DATABASE_POOL_SIZE=4)
    for what in ("worker", "beat", "watchdog"):
        world.start(what)
    stuck = log("Locked", due_in=3)
    with psycopg.connect(host=str(world.services.sockets), user="postgres", dbname=world.name) as somebody:
        somebody.execute("SELECT 1 FROM incidents_incident WHERE id = %s FOR UPDATE", [stuck.pk])
        others = [log(f"Free {number}", due_in=number) for number in range(1, 60, 3)]
        wait_until(lambda: "deadline has been due" in requests.get(f"{address}/healthz", timeout=60).text)
        wait_until(lambda: Entry.objects.filter(kind="engine.deadline_locked").exists())
        late = max(
            lateness(incident) for incident in others if Deadline.objects.of(incident).exclude(entry=None)
        )
        assert not Deadline.objects.of(stuck).filter(state=DeadlineState.FIRED).exists()
        broken = world.run("manage.py", "check_invariants")
        assert broken.returncode == 1
        assert "I1" in broken.stderr
        released = time.monotonic()
    wait_until(lambda: Deadline.objects.of(stuck).filter(state=DeadlineState.FIRED).exists())
    fired_after = round(time.monotonic() - released, 2)
    world.settle()
    must_hold(lateness_of_others_seconds=late, fired_after_release_seconds=fired_after)
    assert late <= pace.limit(5)


def test_row_24_dying_between_commit_and_hint(world: World, must_hold) -> None:
    """The hint is lost; the next sweep finds the row."""
    for what in ("worker", "beat"):
        world.start(what)
    wait_until(lambda: world.sql("SELECT 1 FROM escalations_heartbeat WHERE process = 'engine'"))
    killed = world.run_program(
        "import os\n"
        "from django.db import transaction\n"
        "from tests.faults.acts import log\n"
        "with transaction.atomic():\n"
        "    transaction.on_commit(lambda: os.kill(os.getpid(), 9))\n"  # runs before the hints of the action
        "    log(due_in=1)\n"
    )
    assert killed.returncode == -signal.SIGKILL
    wait_until(lambda: Entry.objects.filter(kind="deadline.missed").exists())
    world.settle()
    report = must_hold(latest=5)
    assert report.figures["fired"] >= 1


def test_row_25_the_policy_and_the_people_change_meanwhile(world: World, must_hold) -> None:
    """What runs keeps the steps it started with; where nobody of them is left, the administrators hear."""
    for what in ("worker", "beat"):
        world.start(what)
    incident = log(due_in=3600)
    running = Deadline.objects.of(incident).armed()
    frozen = running.get().steps
    policy = Policy.objects.get(purpose=ACKNOWLEDGE, level=2)
    policy.steps.all().delete()
    Policy.objects.filter(pk=policy.pk).update(minutes=600)
    User.objects.filter(email__in=["bob@example.com", "dave@example.com"]).update(is_active=False)
    running.update(due_at=Now())
    rows = Deadline.objects.of(incident).exclude(state=DeadlineState.CANCELLED)
    wait_until(lambda: rows.filter(state=DeadlineState.FIRED).count() == len(frozen))
    world.settle()
    must_hold(latest=15)
    assert [row.steps for row in rows] == [frozen] * len(frozen)
    admin, bob, dave = (User.objects.get(email=f"{name}@example.com").pk for name in ("admin", "bob", "dave"))
    for row in rows.select_related("entry"):
        assert admin in row.entry.audience
        assert not {bob, dave} & {*row.entry.audience}
    assert rows.count() == len(frozen)


def lateness(incident: Incident) -> float:
    row = (
        Deadline.objects.of(incident)
        .filter(step=0, state=DeadlineState.FIRED)
        .select_related("entry")
        .first()
    )
    return (row.entry.at - row.due_at).total_seconds() if row and row.entry else 0


def at_once(*acts, pauses) -> None:
    """Let them go at the same instant, each after its pause; every one must come back without an error."""
    barrier, failures = threading.Barrier(len(acts)), []

    def run(act, pause: float) -> None:
        close_old_connections()
        barrier.wait()
        time.sleep(pause)
        try:
            act()
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test must show it
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(acts, pauses, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)
