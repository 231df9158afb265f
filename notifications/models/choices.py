from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    IN_APP = "in_app", _("In the app")
    EMAIL = "email", _("E-mail")
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    MATTERMOST = "mattermost", "Mattermost"
    TELEGRAM = "telegram", "Telegram"
    DISCORD = "discord", "Discord"
    NTFY = "ntfy", "ntfy"
    SMS = "sms", _("Text message (SMS)")
    WEBHOOK = "webhook", _("Signed webhook")


# What leaves the house: only that can get lost, and only that needs a contact point.
OUTSIDE = [choice for choice in Channel.choices if choice[0] != Channel.IN_APP]


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
