"""What leaves the house over which channel, and what a provider's answer means."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from notifications import delivery
from notifications.channels import BoundedCall, all_channels, errors, send
from notifications.channels.guarded_http import PinnedAdapter
from notifications.channels.message import Message
from notifications.channels.webhook.sender import signatures
from notifications.delivery import deliver_pending
from notifications.models import Attempt, ContactPoint, Delivery
from tests.notifications.conftest import SECRET, make_available
from tests.notifications.sink import CANARY, DRIP_SECONDS, DRIPS, HANG_SECONDS
from tests.processes import free_port

pytestmark = pytest.mark.django_db

MESSAGE = Message(
    key="1:2:3",
    message_id="<1@crisis-desk>",
    thread="<2@crisis-desk>",
    subject="[L1] Fire <b>in</b> the depot",
    text="text",
    html="html",
    short="Look & act",
    sms="Fire",
    event={"type": "x"},
)


class Provider:
    """What Apprise would have sent beyond this machine; answers with `status`."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"ok", {}
        self.sent: list[requests.PreparedRequest] = []
        self.options: list[dict] = []

    def send(self, adapter, request, **options):
        assert isinstance(adapter, PinnedAdapter), "nothing leaves but by the guarded way"
        self.sent.append(request)
        self.options.append(options)
        response = requests.Response()
        response.status_code, response.headers = (
            self.status,
            requests.structures.CaseInsensitiveDict(self.headers),
        )
        response.raw = requests.packages.urllib3.HTTPResponse(
            body=__import__("io").BytesIO(self.body), preload_content=False
        )
        response.request, response.url = request, request.url
        return response


@pytest.fixture
def provider(monkeypatch):
    """Takes the place of the network for hosts beyond this machine."""
    provider = Provider()
    monkeypatch.setattr(
        "requests.adapters.HTTPAdapter.send",
        lambda adapter, request, **options: provider.send(adapter, request, **options),
    )
    return provider


CONFIGS = {
    "slack": {"token_a": "T1JJ3T3L2", "token_b": "A1BRTD4JD", "token_c": "TIiajkdnlazkcOXrIdevi7FQ"},
    "teams": {
        "host": "prod-30.westeurope.logic.azure.com",
        "workflow": "643e69f83c8944438d68119179a10a64",
        "signature": "KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A",
        "power_automate": False,
        "routing_id": None,
    },
    "mattermost": {
        "host": "chat.example.com",
        "port": None,
        "secure": True,
        "path": "",
        "token": "3ccdd113474722377935511fc85d3dd4",
        "channel": "crisis",
    },
    "telegram": {"token": "123456789:alphanumeric-alphanumeric-alphanumer", "chat": "4711"},
    "discord": {"webhook_id": "4234567890", "token": "a" * 64},
    "ntfy": {"host": "ntfy.sh", "port": None, "secure": True, "topic": "desk", "token": "tk_abcdefghijkl"},
    "sms": {"number": "+905320000000"},
}
HOSTS = {
    "slack": "hooks.slack.com",
    "teams": "prod-30.westeurope.logic.azure.com",
    "mattermost": "chat.example.com",
    "telegram": "api.telegram.org",
    "discord": "discord.com",
    "ntfy": "ntfy.sh",
    "sms": "api.twilio.com",
}


