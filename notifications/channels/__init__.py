"""Delivery channels: how a message leaves the house, with one folder for everything about one channel.

A folder here is a channel; its name is the channel's kind. It has `form.py` (what a person enters), `sender.py` (how a
message is handed over) and an `__init__.py` that declares them, with label, icon and masking, as CHANNEL (see
declaration.py). Nothing lists the folders: adding a channel is adding one, and needs no migration. The inbox within
the app is no channel of this kind: there is nothing to enter and nothing to send.

Sending may wait for somebody else's server: a BoundedCall does so on a daemon thread of its own, and only for so long.
"""

from __future__ import annotations

import pkgutil
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import cache
from importlib import import_module
from threading import Thread
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured

from notifications.channels.config import Config
from notifications.channels.contact_form import ContactForm
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.errors import AmbiguousFailure, PermanentFailure
from notifications.channels.message import Message

Result = TypeVar("Result")


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


class BoundedCall(Generic[Result]):
    """Begins `work`, which must not touch the database, at once; it is waited for at most `seconds`.

    The thread is a daemon, and no executor's: an executor joins its threads when the process ends, so a call that
    hangs would hold up a worker that was told to stop. What has not ended in time runs on, and nobody listens.
    """

    def __init__(self, work: Callable[[], Result], *, seconds: float) -> None:
        self.seconds = seconds
        self.until = time.monotonic() + seconds
        self._future: Future[Result] = Future()
        Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self._future.set_result(work())
        except Exception as failure:  # noqa: BLE001 - raised where the result is asked for
            self._future.set_exception(failure)

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def result(self) -> Result:
        """Waits for it. Raises what `work` raised, or AmbiguousFailure when it has not ended in time."""
        if not wait([self._future], timeout=self.seconds_left).done:
            raise AmbiguousFailure(f"no answer within {self.seconds:g} s")
        return self._future.result()

    def failure(self) -> Exception | None:
        """Waits as `result` does; what that would raise."""
        try:
            self.result()
        except Exception as failure:  # noqa: BLE001 - the caller decides what it means
            return failure
        return None


def first_ended(calls: Collection[BoundedCall[Result]], *, most_seconds: float) -> BoundedCall[Result] | None:
    """The first of `calls` that has ended or run out of time; None when none has within `most_seconds`."""
    by_future = {call._future: call for call in calls}
    first_due = min(calls, key=lambda call: call.until)
    seconds = min(first_due.seconds_left, most_seconds)
    for future in wait(by_future, timeout=seconds, return_when=FIRST_COMPLETED).done:
        return by_future[future]
    return None if first_due.seconds_left else first_due
