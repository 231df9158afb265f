"""What a delivery channel is made of. Each folder beside this file declares one as its CHANNEL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from notifications.channels.config import Config
from notifications.channels.contact_form import ContactForm
from notifications.channels.message import Message


@dataclass(frozen=True, kw_only=True)
class DeliveryChannel:
    label: str | Promise
    icon: str  # its name in Lucide
    position: int  # in lists of channels
    form: type[ContactForm]  # reads what a person enters into a Config
    where: Callable[[Config], str]  # where it leads, without its secrets
    send: Callable[[Config, Message], None]  # raises an error of channels.errors
    is_offered: Callable[[], bool] = lambda: True  # whether this site is set up for it
    has_one_server: bool = False  # for everybody: when that is down, no message of this channel gets out
    keeps_verified: frozenset[str] = frozenset()  # parts of the Config that say nothing about where it leads
