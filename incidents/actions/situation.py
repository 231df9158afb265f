"""What is known, unknown and said; the strategy; the decision not to respond."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.text import require_text
from escalations.actions import stop
from incidents import running_deadlines
from incidents.actions.locking import lock_incident, require, require_open
from incidents.actions.tasks import tick_tasks
from incidents.merging import merge
from incidents.models import Cause, DoneBy, Incident, ScheduledContent
from incidents.running_deadlines import HOLDING_STATEMENT
from incidents.scct import Strategy, recommend, refusal
from incidents.scope import note, people_of_level
from journal.models import Urgency
from people.models import User

SITUATION_FIELDS = (
    "title",
    "summary",
    "known",
    "unknown",
    "what_we_say",
    "scheduled_content",
    "scheduled_content_reason",
    "cause",
    "cause_investigation",
)

FIELD_LABELS = {field.name: field.verbose_name for field in Incident._meta.fields}


@transaction.atomic
def change_situation(
    *, incident: Incident, actor: User, before: dict[str, Any], after: dict[str, Any]
) -> Incident:
    """Write what the team shares. `before` is what the writer saw, `after` what they made of it.

    Fields that somebody else changed meanwhile and the writer left alone keep the other's text. Raises Conflict,
    with the other's text, for a field that both changed; nothing is stored then.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    changed = merge(incident, SITUATION_FIELDS, before, after)
    public = {"known", "unknown", "what_we_say", "scheduled_content"} & changed.keys()
    if public:
        require_open(incident)
    if not incident.title.strip():
        raise Invalid(_("Give the incident a title that says what happened."), field="title")
    if incident.scheduled_content == ScheduledContent.KEPT and not incident.scheduled_content_reason.strip():
        raise Invalid(
            _("Say why scheduled posts and advertising keep running during a crisis."),
            field="scheduled_content_reason",
        )
    if incident.cause and incident.cause not in Cause.values:
        raise Invalid(_("Choose one of the causes."))
    if not changed:
        return incident
    incident.save(update_fields=[*changed])
    labels = ", ".join(str(FIELD_LABELS[name]) for name in changed)
    note(incident, "incident.situation_changed", actor, fields=labels, changes=changed)
    if "scheduled_content" in changed and incident.scheduled_content != ScheduledContent.UNDECIDED:
        tick_tasks(incident, actor, DoneBy.SCHEDULED_CONTENT)
    return incident


@transaction.atomic
def report_situation(*, incident: Incident, actor: User, next_steps: str) -> Incident:
    """A SitRep: what is known, unknown and said as it stands now, and what comes next, for everybody of the level.

    The deadline of the next one is armed. Raises Invalid without a next step: a report that asks for nothing is none.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    if incident.activated_at is None:
        raise ActionRefused(_("Activate the response first: a SitRep reports what it does."))
    next_steps = require_text(next_steps, _("Say what happens next, and who does it."))
    incident.last_sitrep_at = timezone.now()
    incident.sitrep_count += 1
    incident.save(update_fields=["last_sitrep_at", "sitrep_count"])
    running_deadlines.restart(incident, running_deadlines.SITREP)
    note(
        incident,
        "incident.sitrep",
        actor,
        audience=people_of_level(incident),
        urgency=Urgency.SOON,
        anchor="#situation",
        number=incident.sitrep_count,
        known=incident.known,
        unknown=incident.unknown,
        what_we_say=incident.what_we_say,
        next_steps=next_steps,
    )
    return incident


@transaction.atomic
def choose_strategy(
    *, incident: Incident, actor: User, strategy: str, reason: str = "", fault_confirmed: bool = False
) -> Incident:
    """Choose the response strategy. Departing from the recommendation needs a reason; the guards know no override.

    Once our own fault is confirmed it stays so: it cannot be unticked to escape the guard.
    """
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    incident.fault_confirmed = incident.fault_confirmed or fault_confirmed
    refused = refusal(
        strategy=strategy, fault_confirmed=incident.fault_confirmed, claim_proven=incident.claim_proven
    )
    if refused:
        raise ActionRefused(refused)
    advice = advice_for(incident)
    if advice and strategy != advice.strategy:
        require_text(
            reason,
            _("The recommendation is “%(advice)s”. Give a reason for another strategy.")
            % {"advice": advice.strategy.label},
            field="reason",
        )
    incident.strategy, incident.strategy_reason = Strategy(strategy), reason.strip()
    incident.save(update_fields=["strategy", "strategy_reason", "fault_confirmed"])
    note(
        incident,
        "incident.strategy_chosen",
        actor,
        strategy=incident.strategy,
        reason=incident.strategy_reason,
        recommended=advice.strategy if advice else "",
        fault_confirmed=incident.fault_confirmed,
    )
    return incident


def advice_for(incident: Incident) -> Any:
    """What the theory recommends for the facts recorded so far; None before the triage."""
    return recommend(
        cluster=incident.cluster,
        is_rumour=incident.category in ("rumour", "misinformation", "malicious_post"),
        similar_history=incident.similar_history,
        fault_confirmed=incident.fault_confirmed,
        claim_proven=incident.claim_proven,
    )


@transaction.atomic
def mark_claim_proven(*, incident: Incident, actor: User) -> Incident:
    """A claim against us is verified as true: from now on it cannot be denied; a Deny strategy falls."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    incident.claim_proven = True
    fell = incident.strategy == Strategy.DENY
    if fell:
        incident.strategy, incident.strategy_reason = "", ""
    incident.save(update_fields=["claim_proven", "strategy", "strategy_reason"])
    if fell:
        note(incident, "incident.strategy_withdrawn", actor)
    return incident


@transaction.atomic
def decide_no_response(*, incident: Incident, actor: User, reason: str) -> Incident:
    """Say nothing in public, on purpose and with a reason: the holding-statement deadline stops."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    require_open(incident)
    incident.no_response_reason = require_text(
        reason, _("Silence needs a reason that will be read afterwards.")
    )
    incident.save(update_fields=["no_response_reason"])
    stop(subject=incident, purpose=HOLDING_STATEMENT)
    note(incident, "incident.no_response_decided", actor, reason=incident.no_response_reason)
    tick_tasks(incident, actor, DoneBy.SPOKEN)
    return incident
