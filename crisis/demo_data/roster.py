"""Who is on duty, week by week, with one hole that somebody has to notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from crisis.demo_data.clock import as_of
from crisis.demo_data.people import People
from people.models import CrisisRole
from readiness.actions import add_shift

WEEKS_BEFORE, WEEKS_AFTER = 4, 2
WEEK = timedelta(days=7)
# They take turns: the first has this week.
TURNS: dict[CrisisRole, tuple[str, ...]] = {
    CrisisRole.CRISIS_LEAD: ("bob", "nadia"),
    CrisisRole.COMMS_LEAD: ("nadia", "bob"),
    CrisisRole.SOCIAL_MANAGER: ("alice", "zofia"),
    CrisisRole.MONITORING_ANALYST: ("mert", "alice"),
    CrisisRole.LEGAL: ("carol", "liwei"),
    CrisisRole.SUBJECT_LEAD: ("jonas",),
    CrisisRole.SPOKESPERSON: ("nadia", "dave"),
    CrisisRole.CUSTOMER_CARE: ("deniz",),
    CrisisRole.INTERNAL_COMMS: ("marta",),
    CrisisRole.SCRIBE: ("zofia", "mert"),
    CrisisRole.EXECUTIVE: ("dave", "ines"),
}


def plan_duty(people: People, now: datetime) -> None:
    """Weeks from Monday 06:00 UTC, planned a month ago. Nobody from legal covers the coming Saturday night."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=6, minute=0, second=0, microsecond=0)
    if monday > now:  # early on a Monday the old week still runs
        monday -= WEEK
    first = monday - WEEKS_BEFORE * WEEK
    gap = _coming_saturday_night(now)
    with as_of(first - timedelta(days=3)):
        for number in range(WEEKS_BEFORE + WEEKS_AFTER):
            start = first + number * WEEK
            for role, turns in TURNS.items():
                user = people[turns[(number - WEEKS_BEFORE) % len(turns)]]
                hole = gap if role == CrisisRole.LEGAL else None
                for starts_at, ends_at in _without(start, start + WEEK, hole):
                    add_shift(
                        actor=people["admin"], role=role, user=user, starts_at=starts_at, ends_at=ends_at
                    )


def _coming_saturday_night(now: datetime) -> tuple[datetime, datetime]:
    saturday = (now + timedelta(days=(5 - now.weekday()) % 7)).replace(
        hour=18, minute=0, second=0, microsecond=0
    )
    if saturday <= now:
        saturday += WEEK
    return saturday, saturday + timedelta(hours=12)


def _without(
    start: datetime, end: datetime, hole: tuple[datetime, datetime] | None
) -> list[tuple[datetime, datetime]]:
    if hole is None or not start <= hole[0] < end:
        return [(start, end)]
    return [span for span in ((start, hole[0]), (hole[1], end)) if span[0] < span[1]]
