"""How the journal entries of this app read."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "postmortem.begun": _("A post-mortem was begun; {author} writes it"),
    "postmortem.resumed": _("The post-mortem goes on with what happened since; {author} writes it"),
    "postmortem.voided": _("The incident was reopened: the review of its post-mortem counts no more"),
    "postmortem.written": _("{actor} wrote in the post-mortem: {fields}"),
    "postmortem.author_changed": _("{actor} made {author} the author of the post-mortem"),
    "postmortem.submitted": _("{actor} submitted the post-mortem of “{title}” for approval"),
    "postmortem.taken_back": _("{actor} took the post-mortem back to draft"),
    "postmortem.changes_requested": _("{actor} asked for changes in the post-mortem: {comment}"),
    "postmortem.approved": _("{actor} approved the post-mortem of “{title}”"),
    "postmortem.closed": _("{actor} closed the post-mortem; corrective actions verified: {verified}"),
    "postmortem.overdue": _(
        "The post-mortem of “{title}” should have been approved by now. Alerted: {alerted}"
    ),
    "postmortem.meeting_held": _("{actor} recorded that the review meeting was held"),
    "postmortem.meeting_overdue": _(
        "The team has not yet looked back together on “{title}”; the meeting was due {target_at}. Alerted: {alerted}"
    ),
    "lesson.identified": _("{actor} noted a lesson: {lesson}"),
    "lesson.changed": _("{actor} reworded a lesson: {lesson}"),
    "lesson.removed": _("{actor} took out a lesson: {lesson}"),
    "lesson.implemented": _("{actor} recorded what was changed because of a lesson: {change}"),
    "lesson.learned": _("{actor} recorded that a change has been shown to work: {evidence}"),
    "corrective_action.proposed": _("{actor} proposed “{action}”; owner: {owner}, due: {due}"),
    "corrective_action.changed": _("{actor} changed “{action}”; owner: {owner}, due: {due}"),
    "corrective_action.accepted": _("{actor} accepted “{action}”, due {due}"),
    "corrective_action.started": _("{actor} began “{action}”"),
    "corrective_action.done": _("{actor} reported “{action}” done; it waits to be verified"),
    "corrective_action.verified": _("{actor} verified “{action}”: {verification}"),
    "corrective_action.returned": _("{actor} sent “{action}” back: {reason}"),
    "corrective_action.overdue": _(
        "“{action}” was due on {due_on} and is not done; owner: {owner}. Alerted: {alerted}"
    ),
    "corrective_action.cancelled": _("{actor} cancelled “{action}”: {reason}"),
}
