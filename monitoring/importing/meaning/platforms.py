"""The platform of a post, from its address or from what a cell says. An app or an outlet is no platform."""

from __future__ import annotations

import re
from functools import cache

from monitoring.importing.meaning.addresses import host_of
from monitoring.importing.meaning.words import bare, remembered, word_list

# A Mastodon instance can have any host; only its paths are its own: /@user/123, /users/user/statuses/123.
FEDIVERSE = re.compile(r"/@[\w.@-]+/\d{6,}|/users/[\w.-]+/statuses/\d{6,}")
MAPS = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}/maps", re.IGNORECASE)


@remembered
def platform_of_name(cell: str) -> str:
    """The code of the platform, or of the kind of medium, that a cell names; "" for everything else."""
    if len(cell) > 60 or "<" in cell:
        return ""
    name = bare(cell)
    if found := _names().get(name):
        return found
    if "." in cell and (found := platform_of_host(cell.strip().casefold())):
        return found
    if is_client(cell):
        return ""
    # "Facebook (public page)", "Instagram - comments"
    first = re.split(r"\(|: |\s[-–|/]\s", cell, maxsplit=1)[0]
    words = bare(first).split()
    while len(words) > 1 and words[-1] in _parts():
        words.pop()
    return _names().get(" ".join(words), "")


@remembered
def is_client(cell: str) -> bool:
    """Whether a cell names the program that a post was written with, which is no platform."""
    cell = re.sub(r"<[^<>]{0,300}>", "", cell[:500]).strip()
    return len(cell) <= 60 and _clients().search(bare(cell)) is not None


def platform_of_address(address: str) -> str:
    """The code of the platform to which an address belongs; "" where it is a site of its own."""
    host = host_of(address)
    found = platform_of_host(host)
    if found and found != "mastodon":
        return found
    if MAPS.search(address[:200]):
        return "googlemaps"
    is_mastodon = found or FEDIVERSE.match(address.split(host, 1)[-1] if host else "")
    return "mastodon" if is_mastodon else ""


@remembered
def platform_of_host(host: str) -> str:
    """ "m.facebook.com" → "facebook": the longest ending that is known."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if found := _hosts().get(".".join(labels[start:])):
            return found
    return _regional(labels)


def _regional(labels: list[str]) -> str:
    """tripadvisor.com.br, pinterest.at: the same name under another country's ending."""
    countries = [label for label in labels if len(label) <= 3]
    name = labels[-len(countries) - 1] if countries and len(countries) < len(labels) else ""
    return name if name in ("tripadvisor", "pinterest", "amazon", "yelp", "glassdoor", "trustpilot") else ""


@cache
def _clients() -> re.Pattern[str]:
    """Words of Latin letters stand alone, others anywhere in a name."""
    words = [re.escape(bare(word)) for word in word_list("platforms")["clients"]]
    return re.compile("|".join(rf"\b{word}\b" if word.isascii() else word for word in words))


@cache
def _parts() -> set[str]:
    return {bare(word) for word in word_list("platforms")["parts"]}


@cache
def _names() -> dict[str, str]:
    return {bare(name): code for code, about in _platforms().items() for name in about["names"]}


@cache
def _hosts() -> dict[str, str]:
    return {host: code for code, about in _platforms().items() for host in about["hosts"]}


def _platforms() -> dict[str, dict[str, list[str]]]:
    return {code: about for code, about in word_list("platforms").items() if isinstance(about, dict)}
