"""Which post a row is: two rows of the same key are one post, whichever tools they come from.

An address is the surest sign. Without one, platform, author, time and text together are: nobody writes the same words
twice in one second. Where the author is nobody in particular or only the day is known, a number that can be trusted
tells two equal complaints apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

SEPARATOR = "\x1f"


def _digest(*parts: str, size: int = 16) -> bytes:
    text = SEPARATOR.join(parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


def of_address(address: str) -> str:
    """The key of a post's normalised address (`meaning.addresses.normalise_address`), in hexadecimal digits."""
    return _digest("address", address).hex()


def of_content(platform: str, author: str, posted_at: datetime, text: str, number: str = "") -> str:
    """The key of what was written, by whom, where and when. `author` is empty where it is nobody in particular."""
    return _digest(platform, author.casefold(), posted_at.isoformat(), text, number).hex()


def of_person(platform: str, author: str, post_key: str) -> int:
    """A number for whoever wrote it, as `Mention.person` holds it. Who is nobody is a person for each post."""
    parts = (platform, author.casefold()) if author else ("post", post_key)
    return int.from_bytes(_digest("person", *parts, size=8), signed=True)


def of_header(header: Sequence[str]) -> UUID:
    """The key of a file's columns: the same names in the same order."""
    return UUID(bytes=_digest("header", *(name.strip().casefold() for name in header)))
