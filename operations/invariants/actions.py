"""What follows from a check: alerts, once for what is new, until it is gone or somebody has looked at it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.text import tidy
from escalations.engine import beat
from escalations.engine_alerts import alert_administrators, lock_stream
from operations.invariants.outcome import Outcome
from operations.models import Violation
from people.models import User

PROCESS = "invariants"
# What is late is another row every minute: the first of an outage tells of all.
COMES_AND_GOES = {"I1"}


def note(outcomes: dict[str, Outcome]) -> None:
    """Keep what was found, tell administrators what is new, and leave the check's heartbeat."""
    with transaction.atomic():
        lock_stream()  # two checks at once find the same
        for code, outcome in outcomes.items():
            _note(code, outcome)
    beat(PROCESS, clean=not Violation.objects.unsettled().exists())


def _note(code: str, outcome: Outcome) -> None:
    found = [what[:300] for what in outcome.broken]
    present = Violation.objects.present().filter(invariant=code)
    known = set(present.values_list("what", flat=True))
    if outcome.broken_count == len(found):  # all of them are named, so whatever is not has gone
        present.exclude(what__in=found).update(gone_at=Now())
    new = [what for what in found if what not in known]
    Violation.objects.bulk_create(Violation(invariant=code, what=what) for what in new)
    if new and not (code in COMES_AND_GOES and known):
        alert_administrators(
            "engine.invariant_broken", invariant=code, rows="; ".join(new), count=outcome.broken_count
        )


@transaction.atomic
def settle(*, violation: Violation, actor: User, reason: str) -> Violation:
    """An administrator has looked at it: it stays on record, and nobody is alerted about it any more.

    Raises NotAllowed, Invalid without a reason, ActionRefused when it is settled or gone already.
    """
    if not actor.has_perm("people.administer"):
        raise NotAllowed(_("Only administrators settle what a check has found."))
    reason = tidy(reason)
    if not reason:
        raise Invalid(_("Describe the outcome, so that others need not look again."))
    row = Violation.objects.select_for_update().get(pk=violation.pk)
    if row.settled_at or row.gone_at:
        raise ActionRefused(_("This is settled already."))
    row.settled_at, row.settled_by, row.reason = Now(), actor, reason[:300]
    row.save(update_fields=["settled_at", "settled_by", "reason"])
    alert_administrators(
        "engine.invariant_settled", actor=actor, invariant=row.invariant, rows=row.what, reason=row.reason
    )
    return row
