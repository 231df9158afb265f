"""A missed deadline leads its message, waits for nothing, and silences older alerts of the same deadline."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from journal.actions import supersede
from journal.models import Urgency
from notifications.delivery import _begin, deliver, deliver_pending
from notifications.leasing import lease_due
from notifications.models import Delivery
from tests.notifications.conftest import by_mail, make_available
from tests.processes import free_port

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def missed(alert):
    """missed(step, ...) records that a step of a deadline was missed."""

    def make(step: int, **facts):
        facts = {"deadline": step, "step": step, "purpose": "acknowledge", "about": f"Step {step}"} | facts
        deadline = ":".join(str(facts.get(key)) for key in ("stream", "purpose", "item"))
        return alert(**facts, alert_of=deadline)

    return make


def states(*entries) -> list[str]:
    return [by_mail(entry).state for entry in entries]


def no_mail_server(settings, mailbox):
    """Returns how to bring it back."""
    settings.EMAIL_PORT = free_port()

    def back() -> None:
        settings.EMAIL_PORT = mailbox.port
        Delivery.objects.filter(state="pending").update(available_at=Now())

    return back


def test_the_alert_leads_the_message_though_it_is_the_newest(mailbox, alert, missed):
    alert(about="Triaged")
    missed(1)
    alert(about="Noted")
    assert deliver_pending() == 1
    assert mailbox.mails[0]["Subject"].startswith("[L2] Step 1:")
    order = [mailbox.text().index(words) for words in ("Step 1:", "Look at it now", "Noted:", "Triaged:")]
    assert order == sorted(order)


def test_without_an_alert_the_most_urgent_and_newest_leads(mailbox, alert):
    for about, urgency in (("Old", Urgency.SOON), ("New", Urgency.SOON), ("Aside", Urgency.LATER)):
        alert(about=about, urgency=urgency)
    Delivery.objects.filter(state="pending").update(available_at=Now())
    deliver_pending()
    assert mailbox.mails[0]["Subject"].startswith("[L2] New:")


def test_every_alert_in_a_message_says_what_to_do(mailbox, alert, missed):
    missed(1), missed(2, purpose="approve"), alert(about="Noted")
    deliver_pending()
    assert len(mailbox.mails) == 1
    assert mailbox.text().count("What to do:") == 2


@pytest.mark.parametrize("urgency", [Urgency.NOW, Urgency.SOON])
def test_alert_never_waits_to_be_bundled(mailbox, alert, missed, urgency):
    alert(about="First")
    deliver_pending()
    waiting = alert(about="Second")
    assert deliver_pending() == 0
    missed(1, urgency=urgency)
    assert deliver_pending() == 1
    assert mailbox.mails[1]["Subject"].startswith("[L2] Step 1:")
    if urgency == Urgency.NOW:
        assert "Second:" in mailbox.text()
        assert states(waiting) == ["sent"]


def test_a_deadline_that_cannot_fire_waits_for_no_other(mailbox, alert):
    for deadline in (1, 2):
        alert(stream="engine", kind="engine.deadline_failed", deadline=deadline, error="KeyError")
        assert deliver_pending() == 1


def test_older_alert_does_not_arrive_after_a_newer_one(mailbox, missed, settings):
    back = no_mail_server(settings, mailbox)
    first = missed(1)
    deliver_pending()
    later = missed(2)
    back()
    assert deliver_pending() == 1
    assert mailbox.mails[0]["Subject"].startswith("[L2] Step 2:")
    assert states(first, later) == ["sent", "sent"]
    assert by_mail(first).bundled_into == by_mail(later)


def test_older_alert_on_its_way_is_overtaken(mailbox, missed, settings):
    back = no_mail_server(settings, mailbox)
    first = missed(1)
    (row,) = lease_due()
    later = missed(2)
    (newer,) = lease_due()
    deliver(row)
    back()
    deliver(newer)
    assert deliver_pending() == 0
    assert states(first, later) == ["cancelled", "sent"]
    assert len(mailbox.mails) == 1


def test_while_the_newer_is_on_its_way_the_older_waits(mailbox, missed):
    first = missed(1)
    lease_due()
    missed(2)
    lease_due()
    make_available(first)  # its sender died
    assert lease_due() == []
    assert states(first) == ["leased"]


def test_when_the_newer_is_given_up_the_older_still_goes_out(mailbox, missed):
    first, later = missed(1), missed(2)
    newer = Delivery.objects.filter(pk=by_mail(later).pk)
    newer.update(state="leased", lease_token="0" * 32)
    newer.update(state="dead", lease_token=None)
    assert deliver_pending() == 1
    assert states(first) == ["sent"]


def test_alerts_of_other_deadlines_are_not_overtaken(mailbox, missed, settings):
    back = no_mail_server(settings, mailbox)
    others = [
        missed(1, about="approve", purpose="approve"),
        missed(1, about="port", item="Call the port"),
        missed(1, about="elsewhere", stream="incident-2"),
    ]
    deliver_pending()
    missed(2)
    back()
    deliver_pending()
    for about in ("approve", "port", "elsewhere"):
        assert any(f"{about}:" in mail.get_body(("plain",)).get_content() for mail in mailbox.mails)
    assert states(*others) == ["sent"] * 3


def test_backlog_brings_the_newest_alert_of_each_deadline_alone(mailbox, missed, settings):
    back = no_mail_server(settings, mailbox)
    for step in range(1, 26):
        missed(step)
        Delivery.objects.filter(state="pending").update(available_at=Now())
        deliver_pending()
    back()
    while deliver_pending():
        Delivery.objects.filter(state="pending").update(available_at=Now())
    (mail,) = mailbox.mails
    assert mail["Subject"].startswith("[L2] Step 25:")


def test_bundled_after_an_attempt_stays_a_possible_repeat(mailbox, missed):
    mailbox.mode = "drop"
    first = missed(1)
    deliver_pending()
    mailbox.mode = "ok"
    later = missed(2)
    lease_due()
    assert by_mail(first).bundled_into == by_mail(later)
    supersede(entry_ids=[later.pk])
    deliver_pending()
    assert "Step 1:" in mailbox.text()
    assert "Possible repeat" in mailbox.text()


def send_and_try_again(times: int) -> None:
    """As though the pause before every try were over."""
    for _ in range(times):
        Delivery.objects.filter(state="pending").update(available_at=Now())
        deliver_pending()


def times_sent(mailbox, words: str) -> int:
    """How many messages said it."""
    texts = (mail.get_body(("plain",)).get_content() for mail in mailbox.mails)
    return sum(f"{words}:" in text for text in texts)


def test_alone_and_then_with_a_newer_alert_is_twice(mailbox, missed):
    """It goes out once by itself and once in another's message; when that one is repeated, it stays out of it."""
    mailbox.mode = "drop"
    first = missed(1)
    deliver_pending()
    later = missed(2)
    send_and_try_again(4)
    assert (times_sent(mailbox, "Step 1"), times_sent(mailbox, "Step 2")) == (2, 2)
    assert states(first, later) == ["uncertain", "uncertain"]


