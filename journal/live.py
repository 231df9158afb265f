"""Tells open pages that something changed. A hint only: a page that misses one is stale until its next look."""

from __future__ import annotations

import logging
from functools import cache

import redis
from django.conf import settings

from common.broker import broker

logger = logging.getLogger(__name__)


def channel(stream: str) -> str:
    return f"crisis-desk:live:{stream}"


@cache
def _client() -> redis.Redis:
    seconds = settings.REDIS_TIMEOUT_SECONDS
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds)


def publish(stream: str, kind: str) -> None:
    """Never raises: the change is committed, and a broken Redis must not turn it into an error page."""
    if not broker.attempt(lambda: _client().publish(channel(stream), kind)):
        logger.warning("live hint for %s not published: Redis does not answer", stream)
