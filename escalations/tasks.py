from celery import shared_task

from escalations.engine import tick


@shared_task
def fire_due() -> None:
    tick()
