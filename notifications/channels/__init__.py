"""Delivery channels: how a message leaves the house, with one folder for everything about one channel.

A folder here is a channel; its name is the channel's kind. It has `form.py` (what a person enters), `sender.py` (how a
message is handed over) and an `__init__.py` that declares them, with label, icon and masking, as CHANNEL (see
declaration.py). Nothing lists the folders: adding a channel is adding one, and needs no migration. The inbox within
the app is no channel of this kind: there is nothing to enter and nothing to send.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured

from notifications.channels.config import Config
from notifications.channels.contact_form import ContactForm
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.errors import PermanentFailure
from notifications.channels.message import Message


@cache
def all_channels() -> dict[str, DeliveryChannel]:
    """Every channel by its kind, in the order in which they are shown.

    Raises ImproperlyConfigured for a folder that declares none.
    """
    kinds = [found.name for found in pkgutil.iter_modules(__path__) if found.ispkg]
    channels = {kind: _declared(kind) for kind in kinds}
    return dict(sorted(channels.items(), key=lambda item: (item[1].position, item[0])))


def _declared(kind: str) -> DeliveryChannel:
    channel = getattr(import_module(f"{__name__}.{kind}"), "CHANNEL", None)
    if not isinstance(channel, DeliveryChannel):
        raise ImproperlyConfigured(f"notifications/channels/{kind}/__init__.py declares no CHANNEL.")
    return channel


def get(kind: str) -> DeliveryChannel:
    """A channel whose folder is gone takes no message, but what is stored of it can still be shown and removed."""
    return all_channels().get(kind) or _gone(kind)


def _gone(kind: str) -> DeliveryChannel:
    def refuse(config: Config, message: Message) -> None:
        raise PermanentFailure("this site has no such channel")

    return DeliveryChannel(
        label=kind, icon="circle-slash", position=0, form=ContactForm, where=lambda config: "", send=refuse
    )


def offered() -> dict[str, DeliveryChannel]:
    """The channels for which people can add a contact point here."""
    return {kind: channel for kind, channel in all_channels().items() if channel.is_offered()}


def send(kind: str, config: Config, message: Message) -> None:
    """Hand over one message; touches the network and nothing else.

    Raises an error of channels.errors, by which the caller knows whether a retry may help or may repeat.
    """
    get(kind).send(config, message)
