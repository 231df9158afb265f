"""Does the clock by which deadlines go run evenly?"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from escalations.engine_alerts import alert_administrators

TOLERATED_SECONDS = 5
# Every process sees the same jump, within seconds of each other.
SAME_JUMP = timedelta(minutes=1)


class DatabaseClock:
    """Compares the database's clock with CLOCK_MONOTONIC, which nobody can set, from one look to the next."""

    def __init__(self) -> None:
        self.last: tuple[float, float, datetime] | None = None

    def jump(self) -> tuple[float, datetime]:
        """By how many seconds the database's clock went wrong since the last look (0: evenly), and what it shows.

        However long the question takes: what may be its delay is no jump.
        """
        before = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            (shown,) = cursor.fetchone()
        after = time.monotonic()
        last, self.last = self.last, (before, after, shown)
        if last is None:
            return 0, shown
        passed = (shown - last[2]).total_seconds()
        least, most = before - last[1], after - last[0]
        wrong = min(passed - least, 0) or max(passed - most, 0)
        return (wrong if abs(wrong) > TOLERATED_SECONDS else 0), shown

    def watch(self) -> bool:
        """Whether it jumped. Tells administrators, once for all processes; what is due fires all the same."""
        seconds, shown = self.jump()
        if seconds:
            told = Q(at__range=(shown - SAME_JUMP, shown + SAME_JUMP))
            alert_administrators("engine.clock_jumped", once=told, seconds=round(seconds))
        return bool(seconds)
