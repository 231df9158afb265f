"""Text messages, through the site's own account at Twilio."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.declaration import DeliveryChannel
from notifications.channels.sms.form import SmsForm
from notifications.channels.sms.sender import send


def has_account() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM)


CHANNEL = DeliveryChannel(
    label=_("Text message (SMS)"),
    icon="smartphone",
    position=80,
    form=SmsForm,
    where=lambda config: config["number"],
    send=send,
    is_offered=has_account,
)
