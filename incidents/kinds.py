"""How entries about incidents read."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "incident.logged": _("{actor} logged “{title}” for {brand}"),
    "incident.acknowledged": _("{actor} acknowledged “{title}”"),
    "incident.triaged": _("{actor} triaged “{title}”: L{level}, score {total}"),
    "incident.rescored": _("{actor} scored “{title}” again: L{level}, before {before}, score {total}"),
    "incident.activated": _(
        "{actor} activated the response to “{title}” (L{level}) with the playbook “{playbook}”"
    ),
    "incident.monitoring": _("{actor} began to monitor “{title}”"),
    "incident.breached": _("“{title}” flares up again: {reason}"),
    "incident.resolved": _("{actor} stood “{title}” down"),
    "incident.closed": _("{actor} closed “{title}”"),
    "incident.reopened": _("{actor} reopened “{title}”: {reason}"),
    "incident.dismissal_proposed": _("{actor} proposes to dismiss “{title}”: {reason}"),
    "incident.dismissed": _("{actor} dismissed “{title}”: {reason}"),
    "incident.members_changed": _("{actor} changed who sees “{title}”"),
    "incident.situation_changed": _("{actor} wrote: {fields}"),
    "incident.strategy_chosen": _("{actor} chose the strategy “{strategy}”"),
    "incident.strategy_fell": _("The strategy “Deny” fell: a claim is verified as true"),
    "incident.no_response_decided": _("{actor} decided not to respond in public: {reason}"),
    "role.assigned": _("{actor} asked {person} to be {role} for “{title}”"),
    "role.accepted": _("{person} accepted to be {role} for “{title}”"),
    "role.declined": _("{person} declined to be {role} for “{title}”: {reason}"),
    "role.handed_over": _("{actor} handed {role} for “{title}” over to {person}: {briefing}"),
    "task.added": _("{actor} added a task for {role}: {text}"),
    "task.done": _("{actor} has done: {text}"),
    "task.skipped": _("{actor} left out: {text}. Reason: {note}"),
    "stakeholder.added": _("{actor} added {name} to those who must be told"),
    "stakeholder.told": _("{actor} told {name}"),
    "stakeholder.skipped": _("{actor}: {name} need not be told. Reason: {reason}"),
    "department.notified": _("{actor} notified the department {department}"),
    "standdown.signed": _("{actor} signed the stand-down as {role}"),
    "standdown.waived": _("{actor}: “{check}” does not apply. Reason: {reason}"),
    "deadline.missed": _("Missed for “{title}”: {purpose}. Told: {told}"),
    "deadline.missed_raised": _("Missed for “{title}”: {purpose}. Raised to L{level}. Told: {told}"),
}
