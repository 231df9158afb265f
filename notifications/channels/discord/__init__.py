"""Discord, through a webhook of one of its channels."""

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.discord.form import DiscordForm
from notifications.channels.discord.sender import send

CHANNEL = DeliveryChannel(
    label="Discord",
    icon="message-square",
    position=60,
    form=DiscordForm,
    where=lambda config: masked(config["token"]),
    send=send,
)
