"""Where this site does not connect to, whatever a person enters and whatever a name server says."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications import channels, egress
from notifications.channels import apprise_service, guarded_http
from notifications.channels.errors import PermanentFailure, SendingFailed, Unreachable
from tests.notifications.sink import running_sink
from tests.notifications.test_channels import CONFIGS, MESSAGE
from tests.processes import free_port

INSIDE = [
    "127.0.0.1",
    "127.1",
    "2130706433",  # 127.0.0.1 as one number
    "0x7f000001",
    "0.0.0.0",
    "localhost",
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep their credentials
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "64:ff9b::7f00:1",  # 127.0.0.1 behind NAT64
    "2002:7f00:1::",  # and within 6to4
    "::127.0.0.1",  # as early IPv6 wrote it
    "::ffff:0:127.0.0.1",  # as a translating gateway writes it
    "fec0::1",  # what sites had before fc00::/7
    "192.0.0.192",  # set apart by IANA, and public to older versions of Python
    "192.88.99.1",
    "3fff::1",
]


@pytest.mark.parametrize("host", INSIDE)
def test_nothing_within_the_house(host):
    with pytest.raises(egress.Refused):
        egress.permitted_addresses(host, 443, encrypted=True)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111"])
def test_the_public_internet_only_encrypted(host):
    assert egress.permitted_addresses(host, 443, encrypted=True) == [host]
    with pytest.raises(egress.Refused):
        egress.permitted_addresses(host, 80, encrypted=False)


def test_networks_of_the_house_must_be_named(settings):
    settings.EGRESS_ALLOWED_NETWORKS = ["10.20.0.0/16", "fd00::/8"]
    assert egress.permitted_addresses("10.20.0.7", 80, encrypted=False) == ["10.20.0.7"]
    assert egress.permitted_addresses("fd00::7", 443, encrypted=True) == ["fd00::7"]
    with pytest.raises(egress.Refused):
        egress.permitted_addresses("10.21.0.7", 443, encrypted=True)


def answers(monkeypatch, *each: str) -> list[str]:
    """The name server gives one answer after the other for rebind.example; an answer is one address or several."""
    asked: list[str] = []
    real, left = socket.getaddrinfo, list(each)

    def getaddrinfo(host, port, *arguments, **named):
        if host != "rebind.example":
            return real(host, port, *arguments, **named)
        asked.append(host)
        answer = left.pop(0) if len(left) > 1 else left[0]
        return [info for address in answer.split() for info in real(address, port, *arguments, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_bad_address_among_good_ones_is_enough(monkeypatch):
    def both(host, port, **_named):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(egress.Refused):
        egress.permitted_addresses("both.example", 443, encrypted=True)


def test_a_name_that_changes_its_mind_leads_nowhere_else(monkeypatch, settings):
    """DNS rebinding: checked is the first answer, and the connection goes there; the name is asked once."""
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running_sink() as good, running_sink(host="127.0.0.2") as bad:
        asked = answers(monkeypatch, "127.0.0.1", "127.0.0.2")
        guarded_http.request("POST", f"http://rebind.example:{good.port}/", data=b"x")
        assert (len(good.received), len(bad.received), len(asked)) == (1, 0, 1)
        assert good.received[0][1]["host"] == f"rebind.example:{good.port}"
        with pytest.raises(PermanentFailure):
            guarded_http.request("POST", f"http://rebind.example:{bad.port}/", data=b"x")
        assert not bad.received


def test_a_name_with_several_addresses_is_reached_where_one_answers(monkeypatch, settings):
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with running_sink() as sink:
        asked = answers(monkeypatch, "127.0.0.2 127.0.0.1")  # nobody listens at the first
        guarded_http.request("POST", f"http://rebind.example:{sink.port}/", data=b"x")
        assert (len(sink.received), len(asked)) == (1, 1)
        with pytest.raises(Unreachable):
            guarded_http.request("POST", f"http://rebind.example:{free_port()}/", data=b"x")


def test_a_name_that_nobody_knows_is_not_reached(monkeypatch):
    def unknown(*_arguments, **_named):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="no connection"):
        guarded_http.request("POST", "https://nowhere.example/", data=b"x")


def test_redirects_are_not_followed(sink):
    sink.mode = "redirect"
    with pytest.raises(PermanentFailure, match="redirect"):
        guarded_http.request("POST", sink.url, data=b"x")
    assert len(sink.received) == 1


def test_nothing_can_switch_the_checks_off(sink, settings, monkeypatch):
    settings.EGRESS_ALLOWED_NETWORKS = []
    monkeypatch.setenv("HTTP_PROXY", sink.url)
    monkeypatch.setenv("http_proxy", sink.url)
    with pytest.raises(PermanentFailure):
        guarded_http.request(
            "POST", sink.url, data=b"x", verify=False, allow_redirects=True, proxies={"http": sink.url}
        )
    assert not sink.received


def test_a_proxy_is_refused_even_where_its_address_is_allowed(sink):
    session = requests.Session()
    session.mount("http://", guarded_http.PinnedAdapter())
    with pytest.raises(egress.Refused):
        session.post(sink.url, data=b"x", proxies={"http": sink.url})
    assert not sink.received


def certificate(folder, host: str) -> ssl.SSLContext:
    """A server at 127.0.0.1 or with a name, whose certificate nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ipaddress.ip_address(host))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path, settings, monkeypatch):
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with running_sink(ssl=certificate(tmp_path, "127.0.0.1")) as sink:
        with pytest.raises(SendingFailed, match="certificate"):
            guarded_http.request("POST", sink.url, data=b"x")
        assert not sink.received
        # The same server, vouched for: it was the certificate that stood in the way.
        trust(monkeypatch, tmp_path)
        assert guarded_http.request("POST", sink.url, data=b"x").status_code == 200


