"""E-mail, through the mail server of this site."""

from django.utils.translation import gettext_lazy as _

from notifications.channels.declaration import DeliveryChannel
from notifications.channels.email.form import EmailForm
from notifications.channels.email.sender import send

CHANNEL = DeliveryChannel(
    label=_("E-mail"),
    icon="mail",
    position=10,
    form=EmailForm,
    where=lambda config: config["address"],
    send=send,
    has_one_server=True,
)
