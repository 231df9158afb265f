from celery import shared_task

from escalations.engine import beat


@shared_task
def pulse() -> None:
    """A worker lives: beat asks for this sign every few seconds, /healthz looks at its age."""
    beat("worker", clean=True)
