"""A POST to a program of the recipient's, signed as https://www.standardwebhooks.com describes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder
from standardwebhooks import Webhook

from notifications.channels import guarded_http
from notifications.channels.config import Config
from notifications.channels.message import Message


def send(config: Config, message: Message) -> None:
    """Raises what guarded_http raises. The id is the same for every attempt: a receiver drops repeats by it."""
    at, body = datetime.now(UTC), json.dumps(message.event, cls=DjangoJSONEncoder)
    guarded_http.request(
        "POST",
        config["url"],
        data=body.encode(),
        headers={
            "Content-Type": "application/json",
            "User-Agent": "Crisis Desk",
            "webhook-id": message.key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signatures(config, message.key, at, body),
        },
    )


def signatures(config: Config, key: str, at: datetime, body: str) -> str:
    """One by the secret in use, and while a changed secret is rolled out one by the former as well."""
    secrets = [config["secret"]]
    if config.get("former_secret") and at < datetime.fromisoformat(config["former_until"]):
        secrets.append(config["former_secret"])
    return " ".join(Webhook(secret).sign(key, at, body) for secret in secrets)
