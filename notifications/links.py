"""Buttons in messages. Other parts register what a recipient can do right from the message, such as acknowledging."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from journal.models import Entry
from people.models import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """What the button says, where it leads, and the code to type there (mail scanners follow links, too)."""

    label: str
    url: str
    code: str = ""


Offer = Callable[[Entry, User], Link | None]
_offers: list[Offer] = []


def register(offer: Offer) -> None:
    if offer not in _offers:
        _offers.append(offer)


def link_for(entry: Entry, person: User) -> Link | None:
    """The first that is offered. A broken offer costs the button, never the message."""
    for offer in _offers:
        try:
            with transaction.atomic():
                link = offer(entry, person)
        except Exception:
            logger.exception("no button for entry %s", entry.pk)
            continue
        if link:
            return link
    return None
