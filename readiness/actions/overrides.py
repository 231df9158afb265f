"""Somebody takes over a part of somebody else's duty."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from people.models import CrisisRole, DutyShift, User
from readiness.actions.roster_lock import lock_roster, note, require_able, require_planner
from readiness.actions.rotations import leave_to_hands
from readiness.spans import Span, gaps


@transaction.atomic
def give_duty(
    *, actor: User, role: str, giver: User, taker: User, starts_at: datetime, ends_at: datetime
) -> DutyShift:
    """The planner's override: `taker` is on duty instead of `giver` in that span. Both are told.

    What is past stays as it was: a span that began earlier is given from now on.
    """
    require_planner(actor)
    lock_roster()
    now = timezone.now()
    span = Span(max(starts_at, now), ends_at)
    if span.end <= span.start:
        raise Invalid(_("Choose a time that is still to come and that ends after it starts."))
    shift = hand_over(role=role, giver=giver, taker=taker, span=span)
    note(
        "duty.given",
        actor,
        role=role,
        path=reverse("readiness:role", args=[role]),
        starts=span.start,
        ends=span.end,
        giver=str(giver),
        person=str(taker),
        audience=[giver, taker],
    )
    return shift


def hand_over(*, role: str, giver: User, taker: User, span: Span) -> DutyShift:
    """Carve `span` out of the giver's shifts and put the taker there; the caller holds the roster lock and records.

    Raises ActionRefused unless the giver is on duty in all of the span and the taker in none of it.
    """
    require_able(taker)
    require_free(taker, role, span)
    shifts = list(
        giver.duty_shifts.filter(role=role)
        .overlapping(span.start, span.end)
        .select_related("rotation")
        .order_by("starts_at")
    )
    if gaps((Span(shift.starts_at, shift.ends_at) for shift in shifts), span):
        raise ActionRefused(
            _("%(person)s is not on duty for %(role)s in all of that time. The roster has changed meanwhile.")
            % {"person": giver, "role": CrisisRole(role).label}
        )
    covered_for = {shift.instead_of_id for shift in shifts}
    for shift in shifts:
        _carve(shift, span)
    return DutyShift.objects.create(
        role=role,
        user=taker,
        starts_at=span.start,
        ends_at=span.end,
        # Who takes back what was theirs covers for nobody.
        instead_of=None if covered_for == {taker.pk} else giver,
    )


def require_free(person: User, role: str, span: Span) -> None:
    if person.duty_shifts.filter(role=role).overlapping(span.start, span.end).exists():
        raise ActionRefused(
            _("%(person)s is on duty for %(role)s at that time already.")
            % {"person": person, "role": CrisisRole(role).label}
        )


def _carve(shift: DutyShift, span: Span) -> None:
    """Leave of `shift` what lies before and after `span`."""
    now = timezone.now()
    leave_to_hands(shift, since=span.start if shift.starts_at <= now else shift.starts_at)
    if span.end < shift.ends_at:
        DutyShift.objects.create(
            role=shift.role,
            user=shift.user,
            starts_at=span.end,
            ends_at=shift.ends_at,
            instead_of=shift.instead_of,
        )
    if shift.starts_at < span.start:
        if shift.starts_at > now:
            shift.rotation = None
        shift.ends_at = span.start
        shift.save(update_fields=["ends_at", "rotation", "changed_at"])
    else:
        shift.delete()
