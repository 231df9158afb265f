"""Celery entry points: no arguments, everything is found again from the rows."""

from celery import shared_task

from readiness import actions


@shared_task
def extend_rotations() -> None:
    actions.extend_rotations()
