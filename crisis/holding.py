"""A hold of the engine holds the messages, too: siblings know nothing of each other, so they are joined here."""

from __future__ import annotations

from typing import Any

from escalations.models import Hold
from notifications.holding import hold_back, let_go


def on_held(*, hold: Hold, **_signal: Any) -> None:
    hold_back(until=hold.ends_at)


def on_hold_ended(*, hold: Hold, **_signal: Any) -> None:
    let_go(held_until=hold.ends_at)
