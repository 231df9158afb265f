"""The Celery application. Tasks carry ids or nothing at all: PostgreSQL is the only queue."""

import logging
import os

from celery import Celery
from celery.signals import beat_init, before_task_publish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisis.settings")

logger = logging.getLogger(__name__)

app = Celery("crisis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Hints, not deadlines: a beat that is late or doubled only changes when a worker looks, never what is due.
HINT = {"expires": 10}
app.conf.beat_schedule = {
    "fire-due-deadlines": {"task": "escalations.tasks.fire_due", "schedule": 2.0, "options": HINT},
    "deliver-notifications": {"task": "notifications.tasks.deliver", "schedule": 2.0, "options": HINT},
    "pulse": {"task": "crisis.tasks.pulse", "schedule": 2.0, "options": HINT},
    "sweep-imports": {"task": "monitoring.tasks.sweep_imports", "schedule": 15.0, "options": HINT},
    "watch-mentions": {"task": "monitoring.tasks.watch_now", "schedule": 120.0, "options": {"expires": 60}},
}


@beat_init.connect
def leave_signs_of_life(**_signal: object) -> None:
    """Beat writes its own heartbeat with every pulse: a dead worker must not look like a dead beat."""
    before_task_publish.connect(_beat_lives, sender="crisis.tasks.pulse", weak=False)


def _beat_lives(**_signal: object) -> None:
    from django.db import Error, connection

    from escalations.engine import beat

    try:
        beat("beat", clean=True)
    except Error:
        connection.close()
        logger.warning("beat could not leave its sign of life: the database does not answer")
