"""Slack, through an incoming webhook of the person's own."""

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.slack.form import SlackForm
from notifications.channels.slack.sender import send

CHANNEL = DeliveryChannel(
    label="Slack",
    icon="hash",
    position=20,
    form=SlackForm,
    where=lambda config: masked(config["token_c"]),
    send=send,
)
