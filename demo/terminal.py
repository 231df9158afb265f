"""What the demo says to the person at the terminal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from demo.processes import BASE_DIR


class DemoError(Exception):
    """The demo cannot start; the message is one sentence for the person at the terminal."""


def say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, flush=True)  # noqa: T201 (this is a program for the terminal)


def short(path: Path) -> str:
    return str(path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path)
