"""Who is told what, over which contact point, and what became of it."""

from notifications.models.choices import Channel, DeliveryState, Priority
from notifications.models.contact import ContactPoint, VerificationCode
from notifications.models.delivery import (
    Attempt,
    Delivery,
    RateLimit,
    Unread,
    add_subjects,
    hidden_from,
    streams_about,
)
from notifications.models.hours import Hours

__all__ = [
    "Attempt",
    "Channel",
    "ContactPoint",
    "Delivery",
    "DeliveryState",
    "Hours",
    "Priority",
    "RateLimit",
    "Unread",
    "VerificationCode",
    "add_subjects",
    "hidden_from",
    "streams_about",
]
