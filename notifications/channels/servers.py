"""Servers that a person names by their address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.config import Config


@dataclass(frozen=True)
class Server:
    """As it stands in a Config, and as Apprise's services take it."""

    host: str
    port: int | None  # None for the usual one
    secure: bool

    @classmethod
    def at(cls, address: SplitResult) -> Server:
        return cls(str(address.hostname), address.port, address.scheme == "https")

    @classmethod
    def of(cls, config: Config) -> Server:
        return cls(config["host"], config["port"], config["secure"])

    @property
    def name(self) -> str:
        """The host, and the port where it is not the usual one."""
        usual = 443 if self.secure else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (None, usual) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.name}"


def parse_address(url: str) -> SplitResult:
    """Raises ValidationError for what is no plain web address."""
    try:
        parts = urlsplit(url.strip())
        is_plain = bool(parts.hostname) and not parts.username and not parts.fragment and parts.port != 0
    except ValueError:
        is_plain = False
    if not is_plain or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValidationError(_("This is not an address of a server. Example: https://chat.example.com"))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.EGRESS_ALLOWED_NETWORKS):
        raise ValidationError(_("Give an address that starts with https://"))
    return parts
