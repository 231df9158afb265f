"""Some addresses let whoever has them act or read (settings.PATHS_WITH_SECRETS): what opens them stands in no log."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.conf import settings

# What writes addresses and has handlers that Django's settings do not make: the web server's access log and that of
# the development server. Django's own words about answers such as 404 are kept clean for every handler.
LOGGERS = ("uvicorn.access", "django.server", "django.request", "django.security.csrf")


class RedactSecrets(logging.Filter):
    """Takes the secret out of addresses in a log record, and lets every record pass."""

    def __init__(self) -> None:
        super().__init__()
        paths = "|".join(map(re.escape, settings.PATHS_WITH_SECRETS))
        self._secret = re.compile(rf"({paths})[^/\s?]+")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redacted(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._redacted, record.args))
        return True

    def _redacted(self, value: Any) -> Any:
        return self._secret.sub(r"\1…", value) if isinstance(value, str) else value


def install() -> None:
    """For what does not go through the handlers in settings.LOGGING."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(RedactSecrets())
