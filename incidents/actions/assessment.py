"""Scoring an incident: the first time this is its triage, later a new look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.levels import Level
from incidents import running_deadlines
from incidents.actions.lifecycle import change_incident_state
from incidents.actions.locking import lock_incident, require, require_open
from incidents.models import CATEGORIES_BY_CLUSTER, Assessment, Incident, IncidentState
from incidents.scct import Cluster
from incidents.scope import note, people_of_level, urgency_of
from incidents.severity import rate
from journal.models import Urgency
from people.models import User

TRIAGE_FACTS = ("category", "cluster", "originator", "rights_flag", "account_control_lost", "similar_history")


@transaction.atomic
def assess(
    *,
    incident: Incident,
    actor: User,
    scores: Mapping[str, int | None],
    evidence: str = "",
    override_level: int | None = None,
    override_reason: str = "",
    **facts: Any,
) -> Incident:
    """Store one scoring and set the level that follows from it.

    `facts` are the fields of TRIAGE_FACTS. Anybody may raise the level. Only the crisis lead lowers it, and only
    when this and the assessment before both say so; otherwise the scoring is kept and the level stays.
    Raises Invalid for an override without a reason or for facts that triage needs and does not have, ActionRefused
    when anybody else than the crisis lead says that no rights are involved any more: Legal would not be asked then.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    drops_legal = incident.rights_flag and not facts.get("rights_flag", True)
    if drops_legal and not actor.has_perm("incidents.lead", incident):
        raise ActionRefused(
            _(
                "Legal has to approve while third-party rights are involved; only the crisis lead can take that back."
            )
        )
    for name in TRIAGE_FACTS:
        if name in facts:
            setattr(incident, name, facts[name])
    if not incident.category:
        raise Invalid(_("Choose a category: it decides the playbook and the likely blame."), field="category")
    if not incident.cluster:
        incident.cluster = default_cluster(incident.category)
    rating = rate(scores, account_control_lost=incident.account_control_lost)
    level = Level(override_level or rating.level)
    if level != rating.level and not override_reason.strip():
        raise Invalid(
            _("The scores say %(level)s. Give a reason for another level.") % {"level": rating.level.label},
            field="override_reason",
        )
    before = incident.assessments.first()
    lowers = incident.level is not None and level > incident.level
    if lowers and incident.level and not _may_lower(incident, actor, before):
        level = Level(incident.level)
    Assessment.objects.create(
        incident=incident,
        by=actor,
        scores={code: scores.get(code) for code in scores},
        total=rating.total,
        computed_level=rating.level,
        level=level,
        override_reason=override_reason.strip() or _kept_reason(level, rating.level),
        evidence=evidence.strip(),
    )
    previous = incident.level
    incident.level = level
    incident.save(update_fields=["level", *TRIAGE_FACTS])
    if incident.state == IncidentState.DETECTED:
        change_incident_state(incident, IncidentState.TRIAGED, actor)
    if level != previous:
        running_deadlines.follow_level(incident, previous)
    _tell(incident, actor, previous, rating.total)
    return incident


def default_cluster(category: str) -> str:
    """The attribution that publics most likely make for a category; to be changed when the facts say otherwise."""
    return next(
        (cluster for cluster, members in CATEGORIES_BY_CLUSTER.items() if category in members), Cluster.VICTIM
    )


def _may_lower(incident: Incident, actor: User, before: Assessment | None) -> bool:
    return (
        actor.has_perm("incidents.lead", incident)
        and before is not None
        and before.computed_level > (incident.level or Level.L1)
    )


def _kept_reason(level: int, computed: int) -> str:
    if level == computed:
        return ""
    return "kept: only the crisis lead lowers a level, after two lower scores"


def _tell(incident: Incident, actor: User, previous: int | None, total: int) -> None:
    kind = "incident.triaged" if previous is None else "incident.rescored"
    raised = previous is None or (incident.level or 4) < previous
    note(
        incident,
        kind,
        actor,
        audience=people_of_level(incident) if raised or incident.level != previous else (),
        urgency=urgency_of(incident) if raised else Urgency.LATER,
        total=total,
        before=f"L{previous}" if previous else "",
    )
