"""A refused permission is one line of the log: a traceback would only lead to the rule that did its duty."""

import logging


def without_traceback(record: logging.LogRecord) -> bool:
    """For the filters in settings.LOGGING; lets every record pass."""
    if getattr(record, "status_code", None) == 403:
        record.exc_info = None
    return True
