"""Who is on duty in the coming days, and where the roster has gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.reach import unreachable
from people.models import CrisisRole, DutyShift, User
from readiness.spans import Span, covered, gaps

LOOK_AHEAD = timedelta(days=7)
FOUR_WEEKS = timedelta(weeks=4)
# Shorter gaps (a hand-over at 08:00 that begins at 08:01) are no reason to call anybody.
NEGLIGIBLE = timedelta(minutes=5)
# Before anybody has scored an incident these are alerted, and these must approve: a gap among them delays everything.
WATCHED_ROLES = (
    CrisisRole.CRISIS_LEAD,
    CrisisRole.COMMS_LEAD,
    CrisisRole.SOCIAL_MANAGER,
    CrisisRole.MONITORING_ANALYST,
    CrisisRole.LEGAL,
    CrisisRole.EXECUTIVE,
)


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
    def now_and_next(self) -> list[DutyShift]:
        return [*self.now, *([self.following] if self.following else [])]

    @property
    def bars(self) -> list[dict[str, float]]:
        """The gaps as places on a strip that is as wide as the window has hours."""
        hour = timedelta(hours=1)
        return [
            {"x": round((gap.start - self.window.start) / hour, 2), "width": round(gap.length / hour, 2)}
            for gap in self.gaps
        ]


def coming_duty(
    now: datetime, *, ahead: timedelta = LOOK_AHEAD, roles: Sequence[CrisisRole] = tuple(CrisisRole)
) -> list[RoleDuty]:
    """The roles (without a choice all of them) from `now` on. One query."""
    window = Span(now, now + ahead)
    shifts = (
        DutyShift.objects.filter(role__in=roles, user__is_active=True)
        .overlapping(window.start, window.end)
        .select_related("user")
        .order_by("starts_at", "pk")
    )
    by_role: dict[str, list[DutyShift]] = {}
    for shift in shifts:
        by_role.setdefault(shift.role, []).append(shift)
    return [_duty_of(role, by_role.get(role, []), window) for role in roles]


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


def unreachable_people(rows: Iterable[RoleDuty]) -> set[int]:
    """Ids of those who are on duty now or next and have no verified, working channel outside the app. One query."""
    return unreachable(shift.user for row in rows for shift in row.now_and_next)


APPROVING_CAPACITIES = (CrisisRole.COMMS_LEAD, CrisisRole.LEGAL, CrisisRole.EXECUTIVE)


def approvers_by_capacity() -> dict[CrisisRole, list[User]]:
    """Who may approve for comms, law and the executive. One query."""
    approvers = list(User.objects.filter(site_role="approver", is_active=True).order_by("name"))
    return {
        capacity: [person for person in approvers if capacity in person.capacities]
        for capacity in APPROVING_CAPACITIES
    }
