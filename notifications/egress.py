"""Where this site may connect to when a person has named the place: the public internet, and nothing within the house.

The name is resolved once, every address it has must be allowed, and the connection goes to the address that was
checked: an answer that changes between the check and the connection (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# All of the public internet that IPv6 has given out. What Python calls global is more: addresses that carry an older
# one within them (::127.0.0.1, NAT64), and those of a site (fec0::/10).
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
# The same within it, for a gateway on the way to unpack: 6to4, Teredo
_WRAPPED = [ipaddress.ip_network(net) for net in ("2002::/16", "2001::/32")]
# What the IANA registries of special addresses withhold from the public, and older versions of Python call global.
_WITHHELD = [
    ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "5f00::/16")
]


class Refused(Exception):
    """The place is not one that this site connects to."""


def permitted_addresses(host: str, port: int, *, encrypted: bool) -> list[str]:
    """The addresses of `host`, all of them allowed. Unencrypted only to networks that the operator has named.

    Raises Refused, or OSError when there is no such name.
    """
    found = list(
        dict.fromkeys(info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )
    for text in found:
        address = _plain(ipaddress.ip_address(str(text).partition("%")[0]))
        if not (_is_named(address) or (encrypted and _is_public(address))):
            raise Refused
    return [str(text) for text in found]


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_named(address: Address) -> bool:
    return any(address in ipaddress.ip_network(net) for net in settings.EGRESS_ALLOWED_NETWORKS)


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast or any(address in net for net in _WITHHELD):
        return False
    return address.version == 4 or (address in _GIVEN_OUT and not any(address in net for net in _WRAPPED))
