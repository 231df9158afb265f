"""`GET /healthz`: what works and what does not, for monitors and load balancers.

A middleware in front of all others rather than a view, so that the answer needs no session, no host name and
no database, and comes within a second or two whatever hangs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.queues import PULSING
from operations import engine_health
from operations.engine_health import EngineHealth
from operations.tasks import WORKER

PATH = "/healthz"
TIMEOUT_SECONDS = 1
SILENT_AFTER = timedelta(seconds=20)  # workers and beat give a sign every two seconds
OK = "ok"
UNKNOWN = "unknown: the database does not answer"
ASKED_OF_DATABASE = ("worker", "beat", "engine", "deliveries", "invariants")

HEARTBEATS = "SELECT process, now() - last_tick_at FROM escalations_heartbeat"


@dataclass(frozen=True)
class Signs:
    """What the database knows."""

    ages: dict[str, timedelta]  # of every process's last heartbeat
    engine: EngineHealth


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
    signs, broker = await asyncio.gather(_signs(), _broker())
    if signs is None:
        return {
            "database": "does not answer",
            "broker": broker,
            **dict.fromkeys(ASKED_OF_DATABASE, UNKNOWN),
        }
    workers = {queue: _sign_of_life(signs, WORKER.format(queue)) for queue in PULSING}
    return {
        "database": OK,
        "broker": broker,
        "worker": "; ".join(f"{queue} {sign}" for queue, sign in workers.items() if sign != OK) or OK,
        "beat": _sign_of_life(signs, "beat"),
        **{part: _of(signs.engine, part) for part in ("engine", "deliveries", "invariants")},
    }


async def _signs() -> Signs | None:
    """What the database knows; None when it does not answer.

    On a connection of its own: the pool may be exhausted, and that must not look like a dead database.
    """
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory")  # Django's, for synchronous connections
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as own:
                cursor = await own.execute(HEARTBEATS)
                ages = dict(await cursor.fetchall())
                cursor = await own.execute(engine_health.QUERY)
                row = await cursor.fetchone()
    except (TimeoutError, OSError, psycopg.Error):
        return None
    return Signs(ages, EngineHealth(*row)) if row else None


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


def _sign_of_life(signs: Signs, process: str) -> str:
    if process not in signs.ages:
        return "has never run"
    age = signs.ages[process]
    return OK if age <= SILENT_AFTER else f"no heartbeat for {age.total_seconds():.0f} s"


def _of(state: EngineHealth, part: str) -> str:
    return "; ".join(problem.reason for problem in state.problems() if problem.part == part) or OK
