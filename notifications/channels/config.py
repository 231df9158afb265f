"""What is stored of a contact point, encrypted: its address and its secrets."""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]


def masked(secret: str) -> str:
    """Enough to tell two apart."""
    return f"••••{secret[-4:]}" if len(secret) >= 12 else "••••"
