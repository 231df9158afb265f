"""Celery entry points: no arguments, everything is found again from the rows."""

from celery import shared_task

from escalations.engine import tick

fire_due = shared_task(tick, name="escalations.tasks.fire_due")
