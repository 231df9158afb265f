"""One message as an e-mail, threaded per journal stream."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.utils.translation import gettext as _

from notifications.channels.config import Config
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed, Unreachable
from notifications.channels.message import Message

DJANGOS_SMTP = "django.core.mail.backends.smtp.EmailBackend"
OUR_SMTP = "notifications.channels.email.sender.EmailBackend"


def send(config: Config, message: Message) -> None:
    """Raises PermanentFailure when address or message are refused for good, AmbiguousFailure when it may have
    arrived, Unreachable when there is no mail server, SendingFailed when a retry may help.
    """
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[config["address"]],
        headers={
            "Message-ID": message.message_id,
            "References": message.thread,
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(message.html, "text/html")
    _hand_over(mail)


def _hand_over(mail: EmailMultiAlternatives) -> None:
    try:
        connection = get_connection(_backend())
        connection.open()
    except ImproperlyConfigured as wrong:
        raise Unreachable(_("E-mail is not set up correctly on this server.")) from wrong
    except (smtplib.SMTPException, OSError) as failure:
        words = _("The mail server cannot be reached (%(error)s).") % {"error": type(failure).__name__}
        raise Unreachable(words) from failure
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _reason in refused.recipients.values()):
            raise PermanentFailure(_("The mail server refuses this address.")) from refused
        raise SendingFailed(_("The mail server asks to try later.")) from refused
    except smtplib.SMTPDataError as refused:
        if refused.smtp_code >= 500:
            raise PermanentFailure(_("The mail server refuses this message.")) from refused
        raise SendingFailed(_("The mail server asks to try later.")) from refused
    except (smtplib.SMTPServerDisconnected, OSError) as broken:
        if getattr(connection, "has_begun", False):
            raise AmbiguousFailure(type(broken).__name__) from broken
        raise SendingFailed(type(broken).__name__) from broken
    except smtplib.SMTPException as failure:
        raise SendingFailed(type(failure).__name__) from failure
    finally:
        # A server that hangs up rudely after it has taken the message has taken it all the same.
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _backend() -> str:
    """Ours for a mail server. Other ways to send, as an operator may have set, cannot tell what was under way."""
    return OUR_SMTP if settings.EMAIL_BACKEND == DJANGOS_SMTP else settings.EMAIL_BACKEND


class _NotesData:
    has_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.has_begun = True
        return super().data(msg)  # type: ignore[misc]


class _SMTP(_NotesData, smtplib.SMTP):
    pass


class _SMTPOverTLS(_NotesData, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's way to a mail server, which also knows whether the message itself was on its way when the line broke."""

    @property
    def connection_class(self) -> type[_SMTP] | type[_SMTPOverTLS]:
        return _SMTPOverTLS if self.use_ssl else _SMTP

    @property
    def has_begun(self) -> bool:
        """Whether a message has begun to go out; before that, a broken line has sent nothing."""
        return isinstance(self.connection, _NotesData) and self.connection.has_begun
