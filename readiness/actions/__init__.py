"""Changes of the duty roster. Alerts follow it at once, so every change is recorded and told."""

from readiness.actions.calendars import renew_calendar_key
from readiness.actions.overrides import give_duty
from readiness.actions.rotations import end_rotation, extend_rotations, save_rotation
from readiness.actions.shifts import add_shift, remove_shift
from readiness.actions.swaps import accept_swap, decline_swap, offer_swap, withdraw_swap

__all__ = [
    "accept_swap",
    "add_shift",
    "decline_swap",
    "end_rotation",
    "extend_rotations",
    "give_duty",
    "offer_swap",
    "remove_shift",
    "renew_calendar_key",
    "save_rotation",
    "withdraw_swap",
]
