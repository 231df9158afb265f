"""What a message says: in the language and zone of whoever gets it, with what can be done about it."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from journal.models import Urgency
from notifications import wording
from notifications.delivery import deliver_pending
from notifications.leasing import lease_due
from notifications.models import Delivery
from notifications.wording import CHAT_CHARACTERS, SMS_CHARACTERS, SUBJECT_CHARACTERS, Button, compose
from tests.factories import UserFactory
from tests.notifications.conftest import by_mail

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def offered(monkeypatch):
    """offered(fn) has one part of the product offer buttons."""
    offers: list = []
    monkeypatch.setattr(wording, "_offers", offers)
    return wording.add_button


def said(entry):
    """The message to Bob."""
    rows = Delivery.objects.select_related("person", "entry__actor").filter(person__email="bob@example.com")
    row = rows.get(entry=entry, channel="email")
    return compose([row], possible_repeat=False)


def test_one_look_tells_what_when_whom_and_what_to_do(alert, bob, carol):
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    text = said(alert(to=[bob, carol], target_at="2026-11-20T08:00:00Z")).text
    assert "[L2] Videos of stranded passengers: Alice Kaya acknowledged the incident" in text
    assert "Asia/Tokyo" in text.split("When:")[1].splitlines()[0]
    assert "Was due: 20 Nov 2026, 17:00 Asia/Tokyo" in text
    assert "Alerted: Bob Nowak, Carol Li" in text
    assert "What to do: Look at it now." in text
    assert "Open: http" in text


def test_everyone_step_never_says_that_one_is_enough(alert):
    text = said(alert(deadline=1, everyone=True, alert_of="incident.acknowledge:1")).text
    assert "Everybody alerted must acknowledge." in text
    assert "Acting on it stops" not in text


def test_a_long_subject_ends_with_a_whole_word(alert):
    title = " ".join(["passengers"] * 30)
    alone = said(alert(about=title)).subject
    assert len(alone) <= SUBJECT_CHARACTERS
    assert alone.endswith("passengers…")
    rows = [by_mail(alert(about=title)) for _ in range(2)]
    together = compose(rows, possible_repeat=False).subject
    assert len(together) <= SUBJECT_CHARACTERS
    assert together.endswith("passengers… (and 1 more)")
    assert len(said(alert(about="x" * 400)).subject) == SUBJECT_CHARACTERS


def test_a_long_list_of_people_is_cut(alert, bob):
    people = [bob, *(UserFactory() for _ in range(9))]
    assert "4 more" in said(alert(to=people)).text.split("Alerted:")[1].splitlines()[0]


def test_a_button_comes_with_its_address_and_code(alert, bob, offered):
    offered(lambda entry, person: Button("Acknowledge", f"https://desk.example/a/{person.pk}/", "4711"))
    message = said(alert())
    for text in (message.text, message.short, message.html):
        assert f"https://desk.example/a/{bob.pk}/" in text
        assert "4711" in text
    assert message.sms.endswith(f"Acknowledge: https://desk.example/a/{bob.pk}/ (code 4711)")
    assert message.event["data"]["entries"][0]["link"]["code"] == "4711"
    assert message.html.count("inline-block") == 1, "one button"


def test_a_broken_offer_costs_the_button_and_not_the_message(alert, mailbox, offered):
    def broken(entry, person):
        Delivery.objects.get(pk=-1)

    offered(broken)
    entry = alert()
    assert "Open:" in said(entry).text
    deliver_pending()
    assert by_mail(entry).state == "sent"


def test_chat_and_text_messages_stay_below_every_limit(alert, bob):
    for number in range(60):
        alert(about=f"No. {number} " + "long " * 20, urgency=Urgency.SOON, stream=f"incident-{number}")
    Delivery.objects.filter(state="pending").update(available_at=Now())
    (lead,) = lease_due()
    bundled = lead.bundle.select_related("entry__actor").order_by("pk")
    message = compose([lead, *bundled], possible_repeat=True)
    assert len(message.short) < CHAT_CHARACTERS + 400
    assert len(message.sms) <= SMS_CHARACTERS
    assert len(message.subject) <= 200
    assert "more" in message.short.splitlines()[-1]
    assert message.text.count("Open:") == 60


def test_a_payload_that_cannot_be_put_into_words_holds_up_no_other(alert, mailbox, bob, carol, monkeypatch):
    """And a person hears of it: it is given up like every other message."""
    poison, good = alert(to=[bob], level="poison"), alert(to=[carol], stream="incident-2")
    item = wording._item

    def fails(entry, person, names, **which):
        if entry == poison:
            raise ValueError("cannot be said")
        return item(entry, person, names, **which)

    monkeypatch.setattr(wording, "_item", fails)
    for _try in range(8):
        Delivery.objects.filter(state="pending").update(available_at=Now())
        deliver_pending()
    assert by_mail(good).state == "sent"
    assert (by_mail(poison).state, by_mail(poison).last_error) == ("dead", "ValueError, 8 attempts")
