"""Deadlines that are due at the same moment: few queries for all of them, and none that fails stops another."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from escalations import engine
from escalations.models import Deadline, DeadlineState
from incidents import actions
from journal.models import Entry
from journal.verification import breaks
from people.models import CrisisRole, DutyShift
from tests.pace import PATIENCE_SECONDS

pytestmark = pytest.mark.calendar


@pytest.fixture
def due(alice, bob, admin, brand):
    """due(20) logs so many incidents whose acknowledgement is overdue."""

    now = timezone.now()
    for role in CrisisRole.values:
        DutyShift.objects.create(
            role=role, user=bob, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
        )

    def log(count: int) -> list[Deadline]:
        for number in range(count):
            actions.log_incident(actor=alice, brand=brand, title=f"Incident {number}")
        armed = Deadline.objects.armed().filter(purpose="incident.acknowledge", step=0)
        armed.update(due_at=timezone.now() - timedelta(seconds=1))
        return list(armed)

    return log


def fired() -> int:
    return Deadline.objects.filter(state=DeadlineState.FIRED).count()


@pytest.mark.django_db
def test_ten_take_as_many_queries_as_twenty(due):
    counts = []
    for count in (10, 10, 20):  # the first time also reads what is remembered afterwards
        batch = due(count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(engine._fire_together(batch)) == count
        counts.append(len(queries))
    assert counts[1] == counts[2]


@pytest.mark.django_db
def test_one_that_fails_takes_no_other_with_it(due):
    bad, *good = due(8)
    Deadline.objects.filter(pk=bad.pk).update(steps=[{**bad.steps[0], "tell": ["nonsense"]}])
    assert engine.tick() == len(good)
    bad.refresh_from_db()
    assert (bad.state, bad.failures) == (DeadlineState.ARMED, 1)
    assert not Entry.objects.filter(kind="deadline.missed", data__deadline=bad.pk).exists()
    assert breaks() == []


@pytest.mark.django_db
def test_a_step_that_raises_the_level_fires_by_itself(due):
    batch = due(3)
    Deadline.objects.filter(pk=batch[0].pk).update(steps=[{**batch[0].steps[0], "raise_level": True}])
    batch[0].refresh_from_db()
    assert [engine._stands_alone(deadline) for deadline in batch] == [True, False, False]
    assert engine.tick() == 3


@pytest.mark.django_db(transaction=True)
def test_workers_that_fire_at_once_fire_each_once(due):
    batch = due(60)
    barrier, totals = threading.Barrier(3), []

    def work() -> None:
        barrier.wait()
        try:
            totals.append(engine.tick())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    engine.tick()  # what a worker found locked by another it leaves for its next look
    named = Entry.objects.filter(kind="deadline.missed").values_list("data__deadline", flat=True)
    assert sorted(named) == sorted(deadline.pk for deadline in batch)
    assert fired() == 60
    assert breaks() == []
