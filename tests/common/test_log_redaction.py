"""No log shows what opens an address that lets whoever has it act or read."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.urls import reverse

from common.log_redaction import LOGGERS, RedactSecrets

SECRET = "s3cr3t-token"


def records(path: str) -> list[logging.LogRecord]:
    """The address within the words, and as one of their arguments."""
    facts = ("uvicorn.access", logging.INFO, "", 0)
    return [
        logging.LogRecord(*facts, f"Gone: {path}", None, None),
        logging.LogRecord(*facts, '%s "%s %s" %d', ("1.2.3.4:5", "GET", path, 200), None),
    ]


@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize("before", settings.PATHS_WITH_SECRETS)
def test_the_secret_of_an_address_stands_in_no_log(name, before):
    for record in records(f"{before}{SECRET}/duty.ics?x=1"):
        assert logging.getLogger(name).filter(record)
        assert f"{before}…/duty.ics?x=1" in record.getMessage()
        assert SECRET not in record.getMessage()


def test_other_addresses_stay_as_they_are():
    for record in records(f"/incidents/{SECRET}/"):
        assert RedactSecrets().filter(record)
        assert f"/incidents/{SECRET}/" in record.getMessage()


def test_whatever_reaches_standard_error_is_filtered():
    (handler,) = (one for one in logging.getLogger("django").handlers if one.name == "console")
    assert RedactSecrets in [type(one) for one in handler.filters]


def test_the_paths_are_those_of_the_pages():
    """A page that moves takes its protection along."""
    assert [
        reverse("acknowledge-link", args=[SECRET]).partition(SECRET)[0],
        reverse("readiness:calendar_mine", args=[SECRET]).partition(SECRET)[0],
    ] == settings.PATHS_WITH_SECRETS
