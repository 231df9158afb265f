"""Words as people send them."""

from __future__ import annotations

from common.errors import Invalid


def tidy(text: str) -> str:
    """Without blanks around it, and without NULs, which PostgreSQL does not store."""
    return text.replace("\x00", "").strip()


def require_text(text: str, message: object, *, field: str = "") -> str:
    """The tidied text. Raises Invalid with `message`, beside `field`, when nothing is left of it."""
    text = tidy(text)
    if not text:
        raise Invalid(message, field=field)
    return text
