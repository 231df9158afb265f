from __future__ import annotations

from apprise.plugins.workflows import NotifyWorkflows

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message


def service(config: Config) -> NotifyWorkflows:
    return NotifyWorkflows(
        host=config["host"],
        workflow=config["workflow"],
        signature=config["signature"],
        power_automate=config["power_automate"],
        routing_id=config["routing_id"],
        secure=True,
        include_image=False,
        asset=apprise_service.ASSET,
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send_chat(service, config, message)
