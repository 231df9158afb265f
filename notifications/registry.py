"""What apps further up add to messages: buttons, and what the messages are about."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from journal.models import Entry
from people.models import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Button:
    """What it says, where it leads, and the code to type there (mail scanners follow links, too)."""

    label: str
    url: str
    code: str = ""


# The button for an entry in a message to a person, such as “Acknowledge”; None where there is nothing to do
Offer = Callable[[Entry, User], Button | None]
# Journal streams whose title or reference contains the words, among those that the person may see
Find = Callable[[User, str], Iterable[str]]
# Those of these journal streams of which the person may learn nothing
Hide = Callable[[User, Collection[str]], Iterable[str]]
_offers: list[Offer] = []
_finders: list[Find] = []
_hiders: list[Hide] = []


def add_button(offer: Offer) -> None:
    if offer not in _offers:
        _offers.append(offer)


def add_subjects(*, find: Find, hide: Hide) -> None:
    if find not in _finders:
        _finders.append(find)
    if hide not in _hiders:
        _hiders.append(hide)


def button_for(entry: Entry, person: User) -> Button | None:
    """The first that is offered. A broken offer costs the button, never the message."""
    for offer in _offers:
        try:
            with transaction.atomic():
                button = offer(entry, person)
        except Exception:
            logger.exception("no button for entry %s", entry.pk)
            continue
        if button:
            return button
    return None


def streams_about(words: str, reader: User) -> list[str]:
    """Journal streams about what has these words in its title or reference, for somebody who may see that."""
    return [stream for find in _finders for stream in find(reader, words)]


def hidden_from(reader: User, among: Collection[str]) -> set[str]:
    """Those of these journal streams of which `reader` may learn nothing."""
    return {stream for hide in _hiders for stream in hide(reader, among)} if among else set()
