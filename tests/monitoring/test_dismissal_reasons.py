"""Why a signal was dismissed is one of six reasons; “other” takes words."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from common.errors import Invalid
from journal.models import Entry
from monitoring import actions
from monitoring.models import DismissalReason, Signal
from tests.monitoring.signals import make_signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def signal(brand):
    return make_signal(brand)


@pytest.mark.parametrize("dismissal", [reason for reason in DismissalReason if reason != "other"])
def test_a_reason_needs_no_words(signal, alice, dismissal):
    actions.dismiss(signal=signal, actor=alice, dismissal=dismissal)
    signal.refresh_from_db()
    assert (signal.state, signal.dismissal, signal.reason) == ("dismissed", dismissal, "")


def test_words_beside_a_reason_are_kept(signal, alice):
    actions.dismiss(signal=signal, actor=alice, dismissal="joke", reason=" A frog in a uniform ")
    signal.refresh_from_db()
    assert (signal.dismissal, signal.reason) == ("joke", "A frog in a uniform")


def test_other_needs_words(signal, alice):
    with pytest.raises(Invalid) as refusal:
        actions.dismiss(signal=signal, actor=alice, dismissal="other", reason="  ")
    assert refusal.value.field == "reason"
    actions.dismiss(signal=signal, actor=alice, dismissal="other", reason="Another brand of that name")
    assert Signal.objects.get().state == "dismissed"


def test_a_reason_that_is_none_is_refused(signal, alice):
    with pytest.raises(Invalid) as refusal:
        actions.dismiss(signal=signal, actor=alice, dismissal="boredom", reason="Boring")
    assert refusal.value.field == "dismissal"
    assert Signal.objects.get().state == "new"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("", "Alice Kaya dismissed a signal about Kestrel Air: Joke or meme"),
        ("A frog", "Alice Kaya dismissed a signal about Kestrel Air. Joke or meme: A frog"),
    ],
)
def test_the_journal_says_why(signal, alice, reason, sentence):
    actions.dismiss(signal=signal, actor=alice, dismissal="joke", reason=reason)
    assert Entry.objects.get(stream=signal.stream).headline == sentence


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "dismissed", "dismissal": ""},
        {"state": "dismissed", "dismissal": "boredom"},
        {"state": "dismissed", "dismissal": "other", "reason": ""},
        {"state": "new", "dismissal": "joke", "decided_at": None, "decided_by": None},
    ],
)
def test_the_database_keeps_reasons_whole(signal, alice, broken):
    whole = {"decided_at": signal.raised_at, "decided_by": alice, **broken}
    with pytest.raises(IntegrityError), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(**whole)


def test_second_thoughts_leave_no_dismissal_behind(signal, alice):
    actions.dismiss(signal=signal, actor=alice, dismissal="noise", reason="Nothing")
    actions.open_incident(signal=signal, actor=alice, title="It was something")
    signal.refresh_from_db()
    assert (signal.state, signal.dismissal, signal.reason) == ("opened", "", "")


def test_the_form_asks_for_one_of_the_reasons(client, signal, alice):
    client.force_login(alice)
    address = reverse("monitoring:dismiss", args=[signal.pk])
    assert client.get(address).content.decode().count('type="radio"') == len(DismissalReason)
    assert client.post(address, {"reason": "A frog"}).status_code == 422
    refused = client.post(address, {"dismissal": "other", "reason": ""})
    assert refused.status_code == 422
    assert "the next reader will ask" in refused.content.decode()
    assert client.post(address, {"dismissal": "promotion", "reason": ""}).status_code == 302
    shown = client.get(signal.get_absolute_url()).content.decode()
    assert "Promotion or contest" in shown
    assert "Promotion or contest" in client.get(reverse("monitoring:signals")).content.decode()


def dismiss_by_api(client, signal, **body):
    address = reverse("api:dismiss_signal", args=[signal.pk])
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_api_takes_a_reason_and_words(client, signal, alice):
    client.force_login(alice)
    assert dismiss_by_api(client, signal, dismissal="boredom").status_code == 422
    assert dismiss_by_api(client, signal).status_code == 422
    answer = dismiss_by_api(client, signal, dismissal="known_issue", reason="Status page is up")
    assert answer.status_code == 200
    assert (answer.json()["dismissal"], answer.json()["reason"]) == ("known_issue", "Status page is up")


def test_words_alone_count_as_other_in_the_api(client, signal, alice):
    client.force_login(alice)
    answer = dismiss_by_api(client, signal, reason="A joke")
    assert (answer.status_code, answer.json()["dismissal"]) == (200, "other")
