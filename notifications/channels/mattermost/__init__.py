"""Mattermost, through an incoming webhook on a server that the person names."""

from notifications.channels.config import Config, masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.mattermost.form import MattermostForm
from notifications.channels.mattermost.sender import send
from notifications.channels.servers import Server


def where(config: Config) -> str:
    return " ".join(filter(None, [Server.of(config).name, config["channel"], masked(config["token"])]))


CHANNEL = DeliveryChannel(
    label="Mattermost",
    icon="message-circle",
    position=40,
    form=MattermostForm,
    where=where,
    send=send,
)
