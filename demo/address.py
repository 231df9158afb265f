"""Where the demo listens: on this machine alone, and on a port that is free."""

from __future__ import annotations

import errno
import ipaddress
import socket

from demo.terminal import DemoError


def check_address(host: str, port: str) -> tuple[str, int]:
    """The address to listen on. Raises DemoError for one that others could reach, or that is none."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise DemoError(
            f"HOST={host} is refused: the demo's password is known to everybody, so it listens on this "
            "machine alone. Use HOST=127.0.0.1; to let others in, install Crisis Desk properly (README)."
        )
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise DemoError(f"PORT={port} is not a port: choose a number from 1024 to 65535.")
    return ("127.0.0.1" if host == "localhost" else host), int(port)


def check_port(host: str, port: int) -> None:
    """Raises DemoError when nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sentence = (
                    f"Port {port} is taken by another program. Choose another: make demo PORT={port + 1}"
                )
            elif error.errno == errno.EACCES:
                sentence = (
                    f"Port {port} needs more rights than you have. Choose one above 1023: make demo PORT=8000"
                )
            else:
                sentence = f"Nothing can listen on {host}, port {port}: {error.strerror}."
            raise DemoError(sentence) from None
