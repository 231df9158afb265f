"""Rotations and the shifts that they produce."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from journal.models import Urgency
from people.models import DutyShift, Rotation, RotationMember, User
from readiness.actions.roster_lock import is_able, lock_roster, note, require_able, require_planner
from readiness.spans import Span, gaps
from readiness.turns import Plan, turns

logger = logging.getLogger(__name__)

HORIZON = timedelta(weeks=8)
MOST_MEMBERS = 50
PLAN_FIELDS = (
    "turn_length",
    "turn_unit",
    "hand_over_weekday",
    "hand_over_at",
    "time_zone",
    "starts_on",
    "hours_from",
    "hours_until",
)


def plan_of(rotation: Rotation) -> Plan:
    return Plan.of(**{name: getattr(rotation, name) for name in PLAN_FIELDS})


def whose_turn(members: Sequence[User], number: int) -> User | None:
    """Whoever cannot take a turn any more is passed over; None where nobody can."""
    in_order = (members[(number + passed) % len(members)] for passed in range(len(members)))
    return next((person for person in in_order if is_able(person)), None)


@transaction.atomic
def save_rotation(
    *,
    actor: User,
    role: str,
    name: str,
    members: Sequence[User],
    rotation: Rotation | None = None,
    **plan: Any,
) -> Rotation:
    """Set up a rotation, or change one. Shifts that have begun or that somebody changed by hand stay as they are.

    `plan` holds PLAN_FIELDS. Raises Invalid for one that makes no sense, ActionRefused for a rotation that has ended.
    """
    require_planner(actor)
    lock_roster()
    if not 0 < len(members) <= MOST_MEMBERS:
        raise Invalid(_("Name between one and %(most)d people who take turns.") % {"most": MOST_MEMBERS})
    for person in members:
        require_able(person)
    is_new = rotation is None
    stored = Rotation(role=role) if rotation is None else _unended(rotation)
    before = [] if is_new else stored.people
    stored.name = name
    for field, value in plan.items():
        setattr(stored, field, value)
    try:
        stored.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    stored.save()
    stored.members.all().delete()
    RotationMember.objects.bulk_create(
        RotationMember(rotation=stored, user=person, position=number) for number, person in enumerate(members)
    )
    _produce(stored, timezone.now())
    _note("duty.rotation_added" if is_new else "duty.rotation_changed", actor, stored, [*before, *members])
    return stored


@transaction.atomic
def end_rotation(*, actor: User, rotation: Rotation) -> None:
    """It produces nothing any more. A shift that has begun runs to its end; what was changed by hand stays."""
    require_planner(actor)
    lock_roster()
    rotation = _unended(rotation)
    rotation.ended_at = timezone.now()
    rotation.save(update_fields=["ended_at"])
    _produce(rotation, rotation.ended_at)
    _note("duty.rotation_ended", actor, rotation, rotation.people)


def extend_rotations() -> None:
    """Produce what is missing of the coming weeks. Any number of workers may do this at the same time."""
    for pk in Rotation.objects.filter(ended_at__isnull=True).values_list("pk", flat=True):
        try:
            _extend(pk)
        except Exception:  # one that cannot be planned holds up no other
            logger.exception("rotation %s cannot be extended", pk)


@transaction.atomic
def _extend(pk: int) -> None:
    lock_roster()
    rotation = Rotation.objects.filter(pk=pk, ended_at__isnull=True).first()
    if rotation is None:  # ended while this waited
        return
    added, removed = _produce(rotation, timezone.now())
    if removed:  # somebody left, or a country changed its clocks: who gets other shifts than planned is told
        _note("duty.rotation_moved", None, rotation, [shift.user for shift in (*added, *removed)])
    elif added:
        _note("duty.rotation_extended", None, rotation, [], until=max(shift.ends_at for shift in added))


def leave_to_hands(shift: DutyShift, since: datetime) -> None:
    """Somebody decides about `shift` from `since` on: the rotation that produced it does so no longer."""
    if shift.rotation:
        shift.rotation.exceptions.create(starts_at=max(shift.starts_at, since), ends_at=shift.ends_at)


def _unended(rotation: Rotation) -> Rotation:
    found = Rotation.objects.select_for_update().get(pk=rotation.pk)
    if found.ended_at:
        raise ActionRefused(_("This rotation has ended. Set up a new one."))
    return found


def _produce(rotation: Rotation, now: datetime) -> tuple[list[DutyShift], list[DutyShift]]:
    """Make the shifts to come those that the rotation asks for; which were added and which removed."""
    _cut_off_who_left(rotation, now)
    wanted = {(span.start, span.end, user.pk): user for span, user in _wanted(rotation, now)}
    coming = {
        (shift.starts_at, shift.ends_at, shift.user_id): shift
        for shift in rotation.shifts.filter(starts_at__gt=now).select_related("user")
    }
    removed = [shift for key, shift in coming.items() if key not in wanted]
    rotation.shifts.filter(pk__in=[shift.pk for shift in removed]).delete()
    added = DutyShift.objects.bulk_create(
        DutyShift(role=rotation.role, user=user, starts_at=start, ends_at=end, rotation=rotation)
        for (start, end, _pk), user in wanted.items()
        if (start, end, _pk) not in coming
    )
    return added, removed


def _cut_off_who_left(rotation: Rotation, now: datetime) -> None:
    for shift in rotation.shifts.filter(starts_at__lt=now, ends_at__gt=now).select_related("user"):
        if not is_able(shift.user):
            shift.ends_at = now
            shift.save(update_fields=["ends_at", "changed_at"])


def _wanted(rotation: Rotation, now: datetime) -> Iterator[tuple[Span, User]]:
    if rotation.ended_at:
        return
    members = [member.user for member in rotation.members.select_related("user")]
    decided = [
        Span(start, end)
        for rows in (rotation.shifts.filter(starts_at__lte=now), rotation.exceptions.all())
        for start, end in rows.filter(ends_at__gt=now).values_list("starts_at", "ends_at")
    ]
    for turn in turns(plan_of(rotation), after=now):
        if turn.start > now + HORIZON:
            return
        person = whose_turn(members, turn.number)
        if person is None:
            return
        for duty in turn.duty:
            window = Span(max(duty.start, now), duty.end)
            if window.start < window.end:
                yield from ((span, person) for span in gaps(decided, window))


def _note(kind: str, actor: User | None, rotation: Rotation, audience: Sequence[User], **data: Any) -> None:
    note(
        kind,
        actor,
        role=rotation.role,
        path=reverse("readiness:role", args=[rotation.role]),
        audience=audience,
        urgency=Urgency.SOON if audience else Urgency.LATER,
        name=rotation.name,
        **data,
    )
