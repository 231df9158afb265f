"""What can be forgotten in monitoring: a signal about which nobody has decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from escalations.actions import arm
from escalations.outside_incidents import OutsideIncidents
from escalations.purposes import Purpose
from journal.actions import record
from journal.models import Entry, Urgency
from monitoring.models import Priority, Signal
from people.models import CrisisRole, User, administrators, on_duty

UNDECIDED = "signal.undecided"
# Whose shifts have to do with signals, nearest first.
ALERTED_ROLES = (CrisisRole.MONITORING_ANALYST, CrisisRole.SOCIAL_MANAGER, CrisisRole.CRISIS_LEAD)
# Policies are kept by level; no signal has one before it is an incident.
LEVELS = {Priority.HIGH: Level.L2, Priority.LOW: Level.L3}


class SignalScope(OutsideIncidents):
    """A signal alone, also once it has become an incident."""

    permission = "monitoring.decide"

    def stream_of(self, signal: Signal) -> str:
        return signal.stream

    def lock(self, _model: type[Model], pks: Collection[int], *, skip_locked: bool) -> dict[int, Any]:
        rows = Signal.objects.select_for_update(of=("self",), skip_locked=skip_locked)
        return {signal.pk: signal for signal in rows.select_related("brand").filter(pk__in=pks)}

    def last_resort(self) -> list[User]:
        """Those on duty for the next role that listens or leads."""
        return next(filter(None, map(on_duty, ALERTED_ROLES)), None) or administrators()

    def urgency_of(self, signal: Signal) -> Urgency:
        return Urgency.NOW if signal.priority == Priority.HIGH else Urgency.SOON


def ask_for_decision(signal: Signal, since: datetime) -> None:
    """Start the deadline by which somebody must have decided. Nobody is asked about history."""
    if not signal.is_history:
        arm(subject=signal, purpose=UNDECIDED, level=LEVELS[Priority(signal.priority)], since=since)


def note(
    signal: Signal,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    alert_of: str = "",
    **data: Any,
) -> Entry:
    return record(
        stream=signal.stream,
        kind=kind,
        actor=actor,
        data={"brand": signal.brand.name, **data},
        path=signal.get_absolute_url(),
        audience=audience,
        urgency=urgency,
        alert_of=alert_of,
    )


PURPOSES = (
    Purpose(
        code=UNDECIDED,
        label=_("Decision about a signal"),
        model=Signal,
        scope=SignalScope(),
        note=note,
        missed="signal.undecided",
        facts=lambda signal: {"item": str(signal.brand), "priority": signal.priority},
        follows=_("Dismiss the signal with a reason, or open an incident."),
        asked_by=("signal.raised",),
        level_names={LEVELS[priority]: priority.label for priority in Priority},
        incident_of=lambda _signal: None,  # not everybody who sees a signal may see the incident behind it
    ),
)
