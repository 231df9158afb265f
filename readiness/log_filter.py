"""Keeps the keys of calendar addresses out of the logs: whoever reads a log must not read the roster for it."""

from __future__ import annotations

import logging
import re

_KEY = re.compile(r"(?<=/readiness/calendar/)[^/\s]+")
# The web server's access log, and what Django says about answers such as 404 or 403.
LOGGERS = ("uvicorn.access", "django.request", "django.server", "django.security.csrf")


class HideCalendarKeys(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _KEY.sub("…", value) if isinstance(value, str) else value for value in record.args
            )
        return True


def install() -> None:
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideCalendarKeys())
