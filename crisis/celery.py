"""The Celery application. Tasks carry ids or nothing at all: PostgreSQL is the only queue."""

import logging
import os

from celery import Celery, Task
from celery.signals import beat_init, before_task_publish, task_prerun
from django.db import Error, connection

from common.queues import PULSING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisis.settings")

logger = logging.getLogger(__name__)

app = Celery("crisis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Hints, not deadlines: a beat that is late or doubled only changes when a worker looks, never what is due.
HINT = {"expires": 10}
FIRE = "escalations.tasks.fire_due"
DELIVER = "notifications.tasks.deliver"
app.conf.beat_schedule = {
    "fire-due-deadlines": {"task": FIRE, "schedule": 2.0, "options": HINT},
    "deliver-notifications": {"task": DELIVER, "schedule": 2.0, "options": HINT},
    **{
        f"pulse-{queue}": {
            "task": "operations.tasks.pulse",
            "schedule": 2.0,
            "options": {**HINT, "queue": queue},
        }
        for queue in PULSING
    },
    "watch": {"task": "operations.tasks.watch", "schedule": 60.0, "options": {"expires": 50}},
    "sweep-imports": {"task": "monitoring.tasks.sweep_imports", "schedule": 15.0, "options": HINT},
    "understand": {"task": "monitoring.tasks.understand", "schedule": 15.0, "options": HINT},
    "fit-own-heads": {
        "task": "monitoring.tasks.fit_own_heads",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    # Eight weeks ahead are planned; hourly, because beat forgets on every restart when it last ran.
    "extend-rotations": {"task": "readiness.tasks.extend_rotations", "schedule": 3600.0, "options": HINT},
    "forget-sent-forms": {"task": "common.tasks.forget_sent_forms", "schedule": 600.0, "options": HINT},
    "watch-mentions": {"task": "monitoring.tasks.watch_now", "schedule": 30.0, "options": {"expires": 30}},
}


@beat_init.connect
def leave_signs_of_life(**_signal: object) -> None:
    """Beat writes its own heartbeat with every hint to fire: a dead worker must not look like a dead beat."""
    before_task_publish.connect(_beat_lives, sender=FIRE, weak=False)


def _beat_lives(**_signal: object) -> None:
    from escalations.engine import beat

    try:
        beat("beat", clean=True)
    except Error:
        connection.close()
        logger.warning("beat could not leave its heartbeat: the database does not answer")


@task_prerun.connect
def look_before_sending(task: Task, **_signal: object) -> None:
    """In a restored backup the messages of yesterday wait, too: whoever sends looks for that before anything else."""
    if task.name != DELIVER:
        return
    from escalations.engine import may_act

    may_act()
