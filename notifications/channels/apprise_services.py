"""Chat, push and text messages through Apprise: services built from our own fields, never from an Apprise URL.

Only the services and parameters named here exist. Apprise's own options (templates, attachments, `verify=`,
`redirect=`, `retry=`, configuration files) cannot be given, and its HTTP goes through guarded_http.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import requests
from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins import discord, mattermost, ntfy, slack, telegram, twilio, workflows
from apprise.result import AppriseResultStatus
from django.conf import settings

from notifications.channels import guarded_http
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed
from notifications.channels.message import Message
from notifications.models import Channel

# What it logs quotes answers and addresses; what we keep of a failure is in the attempt.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

_failures: ContextVar[list[SendingFailed]] = ContextVar("failures")
_asset = AppriseAsset(
    app_id="Crisis Desk", http_redirects=False, async_mode=False, storage_mode=PersistentStoreMode.MEMORY
)


class _GuardedRequests:
    """Stands in for `requests` in Apprise's services, which call it without a session of their own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)  # exceptions and status codes

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


for service in (discord, mattermost, ntfy, slack, telegram, twilio, workflows):
    setattr(service, "requests", _GuardedRequests())  # noqa: B010 - not a name that the modules declare


def _slack(config: dict[str, Any]) -> Any:
    names = ("token_a", "token_b", "token_c")
    return slack.NotifySlack(
        **{name: config[name] for name in names}, include_image=False, include_footer=False, asset=_asset
    )


def _teams(config: dict[str, Any]) -> Any:
    names = ("host", "workflow", "signature", "power_automate", "routing_id")
    return workflows.NotifyWorkflows(
        **{name: config[name] for name in names}, secure=True, include_image=False, asset=_asset
    )


def _mattermost(config: dict[str, Any]) -> Any:
    return mattermost.NotifyMattermost(
        token=config["token"],
        targets=[config["channel"]] if config["channel"] else None,
        fullpath=config["path"],
        asset=_asset,
        **_server(config),
    )


def _telegram(config: dict[str, Any]) -> Any:
    return telegram.NotifyTelegram(
        bot_token=config["token"], targets=[config["chat"]], detect_owner=False, asset=_asset
    )


def _discord(config: dict[str, Any]) -> Any:
    return discord.NotifyDiscord(
        webhook_id=config["webhook_id"], webhook_token=config["token"], avatar=False, asset=_asset
    )


def _ntfy(config: dict[str, Any]) -> Any:
    access = {"token": config["token"], "auth": "token"} if config["token"] else {}
    return ntfy.NotifyNtfy(
        targets=[config["topic"]],
        mode="private",
        include_image=False,
        asset=_asset,
        **access,
        **_server(config),
    )


def _sms(config: dict[str, Any]) -> Any:
    return twilio.NotifyTwilio(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKEN,
        source=settings.TWILIO_FROM,
        targets=[config["number"]],
        asset=_asset,
    )


def _server(config: dict[str, Any]) -> dict[str, Any]:
    return {name: config[name] for name in ("host", "port", "secure")}


SERVICES: dict[str, Callable[[dict[str, Any]], Any]] = {
    Channel.SLACK: _slack,
    Channel.TEAMS: _teams,
    Channel.MATTERMOST: _mattermost,
    Channel.TELEGRAM: _telegram,
    Channel.DISCORD: _discord,
    Channel.NTFY: _ntfy,
    Channel.SMS: _sms,
}


def _inert(text: str) -> str:
    """What others have said stands in messages: it calls nobody (@everyone), and no link hides where it leads.

    A zero-width space does both everywhere; not every service can escape what it reads as markup.
    """
    return text.replace("@", "@\u200b").replace("](", "]\u200b(")


def send(kind: str, config: dict[str, Any], message: Message) -> None:
    """One message to one destination. Raises what guarded_http raises, or SendingFailed when it was not taken."""
    failures: list[SendingFailed] = []
    _failures.set(failures)
    try:
        service = SERVICES[kind](config)
    except (AppriseImproperlyConfigured, KeyError, TypeError) as wrong:
        raise PermanentFailure("this contact point is not complete") from wrong
    if kind == Channel.SMS:
        title, body = "", message.sms
    else:
        title, body = _inert(message.subject), _inert(message.short)
    result = Apprise(service, asset=_asset).notify(title=title, body=body, body_format=NotifyFormat.TEXT)
    if failures:
        raise failures[-1]
    if result.status in (AppriseResultStatus.TIMEOUT, AppriseResultStatus.PARTIAL):
        raise AmbiguousFailure(f"no complete answer ({result.status.name.lower()})")
    if result.status != AppriseResultStatus.SUCCESS:
        raise SendingFailed(f"not taken ({result.status.name.lower()})")
