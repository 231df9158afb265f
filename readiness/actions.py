"""Changes of the duty roster. Alerts follow it at once, so every change is recorded and told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.actions import record
from journal.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Urgency
from people.models import CrisisRole, DutyShift, User

STREAM = "duty-roster"


def _require_planner(actor: User) -> None:
    if not actor.has_perm("readiness.plan_duty"):
        raise NotAllowed(_("Only approvers and administrators plan the duty roster."))


def _note(kind: str, actor: User, shift: DutyShift) -> None:
    record(
        stream=STREAM,
        kind=kind,
        actor=actor,
        data={
            "person": str(shift.user),
            "role": shift.role,
            "starts": shift.starts_at,
            "ends": shift.ends_at,
        },
        path=reverse("readiness:duty"),
        audience=[shift.user],
        urgency=Urgency.SOON,
    )


@transaction.atomic
def add_shift(*, actor: User, role: str, user: User, starts_at: datetime, ends_at: datetime) -> DutyShift:
    """Put somebody on duty for a role from one moment to another. Two people may share a role at the same time."""
    _require_planner(actor)
    # The person's row orders planners who enter the same night twice at the same moment.
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if role not in CrisisRole.values:
        raise Invalid(_("Choose one of the crisis roles."))
    if ends_at <= starts_at:
        raise Invalid(_("A shift must end after it starts."))
    if ends_at <= timezone.now():
        raise Invalid(_("This shift is over already. Choose a time that is still to come."))
    if not user.is_active or not user.has_perm("people.work"):
        raise Invalid(
            _("%(person)s cannot work in incidents and would not be able to act on an alert.")
            % {"person": user}
        )
    clash = user.duty_shifts.filter(role=role, starts_at__lt=ends_at, ends_at__gt=starts_at).first()
    if clash:
        raise ActionRefused(
            _("%(person)s is on duty for this role at that time already. Take that shift out first.")
            % {"person": user}
        )
    shift = DutyShift.objects.create(role=role, user=user, starts_at=starts_at, ends_at=ends_at)
    _note("duty.added", actor, shift)
    return shift


@transaction.atomic
def remove_shift(*, actor: User, shift: DutyShift) -> None:
    """Take a coming shift out; one that has begun ends now, so that the record of who was on duty stays true."""
    _require_planner(actor)
    shift = DutyShift.objects.select_for_update(of=("self",)).select_related("user").get(pk=shift.pk)
    now = timezone.now()
    if shift.ends_at <= now:
        raise ActionRefused(_("This shift is over; what was stays on record."))
    if shift.starts_at < now:
        shift.ends_at = now
        shift.save(update_fields=["ends_at"])
        _note("duty.ended", actor, shift)
        return
    _note("duty.removed", actor, shift)
    shift.delete()