@pytest.fixture(autouse=True)
def twilio(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "a" * 32
    settings.TWILIO_AUTH_TOKEN = "b" * 32
    settings.TWILIO_FROM = "+15550100999"


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_service_gets_one_encrypted_request_to_its_own_host(provider, kind):
    provider.status = 201 if kind == "sms" else 200
    send(kind, CONFIGS[kind], MESSAGE)
    (request,) = provider.sent
    url = urlsplit(request.url)
    assert (url.scheme, url.hostname) == ("https", HOSTS[kind])
    (options,) = provider.options
    assert options["verify"] is True
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode()
    said = parse_qs(body).get("Body", [body])[0] if kind == "sms" else body
    assert "Fire" in said
    if kind != "sms":
        assert "act" in said


@pytest.mark.parametrize("kind", ["slack", "teams", "mattermost", "telegram", "discord", "ntfy"])
def test_what_others_have_said_calls_nobody_and_hides_no_link(provider, kind):
    said = "@everyone <@4711> [Sign in](https://evil.example/)"
    send(kind, CONFIGS[kind], replace(MESSAGE, subject=said, short=f"{said} act"))
    body = provider.sent[0].body
    sent = json.dumps(json.loads(body), ensure_ascii=False)
    assert "everyone" in sent
    assert "@everyone" not in sent
    assert "<@4711" not in sent
    assert "](" not in sent


def test_a_slack_message_goes_to_the_webhook_and_nowhere_else(provider):
    send("slack", CONFIGS["slack"], MESSAGE)
    assert urlsplit(provider.sent[0].url).path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize("kind", CONFIGS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, errors.PermanentFailure),
        (404, errors.PermanentFailure),
        (403, errors.PermanentFailure),
        (429, errors.SendingFailed),
        (500, errors.SendingFailed),
    ],
)
def test_an_answer_says_whether_a_retry_may_help(provider, kind, status, error):
    provider.status, provider.body, provider.headers = status, CANARY.encode(), {"Retry-After": "70"}
    with pytest.raises(errors.SendingFailed) as caught:
        send(kind, CONFIGS[kind], MESSAGE)
    assert type(caught.value) is error
    assert CANARY not in str(caught.value)
    assert len(provider.sent) == 1, "one call, no retry of Apprise's own"
    assert caught.value.retry_after == (70 if status in (429, 500) else None)


def test_a_success_that_says_it_is_none_is_no_success(provider):
    provider.body = b"no_service"
    with pytest.raises(errors.SendingFailed, match="not taken"):
        send("slack", CONFIGS["slack"], MESSAGE)


def test_silence_and_broken_lines_are_distinguished(monkeypatch):
    def fails(failure):
        def send_(*_arguments, **_options):
            raise failure

        monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send_)

    fails(requests.exceptions.ReadTimeout())
    with pytest.raises(errors.AmbiguousFailure):
        send("ntfy", CONFIGS["ntfy"], MESSAGE)
    fails(requests.exceptions.ConnectTimeout())
    with pytest.raises(errors.Unreachable):
        send("ntfy", CONFIGS["ntfy"], MESSAGE)
    fails(requests.exceptions.SSLError())
    with pytest.raises(errors.SendingFailed, match="certificate"):
        send("ntfy", CONFIGS["ntfy"], MESSAGE)


def test_settings_that_are_not_complete_send_nothing(provider):
    for config in ({}, {"token_a": "x"}, {**CONFIGS["slack"], "token_a": "not a token"}):
        with pytest.raises(errors.PermanentFailure):
            send("slack", config, MESSAGE)
    with pytest.raises(errors.PermanentFailure):
        send("json", {"host": "127.0.0.1"}, MESSAGE)
    assert not provider.sent


# Signed webhooks


@pytest.mark.calendar
def test_a_webhook_is_signed_and_a_receiver_can_check_it(webhook, sink, alert):
    entry = alert()
    deliver_pending()
    ((path, headers, body),) = sink.received
    assert path == "/hook"
    event = Webhook(SECRET).verify(body, headers)
    assert event["data"]["entries"][0]["id"] == entry.pk
    assert event["data"]["entries"][0]["level"] == 2
    row = Delivery.objects.get(entry=entry, channel="webhook")
    assert headers["webhook-id"] == row.dedup_key
    assert row.state == "sent"
    for broken in ({"webhook-id": "1:1:1"}, {"webhook-timestamp": "1"}):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, headers | broken)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)


