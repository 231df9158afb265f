"""The Celery application. Tasks carry ids or nothing at all: PostgreSQL is the only queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisis.settings")

app = Celery("crisis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Hints, not deadlines: a beat that is late or doubled only changes when a worker looks, never what is due.
app.conf.beat_schedule = {
    "fire-due-deadlines": {"task": "escalations.tasks.fire_due", "schedule": 2.0, "options": {"expires": 10}},
    "deliver-notifications": {"task": "notifications.tasks.deliver", "schedule": 2.0, "options": {"expires": 10}},
}
