"""How the engine is, asked in one query: for /healthz, for the banner on every page and for the dead-man call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.times import absolute

NO_CLEAN_TICK_SECONDS = 30
OVERDUE_SECONDS = 60
URGENT_WAITS_SECONDS = 120
UNCHECKED_SECONDS = 300  # a worker checks the invariants every minute

# Read by both the async health check and Django's connection. Every part is answered by an index or a small table.
QUERY = """
    SELECT
        (SELECT extract(epoch FROM statement_timestamp() - max(last_clean_tick_at))::float FROM escalations_heartbeat
            WHERE process IN ('engine', 'watchdog-firing')),
        (SELECT extract(epoch FROM statement_timestamp() - min(due_at))::float FROM escalations_deadline
            WHERE state = 'armed' AND due_at <= statement_timestamp()),
        (SELECT ends_at FROM escalations_hold WHERE ended_at IS NULL),
        (SELECT array_agg(DISTINCT invariant) FROM operations_violation WHERE gone_at IS NULL AND settled_at IS NULL),
        (SELECT extract(epoch FROM statement_timestamp() - last_tick_at)::float FROM escalations_heartbeat
            WHERE process = 'invariants'),
        (SELECT extract(epoch FROM statement_timestamp() - min(
                CASE WHEN delivery.attempt_count = 0 THEN greatest(entry.at, delivery.available_at) ELSE entry.at END
            ))::float
            FROM notifications_delivery delivery JOIN journal_entry entry ON entry.id = delivery.entry_id
            WHERE delivery.state IN ('pending', 'leased') AND delivery.priority = 0 AND delivery.retry_of_id IS NULL
            -- what waits to be bundled, or because of the rate limit, does so on purpose
            AND NOT (delivery.attempt_count = 0 AND delivery.available_at > statement_timestamp()))
"""


@dataclass(frozen=True)
class Problem:
    """What is wrong with `part`: for monitors in one English phrase, for people with what they can do."""

    part: str
    reason: str
    advice: str | Promise


@dataclass(frozen=True)
class EngineHealth:
    silent_seconds: float | None  # since the last clean tick of anybody; None before the first
    overdue_seconds: float | None  # of the deadline that is due longest
    held_until: datetime | None
    broken: list[str] | None  # invariants that a check found broken, and nobody has looked at yet
    unchecked_seconds: float | None  # since the invariants were checked; None before the first check
    urgent_waits_seconds: float | None  # of the oldest urgent message that has not gone out

    @property
    def ticks(self) -> bool:
        return self.silent_seconds is not None and self.silent_seconds <= NO_CLEAN_TICK_SECONDS

    def problems(self) -> list[Problem]:
        return [*self._engine(), *self._deliveries(), *self._invariants()]

    def _engine(self) -> Iterator[Problem]:
        if self.silent_seconds is None:
            yield Problem(
                "engine",
                "no deadline was ever looked at",
                _("The escalation engine is not running: nobody is alerted. Call people yourself."),
            )
        elif not self.ticks:
            yield Problem(
                "engine",
                f"no clean tick for {self.silent_seconds:.0f} s",
                _(
                    "The escalation engine has not ticked for %(seconds)d s. Deadlines are kept, but nobody is "
                    "alerted until it runs again: call people yourself."
                )
                % {"seconds": self.silent_seconds},
            )
        if self.held_until:
            yield Problem(
                "engine",
                f"held until {self.held_until.isoformat(timespec='seconds')} or until an administrator decides",
                _(
                    "The escalation engine is held, as after a restored backup: nobody is alerted until an "
                    "administrator decides, or until %(time)s. Call people yourself."
                )
                % {"time": absolute(self.held_until)},
            )
        elif (self.overdue_seconds or 0) > OVERDUE_SECONDS:
            yield Problem(
                "engine",
                f"a deadline has been due for {self.overdue_seconds:.0f} s",
                _(
                    "A deadline was missed %(minutes)d min ago and its alert has not gone out. Check the deadlines of "
                    "your incidents and call people yourself."
                )
                % {"minutes": (self.overdue_seconds or 0) // 60},
            )

    def _deliveries(self) -> Iterator[Problem]:
        if not self.held_until and (self.urgent_waits_seconds or 0) > URGENT_WAITS_SECONDS:
            yield Problem(
                "deliveries",
                f"an urgent message has waited for {self.urgent_waits_seconds:.0f} s",
                _(
                    "An urgent message has been waiting for %(minutes)d min: e-mail or another channel does not "
                    "work. Call people yourself."
                )
                % {"minutes": (self.urgent_waits_seconds or 0) // 60},
            )

    def _invariants(self) -> Iterator[Problem]:
        if self.broken:
            codes = ", ".join(sorted(self.broken, key=lambda code: int(code[1:])))
            yield Problem(
                "invariants",
                f"broken: {codes}",
                _(
                    "Invariant violated (%(codes)s). Until an administrator has looked at it, do not rely on alerts "
                    "alone."
                )
                % {"codes": codes},
            )
        elif (self.unchecked_seconds or 0) > UNCHECKED_SECONDS:
            yield Problem(
                "invariants",
                f"not checked for {self.unchecked_seconds:.0f} s",
                _(
                    "Nobody has checked for %(minutes)d min whether alerts work as they should. An administrator "
                    "should look at the workers."
                )
                % {"minutes": (self.unchecked_seconds or 0) // 60},
            )


def engine_health() -> EngineHealth:
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        return EngineHealth(*cursor.fetchone())
