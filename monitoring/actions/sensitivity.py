"""How little it takes to raise a signal about a brand is for people to say."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed
from common.transitions import set_fields
from journal.actions import record
from monitoring.models import Listening, Sensitivity
from people.models import Brand, User


@transaction.atomic
def change_sensitivity(*, brand: Brand, actor: User, sensitivity: str) -> Listening:
    """Counts from the next look on. Signals that are raised already keep what they were raised with."""
    if not actor.has_perm("monitoring.decide"):
        raise NotAllowed(_("Readers may look at early warning, not change it. Ask somebody on duty."))
    if sensitivity not in Sensitivity.values:
        raise Invalid(_("Choose one of the sensitivities."), field="sensitivity")
    kept = Listening.objects.locked(brand)
    before = kept.sensitivity
    if sensitivity == before:
        return kept
    set_fields(kept, sensitivity=sensitivity)
    record(
        stream=f"listening-{brand.pk}",
        kind="listening.sensitivity_changed",
        actor=actor,
        data={"brand": brand.name, "sensitivity_before": before, "sensitivity": sensitivity},
        path=reverse("monitoring:sensitivity", args=[brand.pk]),
    )
    return kept
