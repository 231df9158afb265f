"""One delivery as an e-mail: the level and the fact in the subject, one link, threaded per journal stream."""

from __future__ import annotations

import smtplib
import uuid
from contextlib import suppress
from threading import Event

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.models import Delivery


class PermanentFailure(Exception):
    """Trying again would not help."""


class Unreachable(Exception):
    """Nobody there, or nobody who lets us in: the same would happen to every other message now."""


class AmbiguousFailure(Exception):
    """The connection broke after the message was on its way: it may have arrived."""


def send(delivery: Delivery, *, possible_repeat: bool) -> None:
    """Raises PermanentFailure when address or message are refused for good, AmbiguousFailure when it may have
    arrived, Unreachable when there is no mail server, any other exception when a retry may help.
    """
    entry, person = delivery.entry, delivery.person
    with translation.override(person.language):
        context = {
            "entry": entry,
            "person": person,
            "url": f"{settings.SITE_URL}{entry.path}",
            "possible_repeat": possible_repeat,
        }
        message = EmailMultiAlternatives(
            subject=_subject(delivery),
            body=render_to_string("notifications/email.txt", context),
            to=[person.email],
            headers={
                "Message-ID": delivery.message_id,
                "References": f"<{uuid.uuid5(uuid.NAMESPACE_URL, entry.stream_id)}@crisis-desk>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string("notifications/email.html", context), "text/html")
    _hand_over(message)


def _hand_over(message: EmailMultiAlternatives) -> None:
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as failure:
        raise Unreachable from failure
    under_way = _watch(connection)
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _reason in refused.recipients.values()):
            raise PermanentFailure(_("The mail server refuses this address.")) from refused
        raise
    except smtplib.SMTPDataError as refused:
        if refused.smtp_code >= 500:
            raise PermanentFailure(_("The mail server refuses this message.")) from refused
        raise
    except (smtplib.SMTPServerDisconnected, OSError) as broken:
        if under_way.is_set():
            raise AmbiguousFailure from broken
        raise
    finally:
        # A server that hangs up rudely after it has taken the message has taken it all the same.
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _watch(connection: object) -> Event:
    """An event that is set once the message itself is on its way: before that, a broken line has sent nothing."""
    under_way = Event()
    server = getattr(connection, "connection", None)  # only the SMTP backend has one
    if isinstance(server, smtplib.SMTP):
        send_data = server.data

        def data(message: str) -> tuple[int, bytes]:
            under_way.set()
            return send_data(message)

        server.data = data  # type: ignore[method-assign,assignment]
    return under_way


def _subject(delivery: Delivery) -> str:
    level = delivery.entry.data.get("level")
    text = f"[L{level}] {delivery.entry.headline}" if level else delivery.entry.headline
    # One line only: a title must not be able to add headers.
    return " ".join(text.split())[:200]
