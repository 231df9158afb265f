"""HTTP to places that people name: pinned addresses, checked certificates, no redirects, no endless answers."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from notifications import egress
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed, Unreachable
from notifications.channels.servers import Server

TIMEOUT = (5, 15)  # seconds to connect, seconds of silence afterwards
MOST_ANSWER_BYTES = 64 * 1024
MOST_PATIENCE = 3600  # seconds; a provider that asks for more is asked again after an hour
_GONE = {400, 401, 403, 404, 405, 410, 413, 422}


class PinnedAdapter(HTTPAdapter):
    """Connects to an address that egress has permitted; Host header, SNI and certificate stay those of the name.

    The name is asked once for each request, the pool of connections is one to the address itself, and there is no
    proxy that could connect elsewhere. Serves one request at a time.
    """

    _untried: list[str] | None  # addresses of the host of this request; None before its name was asked

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """Tries one address after the other until one takes the connection."""
        self._untried = None
        while True:
            try:
                return super().send(request, *arguments, **named)
            except requests.exceptions.ConnectionError as broken:
                if not (self._untried and _found_nobody(broken)):
                    raise

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        place, options = super().build_connection_pool_key_attributes(request, verify, cert)
        name, is_encrypted = place["host"], place["scheme"] == "https"
        if self._untried is None:
            self._untried = _permitted_addresses(name, place["port"], is_encrypted)
        if is_encrypted:
            options["server_hostname"] = name
        return place | {"host": self._untried.pop(0)}, options

    def add_headers(self, request: requests.PreparedRequest, **named: Any) -> None:
        request.headers["Host"] = Server.at(urlsplit(str(request.url))).name

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        raise egress.Refused


def _permitted_addresses(name: str, port: int | None, is_encrypted: bool) -> list[str]:
    try:
        return egress.permitted_addresses(name, port or (443 if is_encrypted else 80), encrypted=is_encrypted)
    except OSError as unknown:
        raise Unreachable("no connection") from unknown


def request(method: str, url: str, **content: Any) -> requests.Response:
    """Send one request; the answer is below 300. `content` is what requests.request takes for the message itself.

    Raises PermanentFailure, Unreachable, AmbiguousFailure or SendingFailed, none of which quotes the answer.
    """
    content = {key: content[key] for key in ("params", "data", "json", "headers", "auth") if key in content}
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no .netrc that the checks would not see
        session.mount("http://", PinnedAdapter())
        session.mount("https://", PinnedAdapter())
        try:
            with session.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, verify=True, stream=True, **content
            ) as answer:
                _refuse(answer)
                beginning = answer.raw.read(MOST_ANSWER_BYTES, decode_content=True)
        except egress.Refused as refused:
            raise PermanentFailure("this site does not connect to that address") from refused
        except requests.exceptions.SSLError as broken:
            raise SendingFailed("the certificate is not valid") from broken
        except requests.exceptions.ConnectTimeout as silent:
            raise Unreachable("no connection in time") from silent
        except requests.exceptions.ConnectionError as broken:
            if _found_nobody(broken):
                raise Unreachable("no connection") from broken
            raise AmbiguousFailure("the connection broke") from broken
        except (requests.exceptions.Timeout, HTTPError) as silent:
            raise AmbiguousFailure("no answer in time") from silent
        except (requests.exceptions.RequestException, ValueError) as wrong:
            raise PermanentFailure("this address is not valid") from wrong
        answer.raw = BytesIO(beginning)
        return answer


def _found_nobody(broken: requests.exceptions.ConnectionError) -> bool:
    """Whether there was no connection at all, so that nothing can have been sent."""
    first = broken.args[0] if broken.args else None
    return isinstance(getattr(first, "reason", first), (NewConnectionError, ConnectTimeoutError))


def _refuse(answer: requests.Response) -> None:
    status = answer.status_code
    if status < 300:
        return
    if status < 400:
        raise PermanentFailure(f"HTTP {status}: redirects are not followed")
    if status in _GONE:
        raise PermanentFailure(f"HTTP {status}")
    raise SendingFailed(f"HTTP {status}", retry_after=_retry_after(answer.headers.get("Retry-After", "")))


def _retry_after(header: str) -> float | None:
    """Seconds; a date is rare and as good as none."""
    return min(float(header), MOST_PATIENCE) if header.strip().isdigit() else None
