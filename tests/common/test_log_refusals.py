"""What was refused stands in the log in one line; what went wrong keeps its traceback."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse


@pytest.fixture
def log(monkeypatch) -> StringIO:
    """What the console shows of Django's own words."""
    [handler] = [one for one in logging.getLogger("django").handlers if one.name == "console"]
    stream = StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


@pytest.mark.django_db
def test_a_refused_permission_is_one_line(client, erin, log):
    client.force_login(erin)
    assert client.get(reverse("incidents:log")).status_code == 403
    assert log.getvalue().count("\n") == 1
    assert reverse("incidents:log") in log.getvalue()


def test_an_error_keeps_its_traceback(log):
    try:
        raise PermissionDenied
    except PermissionDenied:
        logging.getLogger("django.request").exception("Failed", extra={"status_code": 500})
    assert "Traceback" in log.getvalue()
