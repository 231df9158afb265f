"""Celery entry points: whatever they need they find in the rows."""

from celery import Task, shared_task

from escalations.engine import beat
from operations import dead_man
from operations.invariants import actions, check, heads

WORKER = "worker-{}"  # the heartbeat of whoever empties a queue


@shared_task(bind=True)
def pulse(self: Task) -> None:
    """Somebody empties this queue: beat asks for a sign every few seconds, /healthz looks at its age."""
    beat(WORKER.format(self.request.delivery_info["routing_key"]), clean=True)


@shared_task
def watch() -> None:
    """Every minute: are the promises kept? If so, the dead-man call says that we live."""
    actions.note(check())
    heads.export_if_due()
    dead_man.call("worker")
