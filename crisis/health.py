"""`GET /healthz`: what works and what does not, for monitors and load balancers.

A middleware in front of all others rather than a view, so that the answer needs no session, no host name and
no database, and comes within a second or two whatever hangs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import psycopg
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg import sql
from redis.asyncio import Redis
from redis.exceptions import RedisError

from escalations.models import Heartbeat

PATH = "/healthz"
TIMEOUT_SECONDS = 1
SILENT_AFTER = timedelta(seconds=20)  # worker and beat give a sign every two seconds
NO_CLEAN_TICK_AFTER = timedelta(seconds=30)
OVERDUE_SECONDS = 60
# Whoever fires deadlines: the workers, or the watchdog while they are silent.
FIRING = ("engine", "watchdog-firing")
OK = "ok"
UNKNOWN = "unknown: the database does not answer"

# Process name to (age of its last tick, age of its last clean tick, seconds the oldest deadline was overdue)
Heartbeats = dict[str, tuple[timedelta, timedelta | None, float]]


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        parts = async_to_sync(health)()
        status = 200 if all(answer == OK for answer in parts.values()) else 503
        return JsonResponse(parts, status=status, headers={"Cache-Control": "no-store"})


async def health() -> dict[str, str]:
    """Each part of the product with "ok" or the reason why it is not."""
    heartbeats, broker = await asyncio.gather(_heartbeats(), _broker())
    if heartbeats is None:
        return {
            "database": "does not answer",
            "broker": broker,
            "worker": UNKNOWN,
            "beat": UNKNOWN,
            "engine": UNKNOWN,
        }
    return {
        "database": OK,
        "broker": broker,
        "worker": _sign_of_life(heartbeats, "worker"),
        "beat": _sign_of_life(heartbeats, "beat"),
        "engine": _engine(heartbeats),
    }


async def _heartbeats() -> Heartbeats | None:
    """The heartbeat rows; None when the database does not answer.

    On a connection of its own: the pool may be exhausted, and that must not look like a dead database.
    """
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory")  # Django's, for synchronous connections
    query = sql.SQL(
        "SELECT process, now() - last_tick_at, now() - last_clean_tick_at, oldest_due_seconds FROM {}"
    ).format(sql.Identifier(Heartbeat._meta.db_table))
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as own:
                cursor = await own.execute(query)
                return {process: (tick, clean, due) for process, tick, clean, due in await cursor.fetchall()}
    except (TimeoutError, OSError, psycopg.Error):
        return None


async def _broker() -> str:
    client = Redis.from_url(settings.REDIS_URL)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await client.ping()
    except (TimeoutError, OSError, RedisError):
        return "does not answer"
    finally:
        await client.aclose()
    return OK


def _sign_of_life(heartbeats: Heartbeats, process: str) -> str:
    if process not in heartbeats:
        return "has never run"
    age = heartbeats[process][0]
    return OK if age <= SILENT_AFTER else f"no sign of life for {age.total_seconds():.0f} s"


def _engine(heartbeats: Heartbeats) -> str:
    clean = [(heartbeats[name][1], heartbeats[name][2]) for name in FIRING if name in heartbeats]
    ticks = [(age, overdue) for age, overdue in clean if age is not None]
    if not ticks:
        return "no deadline was ever looked at"
    age, overdue = min(ticks)
    if age > NO_CLEAN_TICK_AFTER:
        return f"no clean tick for {age.total_seconds():.0f} s"
    if overdue > OVERDUE_SECONDS:
        return f"a deadline has been due for {overdue:.0f} s"
    return OK
