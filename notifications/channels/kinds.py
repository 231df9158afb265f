"""What each kind of contact point looks like to its owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notifications.models.choices import Channel

Config = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    icon: str
    where: Callable[[Config], str]  # where it leads, without its secrets


def masked(secret: str) -> str:
    """Enough to tell two apart."""
    return f"••••{secret[-4:]}" if len(secret) >= 12 else "••••"


def server(config: Config) -> str:
    usual = 443 if config["secure"] else 80
    port = "" if config["port"] in (None, usual) else f":{config['port']}"
    return f"{config['host']}{port}"


KINDS: dict[str, Kind] = {
    Channel.EMAIL: Kind("mail", lambda config: config["address"]),
    Channel.SLACK: Kind("hash", lambda config: masked(config["token_c"])),
    Channel.TEAMS: Kind("users", lambda config: f"{config['host']} {masked(config['signature'])}"),
    Channel.MATTERMOST: Kind(
        "message-circle",
        lambda config: " ".join(filter(None, [server(config), config["channel"], masked(config["token"])])),
    ),
    Channel.TELEGRAM: Kind("send", lambda config: f"{config['chat']} {masked(config['token'])}"),
    Channel.DISCORD: Kind("message-square", lambda config: masked(config["token"])),
    Channel.NTFY: Kind("bell-ring", lambda config: f"{server(config)}/{masked(config['topic'])}"),
    Channel.SMS: Kind("smartphone", lambda config: config["number"]),
    Channel.WEBHOOK: Kind(
        "webhook", lambda config: f"{config['url'].split('/')[2]} {masked(config['secret'])}"
    ),
}
