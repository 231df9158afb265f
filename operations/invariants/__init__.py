"""The promises of escalations and notifications, each as a question that the database answers.

`manage.py check_invariants` asks all of them, and so does a worker every minute (`operations.invariants.watching`).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min
from django.db.models.functions import Coalesce, Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from operations.invariants import deadlines, deliveries, records
from operations.invariants.outcome import WINDOW, Check, Outcome, Receipt, Scope
from operations.models import Violation

CHECKS: dict[str, Check] = {
    "I1": deadlines.none_is_overdue,
    "I2": deadlines.each_fired_has_one_entry,
    "I3": deadlines.nobody_waits_unheard,
    "I4": deadlines.steps_fire_in_order,
    "I5": deadlines.none_fires_for_nothing,
    "I6": deliveries.everybody_has_a_delivery,
    "I7": deliveries.every_receipt_has_an_attempt,
    "I8": deliveries.every_repeat_is_known,
    "I9": records.what_is_over_stays_over,
    "I10": records.nobody_publishes_alone,
    "I11": records.the_past_is_what_it_was,
}

RULES: dict[str, str | Promise] = {
    "I1": _("No deadline is overdue by more than 15 s"),
    "I2": _("Every missed deadline has one entry"),
    "I3": _("Every unacknowledged incident has a running deadline, or its policy is exhausted"),
    "I4": _("No step of an escalation comes before an earlier one"),
    "I5": _("Nobody is alerted about what was settled before"),
    "I6": _("Everybody who must be alerted has a delivery"),
    "I7": _("Nothing is sent without a recorded attempt"),
    "I8": _("Every possible repeat is known as one"),
    "I9": _("What has ended never changes again"),
    "I10": _("Nothing is published without somebody else's approval of the same words"),
    "I11": _("The journal's chain is whole, and as long as its last export"),
}


def check(*, full: bool = False, receipts: list[Receipt] | None = None) -> dict[str, Outcome]:
    """Ask every invariant about the last 24 hours, reaching further back while something older is still broken.

    With `full` about everything there ever was.
    """
    scope = Scope(None if full else _window_start(), receipts)
    return {code: holds(scope) for code, holds in CHECKS.items()}


def _window_start() -> datetime:
    """By the database's clock. A row that breaks a rule stays in sight until it is gone."""
    broken_since = Coalesce(Min("found_at"), Now())
    return Violation.objects.present().aggregate(since=broken_since)["since"] - WINDOW
