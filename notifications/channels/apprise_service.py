"""What the channels that go through Apprise share: a service is built from our own fields, never from an Apprise URL.

Only the parameters that a channel's sender names exist. Apprise's own options (templates, attachments, `verify=`,
`redirect=`, `retry=`, configuration files) cannot be given, and its HTTP goes through guarded_http.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import requests
from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, PersistentStoreMode
from apprise.exception import AppriseImproperlyConfigured
from apprise.result import AppriseResultStatus

from notifications.channels import guarded_http
from notifications.channels.config import Config
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed
from notifications.channels.message import Message

# What it logs quotes answers and addresses; what we keep of a failure is in the attempt.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

ASSET = AppriseAsset(
    app_id="Crisis Desk", http_redirects=False, async_mode=False, storage_mode=PersistentStoreMode.MEMORY
)
_failures: ContextVar[list[SendingFailed]] = ContextVar("failures")


class _GuardedRequests:
    """Stands in for `requests` in Apprise's services, which take no session of ours (docs/decisions/0011).

    It has what the services use and nothing else: one that reached for more would fail, not slip by.
    """

    RequestException = requests.RequestException
    codes = requests.codes

    def request(self, method: str, url: str, **content: Any) -> requests.Response:
        try:
            return guarded_http.request(method, url, **content)
        except SendingFailed as failure:
            _failures.get().append(failure)
            raise requests.RequestException from failure

    def post(self, url: str, **content: Any) -> requests.Response:
        return self.request("POST", url, **content)

    def get(self, url: str, **content: Any) -> requests.Response:
        return self.request("GET", url, **content)


def _guard(service: NotifyBase) -> None:
    """Here and not in each channel, so that none can forget it."""
    for kind in type(service).__mro__:
        module = sys.modules[kind.__module__]
        if getattr(module, "requests", None) is requests:
            setattr(module, "requests", _GuardedRequests())  # noqa: B010 - not a name that the modules declare


def _inert(text: str) -> str:
    """What others have said stands in messages: it calls nobody (@everyone), and no link hides where it leads.

    A zero-width space does both everywhere; not every service can escape what it reads as markup.
    """
    return text.replace("@", "@\u200b").replace("](", "]\u200b(")


def send_chat(build: Callable[[Config], NotifyBase], config: Config, message: Message) -> None:
    """As `send`, with what a chat shows."""
    send(build, config, title=_inert(message.subject), body=_inert(message.short))


def send(build: Callable[[Config], NotifyBase], config: Config, *, title: str, body: str) -> None:
    """One message to one destination. Raises what guarded_http raises, or SendingFailed when it was not taken."""
    failures: list[SendingFailed] = []
    _failures.set(failures)
    try:
        service = build(config)
    except (AppriseImproperlyConfigured, KeyError, TypeError) as wrong:
        raise PermanentFailure("this contact point is not complete") from wrong
    _guard(service)
    result = Apprise(service, asset=ASSET).notify(title=title, body=body, body_format=NotifyFormat.TEXT)
    if failures:
        raise failures[-1]
    if result.status in (AppriseResultStatus.TIMEOUT, AppriseResultStatus.PARTIAL):
        raise AmbiguousFailure(f"no complete answer ({result.status.name.lower()})")
    if result.status != AppriseResultStatus.SUCCESS:
        raise SendingFailed(f"not taken ({result.status.name.lower()})")
