"""How entries about incidents read."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "incident.logged": _("{actor} logged the incident for {brand}"),
    "incident.acknowledged": _("{actor} acknowledged the incident"),
    "incident.acknowledged_by_one": _("{actor} acknowledged the incident. Still to come: {waiting}"),
    "incident.triaged": _("{actor} triaged it: L{level}, {total} of 36 points"),
    "incident.rescored": _("{actor} scored it again: L{level}, before {before}, {total} of 36 points"),
    "incident.activated": _("{actor} activated the response with the playbook “{playbook}”"),
    "incident.monitoring": _("{actor} began to monitor whether it stays quiet"),
    "incident.breached": _("It flares up again: {reason}"),
    "incident.resolved": _("{actor} stood the incident down"),
    "incident.closed": _("{actor} closed the incident"),
    "incident.reopened": _("{actor} reopened the incident: {reason}"),
    "incident.dismissal_proposed": _("{actor} proposes to dismiss it: {reason}"),
    "incident.dismissed": _("{actor} dismissed it: {reason}"),
    "incident.members_changed": _("{actor} changed who sees the incident"),
    "incident.situation_changed": _("{actor} wrote: {fields}"),
    "incident.strategy_chosen": _("{actor} chose the strategy “{strategy}”"),
    "incident.strategy_withdrawn": _("The “Deny” strategy was withdrawn: a claim has been verified as true"),
    "incident.no_response_decided": _("{actor} decided not to respond in public: {reason}"),
    "incident.sitrep": _("{actor} reports, SitRep {number}. Next: {next_steps}"),
    "incident.sitrep_missed": _(
        "The SitRep was due {target_at}: nobody has said what is known now. Write it, or ask the "
        "scribe. Alerted: {alerted}"
    ),
    "role.vacant": _("Nobody holds this role: {roles}. Name somebody now. Alerted: {alerted}"),
    "role.unanswered": _(
        "{person} was asked to be {role} and has not answered. Call them, or ask somebody else. Alerted: {alerted}"
    ),
    "task.overdue": _("Not done, and due {target_at}: {item} ({role}). Alerted: {alerted}"),
    "stakeholder.overdue": _("{item} should have heard from us by {target_at} ({role}). Alerted: {alerted}"),
    "role.assigned": _("{actor} asked {person} to be {role}"),
    "role.accepted": _("{person} accepted the role of {role}"),
    "role.declined": _("{person} declined to be {role}: {reason}"),
    "role.handed_over": _("{actor} handed {role} over to {person}: {briefing}"),
    "task.added": _("{actor} added a task for {role}: {text}"),
    "task.done": _("{actor} completed the task “{text}”"),
    "task.skipped": _("{actor} marked “{text}” as not applicable: {note}"),
    "stakeholder.added": _("{actor} added {name} to the stakeholders to be notified"),
    "stakeholder.notified": _("{actor} notified {name}"),
    "stakeholder.skipped": _("{actor}: {name} need not be notified. Reason: {reason}"),
    "department.notified": _("{actor} notified the department {department}"),
    "playbook.reviewed": _("{actor} reviewed the playbook “{item}”; next on {next_on}"),
    "playbook.review_due": _(
        "The playbook “{item}” should have been reviewed by {due_on}: does it still hold? Alerted: {alerted}"
    ),
    "standdown.signed": _("{actor} signed the stand-down as {role}"),
    "standdown.waived": _("{actor}: “{check}” does not apply. Reason: {reason}"),
}
