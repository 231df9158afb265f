"""The whole product, started as `make demo` starts it, and browsers that are logged in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from demo.supervisor import PASSWORD
from tests.demo.running import Running
from tests.pace import PATIENCE_SECONDS

BROWSER_FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with its sandbox
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture
def site(demo: Running) -> str:
    """The address of a running demo with a database, a broker and processes of its own."""
    return f"http://127.0.0.1:{demo.port}"


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
