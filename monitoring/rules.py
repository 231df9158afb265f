"""Who may do what with mentions and signals, and from which state a signal may move to which."""

import rules

from monitoring.models import SignalState
from people.rules import can_read, can_work

SIGNAL_TRANSITIONS: dict[str, frozenset[str]] = {
    SignalState.NEW: frozenset({SignalState.DISMISSED, SignalState.OPENED}),
    SignalState.DISMISSED: frozenset({SignalState.OPENED}),  # second thoughts are allowed, in this direction
    SignalState.OPENED: frozenset(),
}

rules.add_perm("monitoring.read", can_read)
rules.add_perm("monitoring.import", can_work)
rules.add_perm("monitoring.decide", can_work)
