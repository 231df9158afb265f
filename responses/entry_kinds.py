"""How the entries of this app read."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "response.drafted": _("{actor} drafted “{title}”"),
    "response.changed": _("{actor} wrote revision {number} of “{title}”"),
    "response.approval_voided": _(
        "{actor} wrote revision {number} of “{title}”: earlier approvals no longer count"
    ),
    "response.submitted": _("{actor} submitted “{title}” for approval by {capacities}"),
    "response.taken_back": _("{actor} took “{title}” back from approval"),
    "response.approved_by_one": _("{actor} approved “{title}” as {capacity}; {left} still to decide"),
    "response.approved": _("{actor} approved “{title}” as {capacity}: it may be published"),
    "response.approved_at_level": _(
        "“{title}” has every approval that the lower level asks for: it may be published"
    ),
    "response.changes_requested": _("{actor} asked for changes to “{title}”: {comment}"),
    "response.expired": _("The approval of “{title}” expired: the claim “{claim}” changed"),
    "response.more_approvals": _("“{title}” now also needs approval by {capacities}"),
    "response.approval_missed": _("Nobody decided on “{title}” in time. Alerted: {alerted}"),
    "response.published": _("{actor} published “{title}” on {accounts}"),
    "response.corrected": _("{actor} recorded that “{title}” was corrected: {reason}"),
    "response.withdrawn": _("{actor} recorded that “{title}” was taken down: {reason}"),
    "claim.logged": _("{actor} logged a claim: “{title}”"),
    "claim.verifying": _("{actor} is verifying “{title}”"),
    "claim.evidence": _("{actor} added a source on “{title}”: {source}"),
    "claim.verified": _("{actor} verified “{title}”. Verdict: {verdict}"),
    "claim.answer_decided": _("{actor} decided how to answer “{title}”: {answer}"),
    "claim.answered": _("{actor} marked “{title}” as answered with “{response_title}”"),
    "claim.unanswered": _(
        "Due {target_at}, and nobody has decided what we answer to “{item}”. Verify it, then decide. Alerted: {alerted}"
    ),
    "claim.settled": _("{actor} settled “{title}”: {reason}"),
    "claim.reopened": _("{actor} reopened “{title}”: {reason}"),
    "case.opened": _("{actor} opened the private case {title}"),
    "case.owned": _("{actor} gave the private case {title} to {owner}"),
    "case.resolved": _("{actor} resolved the private case {title}"),
}
