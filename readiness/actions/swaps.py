"""Colleagues swap shifts among themselves: one offers, the other accepts or declines, until then nothing changes."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.transitions import change_state
from journal.actions import supersede
from people.models import DutyShift, User
from readiness.actions.overrides import hand_over, require_free
from readiness.actions.roster_lock import lock_roster, note, require_able
from readiness.models import SwapOffer, SwapState
from readiness.rules import SWAP_LIFE


@transaction.atomic
def offer_swap(
    *, actor: User, shift: DutyShift, taker: User, wanted: DutyShift | None = None, message: str = ""
) -> SwapOffer:
    """Offer one's own coming shift to a colleague, for nothing or for one of theirs (`wanted`)."""
    lock_roster()
    shift = DutyShift.objects.select_related("user").get(pk=shift.pk)
    if shift.user != actor or not actor.has_perm("people.work"):
        raise NotAllowed(_("You can offer only your own shifts."))
    if taker == actor:
        raise Invalid(_("Choose somebody else."))
    require_able(taker)
    if wanted and (wanted.user != taker or wanted.role != shift.role):
        raise Invalid(_("Choose a shift of your colleague for the same role."))
    offer = SwapOffer(
        role=shift.role,
        giver=actor,
        taker=taker,
        gives_start=shift.starts_at,
        gives_end=shift.ends_at,
        wants_start=wanted.starts_at if wanted else None,
        wants_end=wanted.ends_at if wanted else None,
        message=message.strip(),
    )
    _require_possible(offer)
    if (
        SwapOffer.objects.open()
        .filter(giver=actor, taker=taker, role=shift.role, gives_start=shift.starts_at)
        .exists()
    ):
        raise ActionRefused(_("You have offered this shift to %(person)s already.") % {"person": taker})
    offer.save()
    offer.entry_id = _note("duty.swap_offered", actor, offer, audience=[taker])
    offer.save(update_fields=["entry"])
    return offer


@transaction.atomic
def accept_swap(*, actor: User, offer: SwapOffer) -> SwapOffer:
    """The colleague says yes: the shifts change hands at once, or the roster has changed and nothing does."""
    offer = _open_offer(offer)
    if offer.taker != actor:
        raise NotAllowed(_("Only the person it was offered to can accept."))
    _require_possible(offer)
    hand_over(role=offer.role, giver=offer.giver, taker=offer.taker, span=offer.gives)
    if offer.wants:
        hand_over(role=offer.role, giver=offer.taker, taker=offer.giver, span=offer.wants)
    rivals = [
        rival
        for rival in SwapOffer.objects.open().filter(giver=offer.giver, role=offer.role).exclude(pk=offer.pk)
        if rival.gives.overlaps(offer.gives)
    ]
    _answer(offer, SwapState.ACCEPTED)
    for rival in rivals:
        _answer(rival, SwapState.WITHDRAWN)
    _note("duty.swap_accepted", actor, offer, audience=[offer.giver, *(rival.taker for rival in rivals)])
    return offer


@transaction.atomic
def decline_swap(*, actor: User, offer: SwapOffer) -> SwapOffer:
    offer = _open_offer(offer)
    if offer.taker != actor:
        raise NotAllowed(_("Only the person it was offered to can decline."))
    _answer(offer, SwapState.DECLINED)
    _note("duty.swap_declined", actor, offer, audience=[offer.giver])
    return offer


@transaction.atomic
def withdraw_swap(*, actor: User, offer: SwapOffer) -> SwapOffer:
    offer = _open_offer(offer)
    if offer.giver != actor:
        raise NotAllowed(_("Only the person who made the offer can withdraw it."))
    _answer(offer, SwapState.WITHDRAWN)
    _note("duty.swap_withdrawn", actor, offer, audience=[offer.taker])
    return offer


def _open_offer(offer: SwapOffer) -> SwapOffer:
    lock_roster()
    found = (
        SwapOffer.objects.select_for_update(of=("self",)).select_related("giver", "taker").get(pk=offer.pk)
    )
    if found.state != SwapState.OPEN:
        raise ActionRefused(_("This offer is settled: %(state)s.") % {"state": found.get_state_display()})
    return found


def _require_possible(offer: SwapOffer) -> None:
    now = timezone.now()
    if offer.gives_start <= now or (offer.wants_start and offer.wants_start <= now):
        raise ActionRefused(_("A shift that has begun can no longer be swapped. Ask a planner."))
    require_free(offer.taker, offer.role, offer.gives)
    if offer.wants:
        require_free(offer.giver, offer.role, offer.wants)


def _answer(offer: SwapOffer, state: SwapState) -> None:
    change_state(offer, state, SWAP_LIFE, answered_at=timezone.now())
    if offer.entry_id:
        supersede(entry_ids=[offer.entry_id])  # the question needs no answer any more


def _note(kind: str, actor: User, offer: SwapOffer, *, audience: list[User]) -> int:
    return note(
        kind,
        actor,
        role=offer.role,
        path=reverse("readiness:swap", args=[offer.pk]),
        starts=offer.gives_start,
        ends=offer.gives_end,
        giver=str(offer.giver),
        person=str(offer.taker),
        audience=audience,
    )
