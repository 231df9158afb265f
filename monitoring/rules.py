"""Who may do what with mentions, imports and signals, and from which state these may move to which."""

import rules
from django.utils.translation import gettext_lazy as _

from common.transitions import LifeCycle
from monitoring.models import ImportState, SignalState
from people.rules import can_read, can_work

SIGNAL_LIFE = LifeCycle(
    {
        SignalState.NEW: {SignalState.DISMISSED, SignalState.OPENED},
        SignalState.DISMISSED: {SignalState.OPENED},  # second thoughts are allowed, in this direction
        SignalState.OPENED: set(),
    }
)
_S = ImportState
IMPORT_LIFE = LifeCycle(
    {
        # What nobody gets to work on fails as well. A worker that was killed is followed by another one.
        _S.QUEUED: {_S.LOOKING, _S.FAILED, _S.CANCELLED},
        _S.LOOKING: {_S.LOOKING, _S.PREVIEW, _S.FAILED, _S.CANCELLED},
        _S.PREVIEW: {_S.QUEUED, _S.ACCEPTED, _S.CANCELLED},
        _S.ACCEPTED: {_S.RUNNING, _S.FAILED, _S.CANCELLED},
        _S.RUNNING: {_S.RUNNING, _S.FINISHED, _S.FAILED, _S.CANCELLED, _S.UNDOING},
        _S.FAILED: {_S.QUEUED, _S.ACCEPTED, _S.UNDOING},
        _S.FINISHED: {_S.UNDOING},
        _S.CANCELLED: {_S.UNDOING},
        _S.UNDOING: {_S.UNDOING, _S.UNDONE, _S.FAILED},
        _S.UNDONE: set(),
    },
    _("This import is “%(now)s”. Reload the page to see what changed."),
)

rules.add_perm("monitoring.read", can_read)
rules.add_perm("monitoring.import", can_work)
rules.add_perm("monitoring.decide", can_work)
