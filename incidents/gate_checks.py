"""The stand-down checks for which incidents have the facts themselves."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.levels import Level
from common.times import absolute
from incidents import gates
from incidents.gates import Blocker, Check
from incidents.models import Incident, IncidentState
from people.models import CrisisRole


def _room(incident: Incident, anchor: str) -> str:
    return f"{reverse('incidents:room', args=[incident.pk])}#{anchor}"


def stakeholders_notified(incident: Incident) -> list[Blocker]:
    waiting = incident.stakeholder_notices.filter(Q(notified_at__isnull=True) & Q(skipped_reason=""))
    return [
        Blocker(_("%(name)s not notified yet") % {"name": notice.name}, _room(incident, "stakeholders"))
        for notice in waiting
    ]


def department_notified(incident: Incident) -> list[Blocker]:
    if incident.department_notified_at:
        return []
    return [
        Blocker(_("responsible department not notified"), reverse("incidents:department", args=[incident.pk]))
    ]


def promise_kept(incident: Incident) -> list[Blocker]:
    """The last statement promised another one; a later statement without a promise is the last word."""
    if incident.next_update_by is None:
        return []
    promised = {"when": absolute(incident.next_update_by)}
    return [
        Blocker(
            _("the public update promised for %(when)s is not out") % promised, _room(incident, "responses")
        )
    ]


def signed(incident: Incident) -> list[Blocker]:
    signatures = set(incident.sign_offs.values_list("role", flat=True))
    needed = [CrisisRole.CRISIS_LEAD] + ([CrisisRole.EXECUTIVE] if incident.level == Level.L1 else [])
    return [
        Blocker(
            _("%(role)s has not signed") % {"role": role.label},
            f"{reverse('incidents:stand_down', args=[incident.pk])}#signatures",
        )
        for role in needed
        if role not in signatures
    ]


def register_all() -> None:
    resolved = IncidentState.RESOLVED
    gates.register(
        Check(
            "stakeholders", gettext_lazy("Every stakeholder notified"), resolved, stakeholders_notified, True
        )
    )
    gates.register(
        Check(
            "department", gettext_lazy("Responsible department notified"), resolved, department_notified, True
        )
    )
    gates.register(Check("promise", gettext_lazy("Promised public update out"), resolved, promise_kept, True))
    gates.register(Check("signed", gettext_lazy("Signed"), resolved, signed))
