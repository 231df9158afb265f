"""How a message leaves the house: one function for every kind of contact point."""

from __future__ import annotations

from typing import Any

from notifications.channels.message import Message


def send(kind: str, config: dict[str, Any], message: Message) -> None:
    """Hand over one message; touches the network and nothing else.

    Raises an error of channels.errors, by which the caller knows whether a retry may help or may repeat.
    """
    from notifications.channels import apprise_services, email, webhook

    if kind == "email":
        email.send(config, message)
    elif kind == "webhook":
        webhook.send(config, message)
    else:
        apprise_services.send(kind, config, message)
