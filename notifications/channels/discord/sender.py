from __future__ import annotations

from apprise.plugins.discord import NotifyDiscord

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message


def service(config: Config) -> NotifyDiscord:
    return NotifyDiscord(
        webhook_id=config["webhook_id"],
        webhook_token=config["token"],
        avatar=False,
        asset=apprise_service.ASSET,
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
