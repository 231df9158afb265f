"""Who is on duty: every role has a rotation, planned a month ago, with one hole that somebody has to notice."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from demo.story.clock import as_of
from demo.story.people import People
from people.models import CrisisRole, DutyShift
from readiness.actions import extend_rotations, give_duty, offer_swap, remove_shift, save_rotation

WEEKS_BEFORE = 4
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
    """Weeks from Monday 06:00 UTC. Nobody from legal covers the coming Saturday night."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=6, minute=0, second=0, microsecond=0)
    if monday > now:  # early on a Monday the old week still runs
        monday -= WEEK
    first = monday - WEEKS_BEFORE * WEEK
    with as_of(first - timedelta(days=3)):
        for role, turns in TURNS.items():
            save_rotation(
                actor=people["admin"],
                role=role,
                name=f"{role.label}, week by week",
                members=[people[turns[(number - WEEKS_BEFORE) % len(turns)]] for number in range(len(turns))],
                turn_length=1,
                turn_unit="weeks",
                hand_over_weekday=0,
                hand_over_at=time(6),
                time_zone="UTC",
                starts_on=first.date(),
                hours_from=None,
                hours_until=None,
            )
    _leave_saturday_night_open(people, now)
    extend_rotations()
    _ask_alice_to_swap(people, now)


def _leave_saturday_night_open(people: People, now: datetime) -> None:
    """Somebody would have covered it and cannot."""
    start = _coming_saturday_night(now)
    with as_of(now - timedelta(days=1)):
        legal = DutyShift.objects.covering(start).select_related("user").get(role=CrisisRole.LEGAL)
        covered = give_duty(
            actor=people["admin"],
            role=legal.role,
            giver=legal.user,
            taker=people["ines"],
            starts_at=start,
            ends_at=start + timedelta(hours=12),
        )
        remove_shift(actor=people["admin"], shift=covered)


def _ask_alice_to_swap(people: People, now: datetime) -> None:
    with as_of(now - timedelta(hours=5)):
        shifts = people["zofia"].duty_shifts.filter(role=CrisisRole.SOCIAL_MANAGER, starts_at__gt=now)
        offer_swap(
            actor=people["zofia"],
            shift=shifts.earliest("starts_at"),
            taker=people["alice"],
            message="My sister marries that week.",
        )


def _coming_saturday_night(now: datetime) -> datetime:
    saturday = (now + timedelta(days=(5 - now.weekday()) % 7)).replace(
        hour=18, minute=0, second=0, microsecond=0
    )
    return saturday if saturday > now else saturday + WEEK
