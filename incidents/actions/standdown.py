"""Signatures and waivers on the way out of crisis mode."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.text import require_text
from incidents import gates
from incidents.actions.locking import lock_incident, require
from incidents.models import GateWaiver, Incident, IncidentState, SignOff
from incidents.scope import note
from people.models import CrisisRole, User

SIGNING_ROLES = (CrisisRole.CRISIS_LEAD, CrisisRole.EXECUTIVE)


@transaction.atomic
def sign_off(*, incident: Incident, actor: User, role: str) -> SignOff:
    """Sign the stand-down as crisis lead or executive sponsor. Nobody signs for a role that they do not hold."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.work", incident)
    if incident.state != IncidentState.MONITORING:
        raise ActionRefused(_("The stand-down is signed while the incident is being monitored."))
    if role not in SIGNING_ROLES:
        raise ActionRefused(_("Only the crisis lead and the executive sponsor sign."))
    if not incident.role_assignments.active().filter(role=role, user=actor).exists():
        raise NotAllowed(
            _("Only the %(role)s of this incident signs here.") % {"role": CrisisRole(role).label}
        )
    if incident.sign_offs.filter(user=actor).exclude(role=role).exists():
        raise ActionRefused(_("You have signed in another role; this signature needs a second person."))
    signature, created = SignOff.objects.get_or_create(incident=incident, role=role, defaults={"user": actor})
    if not created:
        raise ActionRefused(_("%(person)s has signed already.") % {"person": signature.user})
    note(incident, "standdown.signed", actor, role=role)
    return signature


@transaction.atomic
def waive_check(*, incident: Incident, actor: User, check_code: str, reason: str) -> GateWaiver:
    """Say that a check does not apply, with the reason. Only checks that allow it, only by the crisis lead."""
    incident = lock_incident(incident.pk)
    require(actor, "incidents.lead", incident)
    try:
        check = gates.get(check_code)
    except KeyError:
        raise ActionRefused(_("There is no such check.")) from None
    if not check.waivable:
        raise ActionRefused(_("This check has to be met; it cannot be waived."))
    waiver, _created = GateWaiver.objects.update_or_create(
        incident=incident,
        check_code=check_code,
        defaults={"reason": require_text(reason, _("Say why this does not apply.")), "by": actor},
    )
    note(incident, "standdown.waived", actor, check=str(check.label), reason=waiver.reason)
    return waiver
