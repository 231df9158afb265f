"""Secrets at rest: encrypted with a key drawn from SECRET_KEY; what a former key sealed still opens."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signing import BadSignature


def _fernet(secret: str) -> Fernet:
    key = HKDF(hashes.SHA256(), length=32, salt=None, info=b"notifications.contact").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _keys() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(values: dict[str, Any]) -> str:
    return _keys().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """Raises BadSignature when none of the site's keys fits."""
    try:
        return json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken as wrong:
        raise BadSignature("no key of this site opens it") from wrong


def reseal(sealed: str) -> str:
    """The same secret under the key in use. Raises BadSignature when none of the site's keys fits."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise BadSignature("no key of this site opens it") from wrong
