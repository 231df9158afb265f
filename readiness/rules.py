"""Who plans the duty roster."""

import rules

from common.transitions import LifeCycle
from people.rules import can_administer, can_approve, can_read
from readiness.models import SwapState

SWAP_LIFE = LifeCycle(
    {
        SwapState.OPEN: {SwapState.ACCEPTED, SwapState.DECLINED, SwapState.WITHDRAWN},
        SwapState.ACCEPTED: set(),
        SwapState.DECLINED: set(),
        SwapState.WITHDRAWN: set(),
    }
)

rules.add_perm("readiness.see", can_read)
# Approvers lead crises and know who can take a night; administrators keep the people.
rules.add_perm("readiness.plan_duty", can_approve | can_administer)
