"""Somebody does what a deadline asks for while the engine fires it, in two real transactions."""

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
    deadline = Deadline.objects.of(subject).armed().get(purpose=purpose)
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now())
    return deadline


def assert_settled(deadline: Deadline) -> None:
    """Fired before the deed or not at all; either way nothing runs and nothing goes out any more."""
    deadline.refresh_from_db()
    assert deadline.settled_at
    same = {
        "content_type": deadline.content_type,
        "object_id": deadline.object_id,
        "purpose": deadline.purpose,
    }
    assert not Deadline.objects.filter(**same).unsettled().exists()
    if deadline.state == DeadlineState.FIRED:
        assert not Delivery.objects.filter(entry=deadline.entry, state=DeliveryState.PENDING).exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_task_is_done_while_its_deadline_fires(activated, alice, _round):
    task = activated(2).tasks.filter(state=TaskState.OPEN, due_at__isnull=False).first()
    deadline = due_now(task, "task.ageing")
    assert not any(
        at_once(
            lambda: actions.settle_task(task=task, actor=alice, state=TaskState.DONE),
            lambda: engine.fire(deadline.pk),
        )
    )
    assert_settled(deadline)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_role_is_accepted_while_its_deadline_fires(activated, bob, _round):
    activated(2)
    role = RoleAssignment.objects.get(user=bob)
    deadline = due_now(role, "role.unaccepted")
    assert not any(
        at_once(lambda: actions.accept_role(assignment=role, actor=bob), lambda: engine.fire(deadline.pk))
    )
    assert_settled(deadline)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_incident_is_dismissed_while_its_deadlines_fire(triaged, alice, bob, _round):
    incident = triaged(3)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=bob)
    deadlines = [
        due_now(role, "role.unaccepted"),
        due_now(incident, "incident.acknowledge"),
        due_now(incident, "incident.holding_statement"),
    ]
    assert not any(
        at_once(
            lambda: actions.dismiss(incident=incident, actor=alice, reason="satire"),
            *(lambda pk=deadline.pk: engine.fire(pk) for deadline in deadlines),
        )
    )
    assert not deadlines_ending_with(incident).unsettled().exists()
    for deadline in deadlines:
        assert_settled(deadline)
