"""Links from messages let somebody act: what opens them stands in no log."""

from __future__ import annotations

import logging
import re
from typing import Any

_TOKEN = re.compile(r"(/a/)[^/\s?]+")


class RedactLinks(logging.Filter):
    """Takes the token out of addresses in a log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _redacted(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_redacted(value) for value in record.args)
        return True


def _redacted(value: Any) -> Any:
    return _TOKEN.sub(r"\1…", value) if isinstance(value, str) else value
