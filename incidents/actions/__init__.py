"""Every change of an incident. One function is one transaction; nothing else writes a status."""

from incidents.actions.assessment import assess
from incidents.actions.lifecycle import (
    acknowledge,
    activate,
    begin_monitoring,
    breach,
    close,
    dismiss,
    log_incident,
    reopen,
    resolve,
)
from incidents.actions.locking import lock_incident
from incidents.actions.people import (
    accept_role,
    assign_role,
    change_members,
    decline_role,
    hand_over_role,
    may_hand_over,
)
from incidents.actions.playbooks import review_playbook, schedule_review
from incidents.actions.situation import (
    change_situation,
    choose_strategy,
    decide_no_response,
    mark_claim_proven,
    report_situation,
)
from incidents.actions.stakeholders import (
    add_stakeholder,
    notify_department,
    notify_stakeholder,
    skip_stakeholder,
)
from incidents.actions.standdown import sign_off, waive_check
from incidents.actions.statements import note_first_response, promise_next_update
from incidents.actions.tasks import add_task, settle_task

__all__ = [
    "accept_role",
    "acknowledge",
    "activate",
    "add_stakeholder",
    "add_task",
    "assess",
    "assign_role",
    "begin_monitoring",
    "breach",
    "change_members",
    "change_situation",
    "choose_strategy",
    "close",
    "decide_no_response",
    "decline_role",
    "dismiss",
    "hand_over_role",
    "lock_incident",
    "log_incident",
    "mark_claim_proven",
    "may_hand_over",
    "note_first_response",
    "notify_department",
    "notify_stakeholder",
    "promise_next_update",
    "reopen",
    "report_situation",
    "resolve",
    "review_playbook",
    "schedule_review",
    "settle_task",
    "sign_off",
    "skip_stakeholder",
    "waive_check",
]
