"""Who plans the duty roster."""

import rules

from people.rules import can_administer, can_approve, can_read

rules.add_perm("readiness.see", can_read)
# Approvers lead crises and know who can take a night; administrators keep the people.
rules.add_perm("readiness.plan_duty", can_approve | can_administer)
