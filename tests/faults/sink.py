"""The other side of every message: a real SMTP and a real HTTP server that note what arrives, however they answer."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.processes import free_port

REPEAT_MARKS = ("Possible repeat", '"possible_repeat": true')
SLOW_SECONDS = 2
HANG_SECONDS = 90  # longer than any sender waits
RETRY_AFTER_SECONDS = 9  # told with a 429


class Sink:
    """How it answers is `mode`: ok, slow, hang, hold (until `release`), 500, 429 or drop (accepts, then hangs up).

    A receipt is written to a file before the answer goes out, so that it outlives whatever happens to the sender.
    """

    def __init__(self, receipts: Path) -> None:
        self.mode = "ok"
        self.http_mode = "ok"
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._file = receipts.open("a", encoding="utf-8")
        self.path = receipts
        self.refused: Counter[str] = Counter()
        self.pings: list[float] = []  # when a GET came, by the monotonic clock
        self._smtp = Controller(_Mail(self), hostname="127.0.0.1", port=free_port())
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    def start(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd narrates every line
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.release()
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()
        self._file.close()

    @property
    def email_url(self) -> str:
        return f"smtp://127.0.0.1:{self._smtp.port}"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def receipts(self, *kinds: str) -> list[dict[str, Any]]:
        """The messages that arrived, in the order of arrival: of some kinds (mail, post) or of all."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [receipt for receipt in map(json.loads, lines) if not kinds or receipt["kind"] in kinds]

    def note(self, kind: str, key: str, text: str) -> None:
        at = datetime.now(UTC).isoformat()
        repeat = any(mark in text for mark in REPEAT_MARKS)
        line = {"kind": kind, "message_id": key, "at": at, "repeat": repeat, "text": text}
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Take messages while the block lasts, and answer only when it is over."""
        self._released.clear()
        self.mode = "hold"
        try:
            yield
        finally:
            self.mode = "ok"
            self.release()

    def release(self) -> None:
        self._released.set()

    def held(self) -> bool:
        return not self._released.is_set()


class _Mail:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sink.mode in ("500", "429"):
            self.sink.refused[address] += 1
            return "421 4.3.2 Not now" if self.sink.mode == "500" else "451 4.7.1 Slow down"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        self.sink.note("mail", mail["Message-ID"], str(body.get_content()) if body else "")
        if self.sink.mode == "drop":
            server.transport.abort()
        if self.sink.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if self.sink.mode == "hang":
            await asyncio.sleep(HANG_SECONDS)
        while self.sink.mode == "hold" and self.sink.held():
            await asyncio.sleep(0.05)
        return "250 OK"


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sink.pings.append(time.monotonic())
            self._answer_ok()

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            key = self.headers.get("webhook-id", self.path)
            if sink.http_mode in ("500", "429"):
                sink.refused["http"] += 1
                self.send_response(int(sink.http_mode))
                if sink.http_mode == "429":
                    self.send_header("Retry-After", str(RETRY_AFTER_SECONDS))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            # What a message is called in an e-mail and in the sender's records.
            sink.note("post", f"<{uuid.uuid5(uuid.NAMESPACE_URL, key)}@crisis-desk>", text)
            if sink.http_mode == "drop":
                self.close_connection = True
                return
            time.sleep({"slow": SLOW_SECONDS, "hang": HANG_SECONDS}.get(sink.http_mode, 0))
            self._answer_ok()

        def _answer_ok(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Says nothing: the receipts are the record."""

    return Handler
