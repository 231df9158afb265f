"""Situational Crisis Communication Theory (Coombs 2007): which response fits how much blame publics assign.

The table is advice, which may be overridden with a reason; the guards are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Cluster(models.TextChoices):
    VICTIM = "victim", _("Victim: weak attribution")
    ACCIDENTAL = "accidental", _("Accidental: some attribution")
    PREVENTABLE = "preventable", _("Preventable: strong attribution")


class Strategy(models.TextChoices):
    INSTRUCT = "instruct", _("Instruct and adjust only")
    DENY = "deny", _("Deny, with evidence")
    DIMINISH = "diminish", _("Diminish")
    REBUILD = "rebuild", _("Rebuild: apology and corrective action")


@dataclass(frozen=True)
class Advice:
    strategy: Strategy
    why: str | Promise


ALWAYS_FIRST = _(
    "First, always: what people must do to stay safe, then concern for those affected and what happens next."
)


def recommend(
    *, cluster: str, is_rumour: bool, similar_history: bool, fault_confirmed: bool, claim_proven: bool
) -> Advice | None:
    """The strategy that the theory recommends; None until somebody has said how much blame publics assign."""
    if fault_confirmed:
        return Advice(Strategy.REBUILD, _("Our fault is confirmed: own it, apologise, repair."))
    if not cluster:
        return None
    if is_rumour and cluster == Cluster.VICTIM and not claim_proven:
        return Advice(Strategy.DENY, _("An unfounded rumour is denied with evidence."))
    if cluster == Cluster.PREVENTABLE:
        return Advice(
            Strategy.REBUILD, _("Strong attribution: apology and corrective action; compensation if harmed.")
        )
    if cluster == Cluster.ACCIDENTAL and similar_history:
        return Advice(Strategy.REBUILD, _("Some attribution, and it is not the first time."))
    if cluster == Cluster.ACCIDENTAL:
        return Advice(Strategy.DIMINISH, _("Some attribution, no history: explain, do not excuse."))
    if similar_history:
        return Advice(Strategy.DIMINISH, _("Weak attribution, but a history or a bad reputation."))
    return Advice(Strategy.INSTRUCT, _("Weak attribution: instructing and adjusting information is enough."))


def refusal(*, strategy: str, fault_confirmed: bool, claim_proven: bool) -> str | Promise | None:
    """Why a strategy must not be chosen, or None. These guards know no override."""
    if strategy == Strategy.DENY and claim_proven:
        return _("A claim against us is verified as true: denying it is not possible. Choose Rebuild.")
    if fault_confirmed and strategy != Strategy.REBUILD:
        return _("Our fault is confirmed: only Rebuild (own it, apologise, repair) is possible.")
    return None
