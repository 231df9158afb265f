from __future__ import annotations

from apprise.plugins.telegram import NotifyTelegram

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message


def service(config: Config) -> NotifyTelegram:
    return NotifyTelegram(
        bot_token=config["token"],
        targets=[config["chat"]],
        detect_owner=False,
        asset=apprise_service.ASSET,
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
