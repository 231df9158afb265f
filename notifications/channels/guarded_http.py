"""HTTP to places that people name: pinned addresses, checked certificates, no redirects, no endless answers."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from notifications import egress
from notifications.channels.errors import AmbiguousFailure, PermanentFailure, SendingFailed, Unreachable

TIMEOUT = (5, 15)  # seconds to connect, seconds of silence afterwards
MOST_ANSWER_BYTES = 64 * 1024
MOST_PATIENCE = 3600  # seconds; a provider that asks for more is asked again after an hour
_GONE = {400, 401, 403, 404, 405, 410, 413, 422}


class _Pinned:
    """Connects to the address that was checked, while name and certificate stay those of the host."""

    def _new_conn(self: Any) -> Any:
        name, encrypted = self._dns_host, isinstance(self, HTTPSConnection)
        try:
            addresses = egress.permitted_addresses(self.host, self.port, encrypted=encrypted)
        except OSError as unknown:
            raise NameResolutionError(self.host, self, unknown) from unknown  # type: ignore[arg-type]
        try:
            for position, address in enumerate(addresses, start=1):
                self._dns_host = address
                try:
                    return super()._new_conn()  # type: ignore[misc]
                except (NewConnectionError, ConnectTimeoutError):
                    if position == len(addresses):
                        raise
        finally:
            self._dns_host = name


class _HTTP(_Pinned, HTTPConnection):
    pass


class _HTTPS(_Pinned, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def request(method: str, url: str, **content: Any) -> requests.Response:
    """Send one request; the answer is below 300. `content` is what requests.request takes for the message itself.

    Raises PermanentFailure, Unreachable, AmbiguousFailure or SendingFailed, none of which quotes the answer.
    """
    content = {key: content[key] for key in ("params", "data", "json", "headers", "auth") if key in content}
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no .netrc that the checks would not see
        session.mount("http://", _Adapter())
        session.mount("https://", _Adapter())
        try:
            answer = session.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, verify=True, stream=True, **content
            )
            _refuse(answer)
            answer._content = answer.raw.read(MOST_ANSWER_BYTES, decode_content=True)
        except egress.Refused as refused:
            raise PermanentFailure("this site does not connect to that address") from refused
        except requests.exceptions.SSLError as broken:
            raise SendingFailed("the certificate is not valid") from broken
        except requests.exceptions.ConnectTimeout as silent:
            raise Unreachable("no connection in time") from silent
        except requests.exceptions.ConnectionError as broken:
            if isinstance(_cause(broken), (NewConnectionError, ConnectTimeoutError)):
                raise Unreachable("no connection") from broken
            raise AmbiguousFailure("the connection broke") from broken
        except (requests.exceptions.Timeout, HTTPError) as silent:
            raise AmbiguousFailure("no answer in time") from silent
        except (requests.exceptions.RequestException, ValueError) as wrong:
            raise PermanentFailure("this address is not valid") from wrong
        return answer


def _cause(broken: requests.exceptions.ConnectionError) -> object:
    first = broken.args[0] if broken.args else None
    return getattr(first, "reason", first)


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
