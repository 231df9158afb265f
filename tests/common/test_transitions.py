"""One helper moves everything that has a life cycle: along its table, or not at all."""

from __future__ import annotations

import pytest

from common.errors import ActionRefused
from common.transitions import LifeCycle, change_state, require_step, set_fields
from incidents.models import Task, TaskState
from people.models import CrisisRole

pytestmark = pytest.mark.django_db

LIFE = LifeCycle({TaskState.OPEN: {TaskState.SKIPPED}, TaskState.DONE: set(), TaskState.SKIPPED: set()})


@pytest.fixture
def task(incident) -> Task:
    return Task.objects.create(incident=incident, role=CrisisRole.SCRIBE, text="Keep the log")


def test_an_allowed_step_is_stored_with_its_fields_and_nothing_else(task, alice):
    task.text = "not meant to be stored"
    settled = {"settled_by": alice, "settled_at": task.incident.detected_at, "note": "no log needed"}
    change_state(task, TaskState.SKIPPED, LIFE, **settled)
    task.refresh_from_db()
    assert (task.state, task.note, task.settled_by) == ("skipped", "no log needed", alice)
    assert task.text == "Keep the log"


@pytest.mark.parametrize("to_state", [TaskState.DONE, TaskState.OPEN, "unheard-of"])
def test_a_forbidden_step_is_refused_and_changes_nothing(task, to_state):
    with pytest.raises(ActionRefused):
        change_state(task, to_state, LIFE, note="changed")
    assert (task.state, task.note) == ("open", "")
    task.refresh_from_db()
    assert (task.state, task.note) == ("open", "")


def test_a_refusal_names_both_states_as_pages_show_them(task):
    with pytest.raises(ActionRefused, match="This is “Open” and cannot become “Done”"):
        require_step(task, TaskState.DONE, LIFE)
    own = LifeCycle(LIFE.steps, "%(then)s, when it is %(now)s?")
    with pytest.raises(ActionRefused, match=r"^Done, when it is Open\?$"):
        require_step(task, TaskState.DONE, own)


def test_asking_for_an_allowed_step_changes_nothing(task):
    require_step(task, TaskState.SKIPPED, LIFE)
    assert task.state == "open"


def test_set_fields_leaves_the_other_columns_alone(task):
    Task.objects.filter(pk=task.pk).update(text="changed by somebody else")
    set_fields(task, note="mine")
    task.refresh_from_db()
    assert (task.text, task.note) == ("changed by somebody else", "mine")


def test_who_comes_second_reads_that_it_is_done_already(task):
    with pytest.raises(ActionRefused, match="It is “Open” already"):
        require_step(task, TaskState.OPEN, LIFE)
