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
IMPORT_LIFE = LifeCycle(
    {
        # What nobody gets to work on fails as well.
        ImportState.QUEUED: {ImportState.RUNNING, ImportState.FAILED},
        # One slice after another, perhaps by another worker each time.
        ImportState.RUNNING: {ImportState.RUNNING, ImportState.FINISHED, ImportState.FAILED},
        ImportState.FAILED: {ImportState.QUEUED},
        ImportState.FINISHED: set(),
    },
    _("Only a failed import can be tried again. Reload the page to see where it stands."),
)

rules.add_perm("monitoring.read", can_read)
rules.add_perm("monitoring.import", can_work)
rules.add_perm("monitoring.decide", can_work)
