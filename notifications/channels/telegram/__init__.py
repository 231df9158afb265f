"""Telegram, through a bot of the person's own."""

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.telegram.form import TelegramForm
from notifications.channels.telegram.sender import send

CHANNEL = DeliveryChannel(
    label="Telegram",
    icon="send",
    position=50,
    form=TelegramForm,
    where=lambda config: f"{config['chat']} {masked(config['token'])}",
    send=send,
)
