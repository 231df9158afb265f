"""Celery entry points: no arguments, everything is found again from the rows."""

from celery import shared_task

from notifications.delivery import deliver_pending

deliver = shared_task(deliver_pending, name="notifications.tasks.deliver")
