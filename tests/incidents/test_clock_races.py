"""Somebody does what a clock asks for while the engine fires it, in two real transactions."""

from __future__ import annotations

import pytest
from django.utils import timezone

from escalations import engine
from escalations.models import Deadline, DeadlineState
from incidents import actions
from incidents.models import RoleAssignment, TaskState
from incidents.running_deadlines import deadlines_ending_with
from notifications.models import Delivery, DeliveryState
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2


def due_now(subject, purpose: str) -> Deadline:
    clock = Deadline.objects.of(subject).armed().get(purpose=purpose)
    Deadline.objects.filter(pk=clock.pk).update(due_at=timezone.now())
    return clock


def assert_settled(clock: Deadline) -> None:
    """Fired before the deed or not at all; either way nothing runs and nothing goes out any more."""
    clock.refresh_from_db()
    assert clock.settled_at
    same = {"content_type": clock.content_type, "object_id": clock.object_id, "purpose": clock.purpose}
    assert not Deadline.objects.filter(**same).unsettled().exists()
    if clock.state == DeadlineState.FIRED:
        assert not Delivery.objects.filter(entry=clock.entry, state=DeliveryState.PENDING).exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_task_is_done_while_its_clock_fires(activated, alice, _round):
    task = activated(2).tasks.filter(state=TaskState.OPEN, due_at__isnull=False).first()
    clock = due_now(task, "task.ageing")
    assert not any(
        at_once(
            lambda: actions.settle_task(task=task, actor=alice, state=TaskState.DONE),
            lambda: engine.fire(clock.pk),
        )
    )
    assert_settled(clock)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_role_is_accepted_while_its_clock_fires(activated, bob, _round):
    activated(2)
    role = RoleAssignment.objects.get(user=bob)
    clock = due_now(role, "role.unaccepted")
    assert not any(
        at_once(lambda: actions.accept_role(assignment=role, actor=bob), lambda: engine.fire(clock.pk))
    )
    assert_settled(clock)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_incident_is_dismissed_while_its_clocks_fire(triaged, alice, bob, _round):
    incident = triaged(3)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=bob)
    clocks = [
        due_now(role, "role.unaccepted"),
        due_now(incident, "incident.acknowledge"),
        due_now(incident, "incident.holding_statement"),
    ]
    assert not any(
        at_once(
            lambda: actions.dismiss(incident=incident, actor=alice, reason="satire"),
            *(lambda pk=clock.pk: engine.fire(pk) for clock in clocks),
        )
    )
    assert not deadlines_ending_with(incident).unsettled().exists()
    for clock in clocks:
        assert_settled(clock)
