from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels import all_channels


class Channel:
    """The kinds that are more than one of many. Every other one is known to its folder alone (notifications.channels).

    No field of a model lists the kinds: a new folder needs no migration.
    """

    IN_APP = "in_app"  # the inbox: it needs no contact point, and nothing in it can get lost on the way
    EMAIL = "email"  # what everybody has: the address with which they log in


def channel_labels() -> dict[str, str | Promise]:
    """How each kind is called, the inbox included."""
    return {Channel.IN_APP: _("In the app")} | {kind: one.label for kind, one in all_channels().items()}


class Priority(models.IntegerChoices):
    NOW = 0, _("Now")
    SOON = 1, _("Soon")
    LATER = 2, _("Later")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    LEASED = "leased", _("Being sent")
    BUNDLED = "bundled", _("In another message")  # travels with `bundled_into` and shares its fate
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Uncertain")  # sent twice into silence: a person must look
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("No longer needed")


OPEN = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.BUNDLED)
LOST = (DeliveryState.DEAD, DeliveryState.UNCERTAIN)
# Whatever has ended (sent, dead, uncertain, cancelled) stays as it is: trying again by hand makes a new row.
TRANSITIONS = [
    ("pending", "leased"),
    ("pending", "bundled"),
    ("pending", "cancelled"),
    ("pending", "dead"),  # expired while everything was held
    ("pending", "sent"),  # the demo's past, which no worker has sent
    ("leased", "pending"),
    ("leased", "sent"),
    ("leased", "dead"),
    ("leased", "uncertain"),
    ("leased", "cancelled"),
    ("bundled", "pending"),
    ("bundled", "sent"),
    ("bundled", "dead"),
    ("bundled", "uncertain"),
    ("bundled", "cancelled"),
]
