"""Shifts that are entered and taken off by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from people.models import CrisisRole, DutyShift, User
from readiness.actions.roster_lock import lock_roster, note, require_able, require_planner
from readiness.actions.rotations import leave_to_hands

LONGEST_SHIFT = timedelta(days=31)


def _note(kind: str, actor: User, shift: DutyShift) -> None:
    note(
        kind,
        actor,
        role=shift.role,
        path=reverse("readiness:duty"),
        starts=shift.starts_at,
        ends=shift.ends_at,
        person=str(shift.user),
        audience=[shift.user],
    )


@transaction.atomic
def add_shift(*, actor: User, role: str, user: User, starts_at: datetime, ends_at: datetime) -> DutyShift:
    """Put somebody on duty for a role from one moment to another. Two people may share a role at the same time."""
    require_planner(actor)
    lock_roster()
    user = User.objects.get(pk=user.pk)
    if role not in CrisisRole.values:
        raise Invalid(_("Choose one of the crisis roles."))
    if ends_at <= starts_at:
        raise Invalid(_("A shift must end after it starts."), field="ends_at")
    if ends_at <= timezone.now():
        raise Invalid(_("This shift is over already. Choose a time that is still to come."), field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise Invalid(
            _("A shift lasts at most %(days)d days. Enter several, or set up a rotation.")
            % {"days": LONGEST_SHIFT.days},
            field="ends_at",
        )
    require_able(user)
    if user.duty_shifts.filter(role=role).overlapping(starts_at, ends_at).exists():
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
    require_planner(actor)
    lock_roster()
    shift = DutyShift.objects.select_for_update(of=("self",)).select_related("user").get(pk=shift.pk)
    now = timezone.now()
    if shift.ends_at <= now:
        raise ActionRefused(_("This shift is over; what was stays on record."))
    leave_to_hands(shift, now)
    if shift.starts_at < now:
        shift.ends_at = now
        shift.save(update_fields=["ends_at", "changed_at"])
        _note("duty.ended", actor, shift)
        return
    _note("duty.removed", actor, shift)
    shift.delete()
