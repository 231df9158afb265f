"""A real SMTP server that can be as rude as real ones are, and alerts on their way to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from journal.actions import record
from journal.models import Entry, Urgency
from notifications.actions import alert as alert_people
from notifications.models import ContactPoint, Delivery
from tests.notifications.sink import Sink, running_sink
from tests.pace import PATIENCE_SECONDS
from tests.processes import free_port


class Mailbox:
    """What arrived, and how the server behaves: ok, refuse, refuse_message, grey, drop, drop_early, hang, rude_bye."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.mode = "ok"
        self.mails: list[EmailMessage] = []
        self.port = 0

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        """Only silence is not waited for: a busy machine may be slow to answer."""
        self._mode = mode
        self.settings.EMAIL_TIMEOUT = 1 if mode in ("hang", "rude_bye") else PATIENCE_SECONDS

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mode == "drop_early":
            server.transport.abort()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mode == "refuse":
            return "550 5.1.1 No such user"
        if self.mode == "grey":
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "refuse_message":
            return "554 5.7.1 Spam"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.mode == "drop":
            server.transport.abort()
        if self.mode == "hang":
            await asyncio.sleep(PATIENCE_SECONDS)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "rude_bye":
            await asyncio.sleep(PATIENCE_SECONDS)
        return "221 Bye"

    def text(self) -> str:
        """The plain text of the last mail."""
        body = self.mails[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox(settings)
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    yield box
    controller.stop()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A server on this machine to which the tests' contact points may lead."""
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running_sink() as sink:
        yield sink


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def reach() -> Callable[..., ContactPoint]:
    """reach(person, "webhook", url=…) adds a verified contact point."""

    def make(person: Any, kind: str, urgencies: list[str] | None = None, **config: Any) -> ContactPoint:
        contact = ContactPoint(person=person, kind=kind, verified_at=timezone.now())
        contact.urgencies = urgencies or ["now", "soon"]
        contact.config = config
        contact.save()
        return contact

    return make


@pytest.fixture
def webhook(bob: Any, sink: Sink, reach: Any) -> ContactPoint:
    """Bob is told by webhook; his e-mail address takes only what is good to know."""
    bob.contact_points.update(urgencies=["later"])
    return reach(bob, "webhook", url=f"{sink.url}/hook", secret=SECRET)


@pytest.fixture
def alert(bob: Any, alice: Any) -> Callable[..., Entry]:
    """alert(to=[bob], …) records something that people must know now."""

    def make(to: list[Any] | None = None, **facts: Any) -> Entry:
        with transaction.atomic():
            entry = record(
                stream=facts.pop("stream", "incident-1"),
                kind=facts.pop("kind", "incident.acknowledged"),
                actor=alice,
                data={"level": 2, "about": "Videos of stranded passengers", **facts},
                path="/incidents/1/",
                audience=[bob] if to is None else to,
                urgency=facts.pop("urgency", Urgency.NOW),
                alert_of=facts.pop("alert_of", ""),
            )
            if entry.alert_of:
                alert_people([entry])
            return entry

    return make


def by_mail(entry: Entry) -> Delivery:
    return Delivery.objects.get(entry=entry, channel="email")


def make_available(entry: Entry) -> None:
    """As though the pause before the next try, or the lease of a dead worker, were over."""
    rows = Delivery.objects.outside().filter(entry=entry)
    rows.filter(state="pending").update(available_at=Now())
    rows.filter(state="leased").update(lease_until=Now())
