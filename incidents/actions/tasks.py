from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.text import require_text
from common.times import require_to_come
from common.transitions import change_state
from escalations.actions import stop
from incidents import running_deadlines
from incidents.actions.locking import lock_incident, require
from incidents.models import DoneBy, Incident, Task, TaskState
from incidents.rules import TASK_LIFE
from incidents.scope import note, people_for
from people.models import CrisisRole, User


@transaction.atomic
def add_task(
    *, incident: Incident, actor: User, role: str, text: str, due_at: datetime | None = None
) -> Task:
    """A task beyond the playbook; whoever holds the role is told."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_to_come(due_at, "due_at")
    task = Task.objects.create(
        incident=incident,
        role=CrisisRole(role),
        text=require_text(text, _("Say what is to be done.")),
        due_at=due_at,
        position=1000,  # after what the playbook prescribes
    )
    running_deadlines.keep(incident, running_deadlines.TASK_AGEING)
    note(
        incident,
        "task.added",
        actor,
        audience=people_for(incident, [f"role:{role}"]),
        text=task.text,
        role=role,
    )
    return task


def tick_tasks(incident: Incident, actor: User, done_by: DoneBy) -> None:
    """The deed was done elsewhere in the room: what asks for exactly that is done. The incident is locked."""
    for task in incident.tasks.filter(state=TaskState.OPEN, step__done_by=done_by):
        settle_task(task=task, actor=actor, state=TaskState.DONE)


@transaction.atomic
def settle_task(*, task: Task, actor: User, state: str, text: str = "") -> Task:
    """Mark a task done, or say with a reason why it does not apply."""
    incident = lock_incident(task.incident_id)
    require(actor, "incidents.work", incident)
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.state != TaskState.OPEN:
        raise ActionRefused(_("%(person)s has settled this task already.") % {"person": task.settled_by})
    if state not in (TaskState.DONE, TaskState.SKIPPED):
        raise Invalid(_("A task is either done or does not apply."))
    if state == TaskState.SKIPPED:
        require_text(text, _("Say why this task does not apply."), field="text")
    change_state(
        task,
        TaskState(state),
        TASK_LIFE,
        note=text.strip()[:500],
        settled_by=actor,
        settled_at=timezone.now(),
    )
    stop(subject=task)
    note(incident, f"task.{task.state}", actor, text=task.text, note=task.note)
    return task
