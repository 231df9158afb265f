"""How often early warning was right: what people decided about its signals, and which sensitivity follows from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _

from monitoring.models import DismissalReason, Sensitivity, SignalKind, SignalState
from monitoring.models.signal import SignalQuerySet

FEWEST_FOR_PERCENT = 5
FEWEST_FOR_PROPOSAL = 20
FEW, MOST = 1 / 3, 4 / 5  # of the decided signals were taken up
ORDER = [*Sensitivity]


@dataclass
class Precision:
    """The decided signals of one kind that were raised with one sensitivity."""

    kind: SignalKind
    sensitivity: Sensitivity
    taken_up: int = 0
    dismissed: dict[DismissalReason, int] = field(default_factory=dict)  # why, and how many

    @property
    def decided(self) -> int:
        return self.taken_up + sum(self.dismissed.values())

    @property
    def percent(self) -> int | None:
        """Of so few it would say more than is known."""
        return round(100 * self.taken_up / self.decided) if self.decided >= FEWEST_FOR_PERCENT else None

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Why the others were dismissed, the most frequent first."""
        ordered = sorted(self.dismissed.items(), key=lambda item: -item[1])
        return [(count, str(reason.label)) for reason, count in ordered]


def precision_of(signals: SignalQuerySet) -> list[Precision]:
    """By kind and sensitivity, without those about which nobody has decided yet; one query."""
    found: dict[tuple[str, str], Precision] = {}
    decided = signals.exclude(state=SignalState.NEW).order_by()
    for kind, sensitivity, dismissal, count in decided.values_list(
        "kind", "sensitivity", "dismissal"
    ).annotate(count=Count("pk")):
        one = found.setdefault((kind, sensitivity), Precision(SignalKind(kind), Sensitivity(sensitivity)))
        if dismissal:
            one.dismissed[DismissalReason(dismissal)] = count
        else:
            one.taken_up = count
    return sorted(found.values(), key=lambda one: (one.kind, ORDER.index(one.sensitivity)))


@dataclass(frozen=True)
class Proposal:
    sensitivity: Sensitivity
    why: str


def proposal_of(sensitivity: Sensitivity, known: Iterable[Precision]) -> Proposal | None:
    """Another sensitivity for a brand, once enough signals raised with the one in force were decided.

    Signals of earlier sensitivities say nothing about this one. Nobody sets it but people.
    """
    of_this = [one for one in known if one.sensitivity == sensitivity]
    decided, taken_up = sum(one.decided for one in of_this), sum(one.taken_up for one in of_this)
    if decided < FEWEST_FOR_PROPOSAL:
        return None
    facts = {"taken_up": taken_up, "decided": decided, "sensitivity": sensitivity.label}
    place = ORDER.index(sensitivity)
    if taken_up < FEW * decided and place > 0:
        why = _(
            "%(taken_up)d of %(decided)d decided signals were taken up at “%(sensitivity)s”, under a third."
        )
        return Proposal(ORDER[place - 1], why % facts)
    if taken_up > MOST * decided and place + 1 < len(ORDER):
        why = _(
            "%(taken_up)d of %(decided)d decided signals were taken up at “%(sensitivity)s”, over four fifths:"
            " some that matter may go unseen."
        )
        return Proposal(ORDER[place + 1], why % facts)
    return None
