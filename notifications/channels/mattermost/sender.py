from __future__ import annotations

from dataclasses import asdict

from apprise.plugins.mattermost import NotifyMattermost

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message
from notifications.channels.servers import Server


def service(config: Config) -> NotifyMattermost:
    return NotifyMattermost(
        token=config["token"],
        targets=[config["channel"]] if config["channel"] else None,
        fullpath=config["path"],
        asset=apprise_service.ASSET,
        **asdict(Server.of(config)),
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
