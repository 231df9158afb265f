"""ntfy, which pushes to phones: a topic at ntfy.sh or on a server that the person names."""

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.ntfy.form import NtfyForm
from notifications.channels.ntfy.sender import send
from notifications.channels.servers import Server

CHANNEL = DeliveryChannel(
    label="ntfy",
    icon="bell-ring",
    position=70,
    form=NtfyForm,
    where=lambda config: f"{Server.of(config).name}/{masked(config['topic'])}",
    send=send,
)
