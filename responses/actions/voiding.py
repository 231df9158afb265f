"""When an approval counts no more: whatever changes the words, or what they rest on, voids it here."""

from __future__ import annotations

from django.db.models.functions import Now

from escalations.actions import stop
from responses.actions.locking import DRAFT_APPROVAL
from responses.models import Response


def void_approvals(response: Response, why: object) -> int:
    """The standing approvals of the current revision count no more; returns how many there were."""
    stop(subject=response, purpose=DRAFT_APPROVAL)
    if response.current is None:
        return 0
    voided = response.current.approvals.live().update(voided_at=Now(), void_reason=str(why)[:300])
    response.current.refresh_from_db()  # the approvals read before are not true any more
    return voided
