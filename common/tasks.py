"""Celery entry points: whatever they need they find in the rows."""

from celery import shared_task

from common import repeats


@shared_task
def forget_sent_forms() -> None:
    repeats.forget()
