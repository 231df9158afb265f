from __future__ import annotations

from dataclasses import asdict

from apprise.plugins.ntfy import NotifyNtfy

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message
from notifications.channels.servers import Server


def service(config: Config) -> NotifyNtfy:
    access = {"token": config["token"], "auth": "token"} if config["token"] else {}
    return NotifyNtfy(
        targets=[config["topic"]],
        mode="private",
        include_image=False,
        asset=apprise_service.ASSET,
        **access,
        **asdict(Server.of(config)),
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
