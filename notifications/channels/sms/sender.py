from __future__ import annotations

from apprise.plugins.twilio import NotifyTwilio
from django.conf import settings

from notifications.channels import apprise_service
from notifications.channels.config import Config
from notifications.channels.message import Message


def service(config: Config) -> NotifyTwilio:
    return NotifyTwilio(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKEN,
        source=settings.TWILIO_FROM,
        targets=[config["number"]],
        asset=apprise_service.ASSET,
    )


def send(config: Config, message: Message) -> None:
    apprise_service.send(service, config, title="", body=message.sms)
