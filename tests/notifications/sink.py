"""A real HTTP server that takes messages, refuses them, hangs, or hangs up, as its mode says."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

CANARY = "s3cret-words-of-the-provider"
HANG_SECONDS = 300
DRIPS, DRIP_SECONDS = 60, 0.9  # far longer than anybody waits


class Sink:
    """What arrived, and how the server behaves: ok, slow, hang, error, limit, gone, drop, redirect, drip."""

    def __init__(self, host: str = "127.0.0.1", ssl: Any = None) -> None:
        self.mode = "ok"
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sink.take(self)

            do_GET = do_POST

            def log_message(self, *arguments: Any) -> None:
                """Not into the tests' output."""

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        if ssl:
            self.server.socket = ssl.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if ssl else 'http'}://{host}:{self.port}"

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.received.append((handler.path, headers, body))
        if self.mode == "drop":
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        if self.mode == "hang":
            time.sleep(HANG_SECONDS)
        if self.mode == "slow":
            time.sleep(0.5)
        status = {"error": 500, "limit": 429, "gone": 404, "redirect": 302}.get(self.mode, 200)
        handler.send_response(status)
        if self.mode == "limit":
            handler.send_header("Retry-After", "600")
        if self.mode == "redirect":
            handler.send_header("Location", f"{self.url}/elsewhere")
        if self.mode == "drip":  # never silent for long, and never done
            handler.flush_headers()
            for _number in range(DRIPS):
                handler.wfile.write(b"X-Drip: 1\r\n")
                handler.wfile.flush()
                time.sleep(DRIP_SECONDS)
        answer = b"ok" if status == 200 else CANARY.encode()
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)


@contextmanager
def running_sink(**named: Any) -> Iterator[Sink]:
    sink = Sink(**named)
    Thread(target=sink.server.serve_forever, daemon=True).start()
    try:
        yield sink
    finally:
        sink.server.shutdown()
        sink.server.server_close()
