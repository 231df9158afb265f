"""What would go wrong if a crisis began now or this week, in words and in the reader's zone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.models import CrisisRole, User
from readiness.roster import RoleDuty
from readiness.wording import gap_in_words


@dataclass(frozen=True)
class ReadinessWarning:
    text: str
    detail: str
    path: str


def collect(
    duty: Sequence[RoleDuty], approvers: dict[CrisisRole, list[User]], unreachable: Collection[int] = ()
) -> list[ReadinessWarning]:
    """Gaps in the roster first, then who is on duty and cannot be reached, then missing approvers."""
    return [*_roster_gaps(duty), *_out_of_reach(duty, unreachable), *_missing_approvers(approvers)]


def _roster_gaps(duty: Sequence[RoleDuty]) -> list[ReadinessWarning]:
    found = []
    for row in duty:
        if not row.is_watched or not row.gaps:
            continue
        path = f"{reverse('readiness:new_shift')}?role={row.role}"
        if row.is_empty:
            found.append(
                ReadinessWarning(
                    _("Nobody is on duty for %(role)s in the next seven days") % {"role": row.role.label},
                    _(
                        "Alerts for this role go to the person who holds it in the incident, else to the "
                        "administrators."
                    ),
                    path,
                )
            )
            continue
        text = gap_in_words(row, row.gaps[0])
        more = len(row.gaps) - 1
        detail = (
            ngettext("And %(n)d more gap within seven days.", "And %(n)d more gaps within seven days.", more)
            % {"n": more}
            if more
            else ""
        )
        found.append(ReadinessWarning(text, detail, path))
    return found


def _out_of_reach(duty: Sequence[RoleDuty], unreachable: Collection[int]) -> list[ReadinessWarning]:
    """One line for everybody: the remedy is the same."""
    roles: dict[User, list[str]] = {}
    for row in duty:
        for person in {shift.user for shift in row.now_and_next if shift.user_id in unreachable}:
            roles.setdefault(person, []).append(str(row.role.label))
    if not roles:
        return []
    named = "; ".join(
        _("%(person)s: %(roles)s") % {"person": person, "roles": ", ".join(labels)}
        for person, labels in roles.items()
    )
    return [
        ReadinessWarning(
            ngettext(
                "%(n)d person on duty now or next has no verified, working channel outside this app",
                "%(n)d people on duty now or next have no verified, working channel outside this app",
                len(roles),
            )
            % {"n": len(roles)},
            _("%(named)s. Each adds one in their preferences; until then give their duty to somebody else.")
            % {"named": named},
            "",
        )
    ]


def _missing_approvers(approvers: dict[CrisisRole, list[User]]) -> list[ReadinessWarning]:
    """One line for all capacities: the remedy is the same."""
    thin = {capacity: people for capacity, people in approvers.items() if len(people) < 2}
    if not thin:
        return []
    named = "; ".join(
        _("%(role)s: %(person)s") % {"role": capacity.label, "person": people[0] if people else _("nobody")}
        for capacity, people in thin.items()
    )
    return [
        ReadinessWarning(
            _("Fewer than two people may approve. %(named)s") % {"named": named},
            _(
                "Nobody can approve a text that they wrote: name at least two people for each. An administrator "
                "does this."
            ),
            "",
        )
    ]