def trust(monkeypatch, folder) -> None:
    monkeypatch.setattr("requests.utils.DEFAULT_CA_BUNDLE_PATH", str(folder / "cert.pem"))
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(folder / "cert.pem"))


@pytest.mark.parametrize(("host", "is_right"), [("rebind.example", True), ("other.example", False)])
def test_the_certificate_is_that_of_the_name_and_not_of_the_address(
    tmp_path, settings, monkeypatch, host, is_right
):
    """The connection goes to an address, and still asks for the name and is content with nothing else."""
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    context, asked_for = certificate(tmp_path, host), []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    trust(monkeypatch, tmp_path)
    answers(monkeypatch, "127.0.0.1")
    with running_sink(ssl=context) as sink:
        url = f"https://rebind.example:{sink.port}/"
        if is_right:
            assert guarded_http.request("POST", url, data=b"x").status_code == 200
            assert sink.received[0][1]["host"] == f"rebind.example:{sink.port}"
        else:
            with pytest.raises(SendingFailed, match="certificate"):
                guarded_http.request("POST", url, data=b"x")
            assert not sink.received
    assert asked_for == ["rebind.example"]


def test_an_endless_answer_is_cut_off(sink, monkeypatch):
    monkeypatch.setattr(guarded_http, "MOST_ANSWER_BYTES", 1)
    assert guarded_http.request("POST", sink.url, data=b"x").content == b"o"


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_service_goes_through_the_checks(kind, monkeypatch, settings):
    """A service whose name leads into the house is refused, whichever library builds its request."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "a" * 32, "b" * 32
    settings.TWILIO_FROM = "+15550100999"
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *rest, **named: real("127.0.0.1", port, *rest, **named)
    )
    with pytest.raises(PermanentFailure, match="does not connect"):
        channels.send(kind, CONFIGS[kind], MESSAGE)


def test_what_stands_in_for_requests_lets_nothing_else_through():
    stand_in = apprise_service._GuardedRequests()
    for name in ("Session", "put", "sessions", "adapters", "head"):
        assert not hasattr(stand_in, name)