@pytest.mark.parametrize(("mode", "ends"), [("drop", "uncertain uncertain"), ("ok", "cancelled sent")])
def test_sent_twice_is_not_bundled_by_a_newer_alert(mailbox, missed, mode, ends):
    """Where the newer one arrives, the older is settled; where not, somebody must look at both."""
    mailbox.mode = "drop"
    first = missed(1)
    send_and_try_again(2)
    mailbox.mode = mode
    later = missed(2)
    send_and_try_again(4)
    assert times_sent(mailbox, "Step 1") == 2
    assert states(first, later) == ends.split()


def test_sent_twice_with_a_stopped_alert_is_not_sent_again(mailbox, alert, missed):
    mailbox.mode = "drop"
    other, alert_entry = alert(about="Noted"), missed(1)
    send_and_try_again(2)
    supersede(entry_ids=[alert_entry.pk])
    deliver_pending()
    assert times_sent(mailbox, "Noted") == 2
    assert states(other, alert_entry) == ["uncertain", "cancelled"]


def test_bundled_with_an_overtaken_alert_stays_a_possible_repeat(mailbox, alert, missed):
    other, first = alert(about="Noted"), missed(1)
    (lead,) = lease_due()
    assert by_mail(other).bundled_into == lead
    _begin(lead)  # and its sender dies
    missed(2)
    deliver_pending()
    make_available(first)
    deliver_pending()
    deliver_pending()
    assert states(first, other) == ["cancelled", "sent"]
    assert "Noted:" in mailbox.text()
    assert "Possible repeat" in mailbox.text()
