"""Django's way to a mail server, which also knows whether the message itself was on its way when the line broke."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp


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
    @property
    def connection_class(self) -> type[_SMTP] | type[_SMTPOverTLS]:
        return _SMTPOverTLS if self.use_ssl else _SMTP

    @property
    def has_begun(self) -> bool:
        """Whether a message has begun to go out; before that, a broken line has sent nothing."""
        return isinstance(self.connection, _NotesData) and self.connection.has_begun
