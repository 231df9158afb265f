"""Stand-down checks: has the talk really died down? Velocity is mentions in an hour over the usual for that hour.

An incident may move to *monitoring* once velocity stayed below 2 for one situation-report cadence of its level, and be
*resolved* once it stayed below 2 for 24 hours (L3 and L4: four hours). A brand of which nothing is stored for the
past 28 days passes, because an installation without monitoring must still be able to end an incident; the mentions
panel of the room then says that nothing was measured.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.levels import Level
from incidents.gates import Blocker, Check
from incidents.models import Incident, IncidentState
from monitoring.figures import velocities

CALM_BELOW = 2.0
CADENCE_MINUTES: dict[int | None, int] = {Level.L1: 30, Level.L2: 60, Level.L3: 240, Level.L4: 240}
CALM_HOURS: dict[int | None, int] = {Level.L1: 24, Level.L2: 24, Level.L3: 4, Level.L4: 4}


def calm_for_a_cadence(incident: Incident) -> list[Blocker]:
    hours = -(
        -CADENCE_MINUTES.get(incident.level, 60) // 60
    )  # velocity is per hour: half an hour is rounded up
    return _blockers(incident, hours)


def calm_for_long(incident: Incident) -> list[Blocker]:
    return _blockers(incident, CALM_HOURS.get(incident.level, 24))


def _blockers(incident: Incident, hours: int) -> list[Blocker]:
    measured = [value for value in velocities(incident.brand, timezone.now(), hours) if value is not None]
    highest = max(measured, default=0.0)
    if highest < CALM_BELOW:
        return []
    text = ngettext(
        "in the last hour up to %(highest).1f times as many mentions of %(brand)s as usual (calm: below %(calm)d)",
        "within the last %(hours)d hours up to %(highest).1f times as many mentions of %(brand)s as usual"
        " (calm: below %(calm)d)",
        hours,
    ) % {"hours": hours, "highest": highest, "calm": CALM_BELOW, "brand": incident.brand}
    return [Blocker(text, f"{reverse('incidents:room', args=[incident.pk])}#mentions")]


CHECKS = [
    Check(
        "velocity-cadence",
        _("The talk dies down"),
        IncidentState.MONITORING,
        calm_for_a_cadence,
        waivable=True,
    ),
    Check("velocity", _("The talk has died down"), IncidentState.RESOLVED, calm_for_long, waivable=True),
]
