"""Tells a worker to look now. Losing the hint costs at most the seconds until beat sends the next one."""

from __future__ import annotations

import logging

from celery import current_app

from common.broker import broker

logger = logging.getLogger(__name__)


def wake(task: str, *arguments: int, expires: float = 10) -> None:
    """Publish a hint to run `task` (its full name), worthless after `expires` seconds.

    Never raises: what is to be done is committed as a row, and a worker finds it without the hint as well.
    """
    if not broker.attempt(lambda: current_app.send_task(task, arguments, retry=False, expires=expires)):
        logger.warning("hint for %s not published: the broker does not answer", task)
