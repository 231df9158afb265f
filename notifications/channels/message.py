from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """What goes out, in the recipient's language and zone, in every form that a channel may need."""

    key: str  # the same for every attempt, so that a receiver can drop what it has
    message_id: str  # the key as an e-mail header
    thread: str  # messages about the same thing belong together
    subject: str  # one line: the level and the fact
    text: str
    html: str
    short: str  # for chats: facts and addresses
    sms: str
    event: dict[str, Any] = field(default_factory=dict)  # for programs
