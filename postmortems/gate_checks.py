"""What must hold before an incident is closed, as far as looking back goes."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from incidents import gates
from incidents.gates import Blocker, Check
from incidents.models import Incident, IncidentState
from postmortems.models import PostMortem


def _post_mortem(incident: Incident) -> PostMortem | None:
    return PostMortem.objects.filter(incident=incident).first()


def approved(incident: Incident) -> list[Blocker]:
    """Optional at L4."""
    if incident.level == Level.L4:
        return []
    post_mortem = _post_mortem(incident)
    if post_mortem is None:
        return [
            Blocker(_("the post-mortem begins when the incident stands down"), incident.get_absolute_url())
        ]
    if not post_mortem.is_approved:
        return [Blocker(_("the post-mortem is not approved yet"), post_mortem.get_absolute_url())]
    return []


def actions_owned(incident: Incident) -> list[Blocker]:
    """Whatever was decided has somebody who does it, and a date."""
    post_mortem = _post_mortem(incident)
    if post_mortem is None:
        return []
    loose = post_mortem.actions.unsettled().filter(Q(owner__isnull=True) | Q(due_on__isnull=True))
    return [
        Blocker(
            _("“%(action)s” has no owner or no due date") % {"action": action.title},
            reverse("postmortems:corrective_action", args=[action.pk]),
        )
        for action in loose
    ]


def cause_recorded(incident: Incident) -> list[Blocker]:
    """Quiet monitors show that it ended, not why it began."""
    if incident.cause and incident.cause_investigation.strip():
        return []
    post_mortem = _post_mortem(incident)
    path = reverse("postmortems:cause", args=[post_mortem.pk]) if post_mortem else incident.get_absolute_url()
    return [Blocker(_("the cause and how it was investigated are not recorded"), path)]


def register_all() -> None:
    closed = IncidentState.CLOSED
    gates.register(Check("postmortem.approved", _("Post-mortem approved"), closed, approved))
    gates.register(
        Check(
            "postmortem.actions",
            _("Every corrective action has an owner and a due date"),
            closed,
            actions_owned,
        )
    )
    gates.register(Check("postmortem.cause", _("Cause investigated"), closed, cause_recorded))
