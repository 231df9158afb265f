"""What every test needs: the services, a browser where there is one, and the named people."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings

from crisis.embedded import EmbeddedError, configured_servers

SERVICES = configured_servers(settings.SERVICES_DIR, durable=False)
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def pytest_configure(config: pytest.Config) -> None:
    """Every xdist worker joins the users of the embedded servers; the last to leave stops them."""
    if config.option.help or config.option.collectonly:
        return
    try:
        SERVICES.start()
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=3)


def pytest_unconfigure(config: pytest.Config) -> None:
    SERVICES.leave()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        reason = "no Chromium here: install chromium, or name one in the variable CHROMIUM"
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; tests that ask for it are marked `browser`."""
    assert CHROMIUM is not None
    return CHROMIUM
