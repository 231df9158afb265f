"""What becomes of an alert when the mail server takes it, refuses it, hangs, or hangs up."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTP_SSL

import pytest
from django.utils import timezone

from journal.actions import supersede
from journal.models import Entry, Urgency
from notifications.actions import mark_read
from notifications.channels.email.sender import EmailBackend
from notifications.delivery import MOST_ATTEMPTS, backoff, deliver, deliver_pending
from notifications.held_deliveries import hold_back
from notifications.leasing import lease_due
from notifications.models import Attempt, Delivery, DeliveryState
from tests.factories import UserFactory
from tests.notifications.conftest import by_mail, make_available
from tests.processes import free_port

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def undelivered() -> list[Entry]:
    return list(Entry.objects.filter(kind="notification.undelivered"))


def test_an_alert_arrives_once_and_is_recorded(mailbox, alert):
    entry = alert()
    assert deliver_pending() == 1
    row = by_mail(entry)
    assert (row.state, row.attempt_count, row.lease_token) == (DeliveryState.SENT, 1, None)
    assert row.sent_at
    assert Attempt.objects.get(delivery=row).outcome == "sent"
    assert len(mailbox.mails) == 1
    assert deliver_pending() == 0


def test_the_mail_says_what_happened_and_where_to_go(mailbox, alert, settings):
    entry = alert()
    deliver_pending()
    mail = mailbox.mails[0]
    assert mail["Subject"] == "[L2] Videos of stranded passengers: Alice Kaya acknowledged the incident"
    assert mail["To"] == "bob@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == by_mail(entry).message_id
    assert f"{settings.SITE_URL}/incidents/1/" in mailbox.text()
    assert "Possible repeat" not in mailbox.text()


def test_the_actor_and_the_disabled_get_no_message(mailbox, alert, alice, bob):
    bob.is_active = False
    entry = alert(to=[alice, bob])
    assert not Delivery.objects.filter(entry=entry).exists()


def test_somebody_disabled_meanwhile_gets_no_mail(mailbox, alert, bob):
    entry = alert()
    bob.is_active = False
    bob.save()
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.CANCELLED
    assert not mailbox.mails


def test_what_is_only_worth_knowing_stays_in_the_app(mailbox, alert):
    entry = alert(urgency=Urgency.LATER)
    assert [row.channel for row in Delivery.objects.filter(entry=entry)] == ["in_app"]
    assert deliver_pending() == 0


@pytest.mark.parametrize("mode", ["refuse", "refuse_message"])
def test_what_is_refused_for_good_is_given_up_at_once(mailbox, alert, mode):
    mailbox.mode = mode
    entry = alert()
    deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.attempt_count) == (DeliveryState.DEAD, 1)
    reported = undelivered()
    assert len(reported) == 1
    assert (
        "A message to Bob Nowak could not be delivered (E-mail): The mail server refuses this"
        in reported[0].sentence
    )
    assert reported[0].stream_id == entry.stream_id


def test_greylisting_is_waited_out(mailbox, alert):
    mailbox.mode = "grey"
    entry = alert()
    deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.last_error, row.ambiguous_count) == (
        "pending",
        "The mail server asks to try later.",
        0,
    )
    assert timedelta(seconds=3) < row.available_at - timezone.now() < timedelta(seconds=7)
    assert deliver_pending() == 0  # not before its time
    mailbox.mode = "ok"
    make_available(entry)
    deliver_pending()
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.last_error) == (DeliveryState.SENT, 2, "")
    assert "Possible repeat" not in mailbox.text()


def test_pauses_grow_to_five_minutes():
    for attempt, seconds in enumerate((5, 15, 45, 120, 300, 300, 300), start=1):
        assert timedelta(seconds=seconds * 0.8) <= backoff(attempt) <= timedelta(seconds=seconds * 1.2)


def test_after_eight_tries_a_person_must_look(mailbox, alert):
    mailbox.mode = "grey"
    entry = alert()
    for _try in range(MOST_ATTEMPTS):
        make_available(entry)
        deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.attempt_count) == (DeliveryState.DEAD, MOST_ATTEMPTS)
    assert len(undelivered()) == 1
    make_available(entry)
    assert deliver_pending() == 0


@pytest.mark.parametrize("mode", ["drop", "hang"])
def test_silence_leads_to_one_marked_repeat_then_to_a_person(mailbox, alert, mode):
    mailbox.mode = mode
    entry = alert()
    deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.ambiguous_count) == (DeliveryState.PENDING, 1)
    make_available(entry)
    deliver_pending()
    assert len(mailbox.mails) == 2
    assert "Possible repeat" not in str(mailbox.mails[0])
    assert "Possible repeat" in mailbox.text()
    assert mailbox.mails[0]["Message-ID"] == mailbox.mails[1]["Message-ID"]
    make_available(entry)
    deliver_pending()
    row.refresh_from_db()
    assert row.state == DeliveryState.UNCERTAIN
    assert len(mailbox.mails) == 2
    assert len(undelivered()) == 1


def test_a_repeat_that_is_answered_ends_well(mailbox, alert):
    mailbox.mode = "drop"
    entry = alert()
    deliver_pending()
    mailbox.mode = "ok"
    make_available(entry)
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.SENT
    assert not undelivered()


def test_a_line_that_breaks_before_the_message_has_sent_nothing(mailbox, alert):
    mailbox.mode = "drop_early"
    entry = alert()
    deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.ambiguous_count) == (DeliveryState.PENDING, 0)


def test_a_mail_server_over_tls_is_watched_too(settings):
    settings.EMAIL_USE_SSL = True
    connection = EmailBackend().connection_class
    assert issubclass(connection, SMTP_SSL)
    assert connection.data is EmailBackend(use_ssl=False).connection_class.data, (
        "where the message itself begins"
    )


def test_a_rude_goodbye_does_not_send_the_message_twice(mailbox, alert):
    mailbox.mode = "rude_bye"
    entry = alert()
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.SENT


def test_without_a_mail_server_one_message_tries_and_the_rest_wait(mailbox, alert, settings):
    settings.EMAIL_PORT = free_port()
    entries = [alert(stream=f"incident-{number}") for number in range(15)]
    assert deliver_pending() == 1
    rows = Delivery.objects.filter(entry__in=entries, channel="email")
    assert {row.state for row in rows} == {DeliveryState.PENDING}
    assert sorted(row.attempt_count for row in rows) == [0] * 14 + [1]
    assert (
        rows.get(attempt_count=1).last_error == "The mail server cannot be reached (ConnectionRefusedError)."
    )
    settings.EMAIL_PORT = mailbox.port
    for entry in entries:
        make_available(entry)
    assert deliver_pending() == 15
    assert len(mailbox.mails) == 15


def test_unreachable_is_retried_at_once_when_the_server_is_back(mailbox, alert, settings):
    settings.EMAIL_PORT = free_port()
    waiting = [alert(stream=f"incident-{number}") for number in range(3)]
    for _try in waiting:
        deliver_pending()  # each time another is the first to find nobody
    first = by_mail(waiting[0])
    assert first.available_at - first.attempts.last().ended_at > timedelta(seconds=3)
    settings.EMAIL_PORT = mailbox.port
    alert(stream="incident-9")
    assert deliver_pending() == 4
    assert {by_mail(entry).state for entry in waiting} == {DeliveryState.SENT}


def test_asked_to_wait_still_waits_when_others_arrive(mailbox, alert):
    mailbox.mode = "grey"
    entry = alert()
    deliver_pending()
    Delivery.objects.filter(entry=entry, state="pending").update(
        available_at=timezone.now() + timedelta(hours=1)
    )
    mailbox.mode = "ok"
    alert(stream="incident-9")
    assert deliver_pending() == 1
    assert by_mail(entry).state == DeliveryState.PENDING


def test_a_held_message_is_not_let_go_by_one_that_arrives(mailbox, alert, settings):
    settings.EMAIL_PORT = free_port()
    entry = alert()
    deliver_pending()
    hold_back(until=timezone.now() + timedelta(minutes=10))
    settings.EMAIL_PORT = mailbox.port
    alert(stream="incident-9")
    assert deliver_pending() == 1
    assert by_mail(entry).state == DeliveryState.PENDING


def test_mail_that_is_not_set_up_is_said_in_words(alert, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "file")
    (tmp_path / "file").write_text("no directory")
    entry = alert()
    deliver_pending()
    row = by_mail(entry)
    assert (row.state, row.last_error) == ("pending", "E-mail is not set up correctly on this server.")


def test_failed_attempt_is_logged_without_the_providers_words(mailbox, alert, caplog):
    mailbox.mode = "refuse"
    entry = alert()
    deliver_pending()
    (line,) = [record for record in caplog.records if record.name == "notifications.delivery"]
    assert line.levelname == "WARNING"
    assert line.getMessage() == f"delivery {by_mail(entry).pk}: SMTPRecipientsRefused"


def test_what_is_urgent_goes_first(mailbox, alert):
    make_available(alert(urgency=Urgency.SOON, about="Soon"))
    alert(urgency=Urgency.NOW, about="Now")
    deliver_pending()
    assert ["Now:" in mail["Subject"] for mail in mailbox.mails] == [True, False]


def test_an_alert_that_is_no_longer_true_is_not_sent(mailbox, alert):
    entry = alert()
    supersede(entry_ids=[entry.pk])
    assert deliver_pending() == 0
    assert by_mail(entry).state == DeliveryState.CANCELLED
    assert not mailbox.mails


def test_withdrawn_between_leasing_and_sending(mailbox, alert):
    entry = alert()
    rows = lease_due()
    supersede(entry_ids=[entry.pk])
    deliver(rows[0])
    assert by_mail(entry).state == DeliveryState.CANCELLED
    assert not mailbox.mails


def test_an_alert_of_yesterday_is_not_sent_any_more(mailbox, alert):
    entry = alert()
    Delivery.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.DEAD
    assert not mailbox.mails


def test_a_worker_that_lost_its_lease_changes_nothing(mailbox, alert):
    entry = alert()
    stale = lease_due()[0]
    make_available(entry)
    fresh = lease_due()[0]
    assert stale.pk == fresh.pk
    deliver(stale)
    assert not mailbox.mails
    row = by_mail(entry)
    assert (row.state, row.lease_token) == (DeliveryState.LEASED, fresh.lease_token)
    deliver(fresh)
    assert by_mail(entry).state == DeliveryState.SENT


def test_titles_cannot_add_headers(mailbox, alert):
    alert(about="Harmless\r\nBcc: everybody@example.com\n\u2028X-Evil: 1")
    deliver_pending()
    mail = mailbox.mails[0]
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert "\n" not in mail["Subject"]
    assert "Bcc: everybody@example.com" in mail["Subject"]


def test_names_cannot_add_lines(mailbox, alert, bob):
    bob.name = "Bob\r\nOpen: https://evil.example/"
    bob.save()
    alert()
    deliver_pending()
    assert "Alerted: Bob Open: https://evil.example/" in mailbox.text()


def test_markup_in_a_title_is_text(mailbox, alert):
    alert(about="<script>alert(1)</script> & more")
    deliver_pending()
    html = mailbox.mails[0].get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script> & more" in mailbox.text()


def test_everybody_is_alerted_in_their_own_language(mailbox, alert, settings):
    ayse = UserFactory(email="ayse@example.com", name="Ayşe", language="tr")
    zofia = UserFactory(email="zofia@example.com", name="Zofia", language="pl")
    alert(to=[ayse, zofia])
    deliver_pending()
    html = {mail["To"]: mail.get_body(("html",)).get_content() for mail in mailbox.mails}
    assert '<html lang="tr">' in html["ayse@example.com"]
    assert '<html lang="pl">' in html["zofia@example.com"]


def test_reading_concerns_only_what_is_mine(alert, bob, carol):
    entry = alert(to=[bob, carol])
    theirs = Delivery.objects.get(entry=entry, person=carol, channel="in_app")
    assert mark_read(user=bob, delivery_ids=[theirs.pk]) == 0
    assert mark_read(user=bob) == 1
    assert mark_read(user=bob) == 0
    theirs.refresh_from_db()
    assert theirs.read_at is None
