from __future__ import annotations

from apprise.plugins.slack import NotifySlack

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message


def service(config: Config) -> NotifySlack:
    return NotifySlack(
        token_a=config["token_a"],
        token_b=config["token_b"],
        token_c=config["token_c"],
        include_image=False,
        include_footer=False,
        asset=apprise_service.ASSET,
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
