"""The whole product, started as `make demo` starts it, and browsers that are logged in to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from demo.supervisor import PASSWORD
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, free_port, wait_until

BROWSER_FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with its sandbox
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo with a database, a broker and processes of its own."""
    var, port = tmp_path_factory.mktemp("var"), free_port()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    environment |= {"VAR_DIR": str(var), "PORT": str(port), "HOST": "127.0.0.1"}
    log = var / "demo.txt"
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [sys.executable, "-m", "demo"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        wait_until(lambda: "Crisis Desk runs at" in log.read_text() or demo.poll() is not None)
        assert demo.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Closed with the module: as long as Playwright runs, its event loop keeps Django's ORM out of this process."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """signed_in("alice") opens a browser of her own, signed in; it fails the test on any script or CSP error."""
    contexts, troubles = [], []

    def sign_in(name: str, **options: object) -> Page:
        context = browser.new_context(base_url=site, viewport={"width": 1440, "height": 900}, **options)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{name} on {page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{name} on {page.url}: {message.text}")
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{name}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert troubles == []
