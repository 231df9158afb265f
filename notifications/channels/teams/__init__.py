"""Microsoft Teams, through a workflow that posts what it is sent."""

from notifications.channels.config import masked
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.teams.form import TeamsForm
from notifications.channels.teams.sender import send

CHANNEL = DeliveryChannel(
    label="Microsoft Teams",
    icon="users",
    position=30,
    form=TeamsForm,
    where=lambda config: f"{config['host']} {masked(config['signature'])}",
    send=send,
)
