"""Private cases: they go on after stand-down, so none of these actions asks whether the incident is locked."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.text import require_text
from common.transitions import change_state, require_step
from incidents.actions import lock_incident
from incidents.models import Incident
from incidents.scope import record_in
from journal.models import Urgency
from people.models import User
from responses.actions.locking import require_worker
from responses.models import CaseState, PrivateCase
from responses.rules import CASE_LIFE


def _lock(case_id: int, actor: User) -> tuple[PrivateCase, User]:
    incident_id = PrivateCase.objects.values_list("incident_id", flat=True).get(pk=case_id)
    incident = lock_incident(incident_id)
    actor = require_worker(actor, incident)
    case = PrivateCase.objects.select_for_update(of=("self",)).get(pk=case_id)
    case.incident = incident
    require_step(case, CaseState.RESOLVED, CASE_LIFE)  # nothing else happens to a case that is resolved
    return case, actor


def _note(case: PrivateCase, kind: str, actor: User, *, tell: User | None = None, **data: Any) -> None:
    record_in(
        case.incident,
        kind,
        actor,
        data={"case": case.pk, "title": case.reference, **data},
        path=reverse("responses:cases", args=[case.incident_id]),
        audience=[tell] if tell else (),
        urgency=Urgency.SOON if tell else Urgency.LATER,
    )


def _fit_owner(owner: User | None, incident: Incident) -> None:
    if owner and not owner.has_perm("incidents.work", incident):
        raise Invalid(_("%(person)s cannot work in this incident. Choose somebody else.") % {"person": owner})


@transaction.atomic
def open_case(
    *, incident: Incident, actor: User, reference: str, owner: User | None = None, note: str = ""
) -> PrivateCase:
    """A conversation left the public."""
    incident = lock_incident(incident.pk)
    actor = require_worker(actor, incident)
    _fit_owner(owner, incident)
    reference = require_text(reference, _("Give the case a reference, for example its ticket number."))[:120]
    if incident.private_cases.filter(reference=reference).exists():
        raise ActionRefused(_("A case with this reference exists already in this incident."))
    case = PrivateCase.objects.create(
        incident=incident, reference=reference, owner=owner, note=note.strip()[:4_000], opened_by=actor
    )
    _note(case, "case.opened", actor, tell=owner, owner=str(owner or ""))
    return case


@transaction.atomic
def own_case(*, case: PrivateCase, actor: User, owner: User) -> PrivateCase:
    """Somebody takes the case, or is asked to. Whoever has it already is not told again."""
    case, actor = _lock(case.pk, actor)
    _fit_owner(owner, case.incident)
    if case.owner == owner:
        return case
    case.owner = owner
    case.save(update_fields=["owner"])
    _note(case, "case.owned", actor, tell=owner, owner=str(owner))
    return case


@transaction.atomic
def resolve_case(*, case: PrivateCase, actor: User, note: str) -> PrivateCase:
    case, actor = _lock(case.pk, actor)
    if case.owner is None:
        raise ActionRefused(_("Give the case an owner first: somebody must have spoken with the person."))
    note = require_text(note, _("Say how it ended."))[:4_000]
    change_state(case, CaseState.RESOLVED, CASE_LIFE, note=note, resolved_at=timezone.now())
    _note(case, "case.resolved", actor, note=case.note)
    return case
