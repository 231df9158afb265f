"""One delivery as an e-mail: the level and the fact in the subject, one link, threaded per journal stream."""

from __future__ import annotations

import smtplib
import uuid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.models import Delivery


class PermanentFailure(Exception):
    """Trying again would not help."""


class AmbiguousFailure(Exception):
    """The connection broke after the message was on its way: it may have arrived."""


def send(delivery: Delivery, *, possible_repeat: bool) -> None:
    """Raises PermanentFailure when the address is refused for good, AmbiguousFailure when it may have arrived,
    any other exception when a retry may help.
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
    connection = get_connection()
    connection.open()  # what fails up to here has certainly sent nothing
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _reason in refused.recipients.values()):
            raise PermanentFailure(_("The mail server refuses this address.")) from refused
        raise
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as broken:
        raise AmbiguousFailure from broken
    finally:
        connection.close()


def _subject(delivery: Delivery) -> str:
    level = delivery.entry.data.get("level")
    text = f"[L{level}] {delivery.entry.headline}" if level else delivery.entry.headline
    # One line only: a title must not be able to add headers.
    return " ".join(text.split())[:200]
