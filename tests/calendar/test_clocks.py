"""All clocks of a run of `python -m tests.calendar` are moved, and all alike."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from tests.calendar.clock import asked_instant
from tests.processes import environment

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
AGREED = timedelta(seconds=2)


def postgres_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def redis_now() -> datetime:
    seconds, microseconds = cache._cache.get_client().time()
    return datetime.fromtimestamp(seconds + microseconds / 1e6, UTC)


def process_now() -> datetime:
    """The time in a process that is started as the tests start workers."""
    program = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return datetime.fromisoformat(done.stdout.strip())


@pytest.mark.parametrize("other", [postgres_now, redis_now, process_now])
def test_the_clock_agrees_with_that_of_python(other):
    before = datetime.now(UTC)
    assert before - AGREED <= other() <= datetime.now(UTC) + AGREED


@pytest.mark.skipif(asked_instant() is None, reason="the clock is not moved")
def test_the_clock_is_at_the_asked_instant():
    instant = asked_instant()
    for now in (datetime.now(UTC), postgres_now(), redis_now(), process_now()):
        assert instant <= now < instant + timedelta(minutes=1)