@pytest.mark.calendar
def test_the_signature_is_that_of_the_specification():
    """The example of https://github.com/standard-webhooks/standard-webhooks."""
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = signatures({"secret": SECRET}, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.calendar
def test_a_changed_secret_signs_beside_the_former_for_a_day(alert):
    now = timezone.now()
    config = {
        "secret": "whsec_" + "A" * 32,
        "former_secret": SECRET,
        "former_until": (now + timedelta(hours=1)).isoformat(),
    }
    new, former = signatures(config, "1", now, "{}").split()
    assert former == signatures({"secret": SECRET}, "1", now, "{}")
    assert signatures(config, "1", now + timedelta(hours=2), "{}").split()[0] != former
    assert len(signatures(config, "1", now + timedelta(hours=2), "{}").split()) == 1
    assert new != former


# What becomes of the row


def row_of(entry) -> Delivery:
    return Delivery.objects.get(entry=entry, channel="webhook")


def test_a_repeat_has_the_same_id_and_says_so(webhook, sink, alert):
    sink.mode = "drop"
    entry = alert()
    deliver_pending()
    assert (row_of(entry).state, row_of(entry).ambiguous_count) == ("pending", 1)
    sink.mode = "ok"
    make_available(entry)
    deliver_pending()
    (_path, first, before), (_path, second, after) = sink.received
    assert first["webhook-id"] == second["webhook-id"]
    assert (json.loads(before)["data"]["possible_repeat"], json.loads(after)["data"]["possible_repeat"]) == (
        False,
        True,
    )
    assert row_of(entry).state == "sent"


@pytest.mark.parametrize(("mode", "seconds"), [("limit", 600), ("error", 5)])
@pytest.mark.calendar
def test_a_busy_provider_is_left_alone_as_long_as_it_asks(webhook, sink, alert, mode, seconds):
    sink.mode = mode
    entry = alert()
    deliver_pending()
    row = row_of(entry)
    pause = (row.available_at - row.attempts.get().ended_at).total_seconds()
    assert row.state == "pending"
    assert 0.75 * seconds <= pause <= 1.2 * seconds
    assert not row.ambiguous_count


def test_what_a_provider_answers_is_never_stored_or_logged(webhook, sink, alert, caplog):
    caplog.set_level(logging.DEBUG)
    for mode in ("error", "limit", "gone", "redirect"):
        sink.mode = mode
        alert(stream=f"incident-{mode}")
        deliver_pending()
    assert len(sink.received) == 4
    stored = [
        *Delivery.objects.values_list("last_error", flat=True),
        *Attempt.objects.values_list("outcome", flat=True),
    ]
    assert not [text for text in stored if CANARY in text]
    assert CANARY not in caplog.text


@pytest.mark.calendar
def test_a_slow_place_holds_up_no_other(webhook, sink, alert, carol, mailbox, monkeypatch):
    """The webhook hangs; the mail to Carol goes out meanwhile, and the hanging one is given back in time."""
    sink.mode = "hang"
    monkeypatch.setattr(delivery, "MOST_SECONDS", 5)
    entry = alert(to=[webhook.person, carol])
    began = time.monotonic()
    deliver_pending(seconds=1)
    assert time.monotonic() - began < HANG_SECONDS
    assert [mail["To"] for mail in mailbox.mails] == ["carol@example.com"]
    to_carol = Delivery.objects.get(entry=entry, person=carol, channel="email")
    assert to_carol.sent_at < Attempt.objects.get(delivery=row_of(entry)).ended_at
    assert (row_of(entry).state, row_of(entry).ambiguous_count) == ("pending", 1)
    assert "no answer within" in row_of(entry).last_error


def test_an_answer_that_never_ends_is_cut_off(webhook, sink):
    """Socket timeouts see a byte now and then and are content; the bound for the whole message is not."""
    sink.mode = "drip"
    config = webhook.config
    began = time.monotonic()
    with pytest.raises(errors.AmbiguousFailure, match="within 1 s"):
        BoundedCall(lambda: send("webhook", config, MESSAGE), seconds=1).result()
    assert time.monotonic() - began < DRIPS * DRIP_SECONDS


def test_nobody_there_stops_only_that_place(webhook, sink, reach, alert, carol):
    dead = reach(carol, "webhook", url=f"http://127.0.0.1:{free_port()}/", secret=SECRET)
    carol.contact_points.filter(is_login=True).update(urgencies=["later"])
    for number in range(3):
        alert(to=[carol, webhook.person], stream=f"incident-{number}")
    deliver_pending()
    assert len(sink.received) == 3
    rows = Delivery.objects.filter(contact=dead)
    assert sorted(row.attempt_count for row in rows) == [0, 0, 1]
    assert rows.get(attempt_count=1).last_error == "no connection"


def test_an_allowed_network_is_the_only_way_to_this_machine(webhook, sink, alert, settings):
    settings.EGRESS_ALLOWED_NETWORKS = []
    entry = alert()
    deliver_pending()
    assert not sink.received
    assert (row_of(entry).state, row_of(entry).last_error) == (
        "dead",
        "this site does not connect to that address",
    )


def test_no_key_fits_any_more(webhook, sink, alert, settings):
    settings.SECRET_KEY = "another key, and no fallback"
    entry = alert()
    deliver_pending()
    assert row_of(entry).state == "dead"
    assert not sink.received
    assert not ContactPoint.objects.get(pk=webhook.pk).is_readable


def test_only_seven_services_exist():
    assert all_channels().keys() - {"email", "webhook"} == CONFIGS.keys()
