"""Hints over Redis: to workers, that there is something to do, and to open pages, that something changed.

Losing one costs seconds: beat sends the next hint, and pages look by themselves. So nothing here ever raises: what
is hinted at is committed, and a broken Redis must not turn it into an error page.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache

import redis
from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5


class Broker:
    """Runs what talks to Redis, and leaves it out for five seconds after a failure.

    One transaction may have many hints. A hung Redis costs a second for each that is tried, and hints are worth none.
    """

    def __init__(self) -> None:
        self._silent_until = 0.0

    def attempt(self, publish: Callable[[], object]) -> bool:
        """Whether `publish` ran without an error. Never raises."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            publish()
        except Exception:  # noqa: BLE001 - the broker may fail in any way
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            return False
        return True


broker = Broker()


def wake(task: str, *arguments: int, expires: float = 10) -> None:
    """Hint that a worker should run `task` (its full name) now; worthless after `expires` seconds."""
    if not broker.attempt(lambda: current_app.send_task(task, arguments, retry=False, expires=expires)):
        logger.warning("hint for %s not published: the broker does not answer", task)


def live_topic(stream: str) -> str:
    """Where open pages listen for changes of a journal stream or of one person."""
    return f"crisis-desk:live:{stream}"


def publish(stream: str, kind: str) -> None:
    """Hint to open pages that something of this kind happened in `stream`."""
    if not broker.attempt(lambda: _redis().publish(live_topic(stream), kind)):
        logger.warning("live hint for %s not published: Redis does not answer", stream)


@cache
def _redis() -> redis.Redis:
    seconds = settings.REDIS_TIMEOUT_SECONDS
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds)
