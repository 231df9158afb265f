"""Where the duty roster has holes. Pure, on UTC instants: a night on which the clocks change is as long as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from people.models import CrisisRole, DutyShift, User

LOOK_AHEAD = timedelta(days=7)
# Shorter holes (a hand-over at 08:00 that begins at 08:01) are no reason to call anybody.
NEGLIGIBLE = timedelta(minutes=5)
# Before anybody has scored an incident these are told, and these must approve: a hole among them delays everything.
WATCHED_ROLES = (
    CrisisRole.CRISIS_LEAD,
    CrisisRole.COMMS_LEAD,
    CrisisRole.SOCIAL_MANAGER,
    CrisisRole.MONITORING_ANALYST,
    CrisisRole.LEGAL,
    CrisisRole.EXECUTIVE,
)


@dataclass(frozen=True)
class Span:
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def gaps(shifts: Iterable[Span], window: Span) -> list[Span]:
    """The parts of `window` that no shift covers, in order. Shifts may overlap and come in any order."""
    found, covered_until = [], window.start
    for shift in sorted(shifts, key=lambda span: span.start):
        if shift.start >= window.end:
            break
        if shift.start > covered_until:
            found.append(Span(covered_until, shift.start))
        covered_until = max(covered_until, shift.end)
    if covered_until < window.end:
        found.append(Span(covered_until, window.end))
    return found


def covered(shifts: Iterable[Span], window: Span) -> float:
    """How much of `window` is covered, in percent."""
    open_time = sum((gap.length for gap in gaps(shifts, window)), timedelta())
    return 100 - open_time / window.length * 100


@dataclass(frozen=True)
class RoleDuty:
    """One role in the coming days: who is on duty now, who comes next, and when nobody is."""

    role: CrisisRole
    now: Sequence[DutyShift]
    following: DutyShift | None
    gaps: Sequence[Span]
    window: Span
    percent: float

    @property
    def is_watched(self) -> bool:
        return self.role in WATCHED_ROLES

    @property
    def is_empty(self) -> bool:
        return list(self.gaps) == [self.window]

    @property
    def bars(self) -> list[dict[str, float]]:
        """The gaps as places on a strip that is as wide as the window has hours."""
        hour = timedelta(hours=1)
        return [
            {"x": round((gap.start - self.window.start) / hour, 2), "width": round(gap.length / hour, 2)}
            for gap in self.gaps
        ]


def coming_duty(now: datetime) -> list[RoleDuty]:
    """Every role from `now` on, for seven days. One query."""
    window = Span(now, now + LOOK_AHEAD)
    shifts = (
        DutyShift.objects.filter(ends_at__gt=now, starts_at__lt=window.end, user__is_active=True)
        .select_related("user")
        .order_by("starts_at", "pk")
    )
    by_role: dict[str, list[DutyShift]] = {}
    for shift in shifts:
        by_role.setdefault(shift.role, []).append(shift)
    return [_duty_of(role, by_role.get(role, []), window) for role in CrisisRole]


def _duty_of(role: CrisisRole, shifts: list[DutyShift], window: Span) -> RoleDuty:
    spans = [Span(shift.starts_at, shift.ends_at) for shift in shifts]
    return RoleDuty(
        role=role,
        now=[shift for shift in shifts if shift.starts_at <= window.start],
        following=next((shift for shift in shifts if shift.starts_at > window.start), None),
        gaps=[gap for gap in gaps(spans, window) if gap.length >= NEGLIGIBLE],
        window=window,
        percent=covered(spans, window),
    )


APPROVING_CAPACITIES = (CrisisRole.COMMS_LEAD, CrisisRole.LEGAL, CrisisRole.EXECUTIVE)


def approvers_by_capacity() -> dict[CrisisRole, list[User]]:
    """Who may approve for comms, law and the executive. One query."""
    approvers = list(User.objects.filter(site_role="approver", is_active=True).order_by("name"))
    return {
        capacity: [person for person in approvers if capacity in person.capacities]
        for capacity in APPROVING_CAPACITIES
    }
