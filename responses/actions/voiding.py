"""What makes an approval count no more. Each cause names the action that meets it; there is no other."""

from __future__ import annotations

from django.db.models import TextChoices
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from escalations.actions import stop
from responses.actions.locking import DRAFT_APPROVAL
from responses.models import Response


class VoidCause(TextChoices):
    """Its label is the reason that is kept with the approval."""

    OTHER_WORDS = (
        "other_words",
        _("the text was changed by %(person)s"),
    )  # drafts.save_text: another hash
    CHANGES_REQUESTED = (
        "changes_requested",
        _("changes were requested by %(person)s"),
    )  # approvals.request_changes
    TAKEN_BACK = "taken_back", _("taken back by %(person)s")  # drafts.take_back
    CLAIM_CHANGED = "claim_changed", _("the cited claim “%(claim)s” changed")  # approvals.expire_citing


def void_approvals(response: Response, cause: VoidCause, **named: object) -> int:
    """The standing approvals of the current revision count no more; returns how many there were.

    `named` is who or what the cause's label mentions.
    """
    stop(subject=response, purpose=DRAFT_APPROVAL)
    if response.current is None:
        return 0
    reason = (str(cause.label) % named)[:300]
    voided = response.current.approvals.live().update(voided_at=Now(), void_reason=reason)
    response.current.refresh_from_db()  # the approvals read before are not true any more
    return voided
