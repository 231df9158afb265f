"""A program of the person's own, which gets a signed POST."""

from django.utils.translation import gettext_lazy as _

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.webhook.form import WebhookForm
from notifications.channels.webhook.sender import send

CHANNEL = DeliveryChannel(
    label=_("Signed webhook"),
    icon="webhook",
    position=90,
    form=WebhookForm,
    where=lambda config: f"{config['url'].split('/')[2]} {masked(config['secret'])}",
    send=send,
    keeps_verified=frozenset({"secret", "former_secret", "former_until"}),
)
