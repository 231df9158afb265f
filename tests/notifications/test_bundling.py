"""One event, one notice: what belongs together comes together, and an alert waits for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from journal.actions import supersede
from journal.models import Entry, Urgency
from notifications.delivery import deliver, deliver_pending
from notifications.leasing import lease_due
from notifications.models import ContactPoint, Delivery, DeliveryState
from tests.factories import IncidentFactory, UserFactory
from tests.notifications.conftest import by_mail, make_available

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def pass_time(**spans) -> None:
    """As though this time had gone by for everything outside the app."""
    gone = timedelta(**spans)
    for row in Delivery.objects.outside():
        Delivery.objects.filter(pk=row.pk).update(
            available_at=row.available_at - gone, sent_at=row.sent_at and row.sent_at - gone
        )


def test_what_comes_within_a_minute_is_one_message(mailbox, alert):
    entries = [
        alert(urgency=Urgency.SOON, about=f"Thing {number}", stream=f"incident-{number}")
        for number in range(3)
    ]
    assert deliver_pending() == 0  # it waits for company
    Delivery.objects.filter(entry=entries[0], channel="email").update(available_at=Now())
    assert deliver_pending() == 1
    (mail,) = mailbox.mails
    assert "Thing 2" in mail["Subject"], "the newest"
    assert "and 2 more" in mail["Subject"]
    for number in range(3):
        assert f"Thing {number}: Alice Kaya acknowledged" in mailbox.text()
    rows = [by_mail(entry) for entry in entries]
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert [row.bundled_into_id for row in rows] == [None, rows[0].pk, rows[0].pk]
    pass_time(minutes=2)
    assert deliver_pending() == 0


def test_what_comes_later_is_another_message(mailbox, alert):
    make_available(alert(urgency=Urgency.SOON))
    deliver_pending()
    make_available(alert(urgency=Urgency.SOON))
    deliver_pending()
    assert len(mailbox.mails) == 2


def test_other_people_and_other_places_get_their_own(mailbox, alert, bob, carol):
    alert(to=[bob, carol], urgency=Urgency.SOON)
    pass_time(minutes=1)
    deliver_pending()
    assert sorted(mail["To"] for mail in mailbox.mails) == ["bob@example.com", "carol@example.com"]


def test_what_is_held_back_for_the_night_does_not_travel_along(mailbox, alert):
    held, free = alert(urgency=Urgency.SOON, about="Held"), alert(urgency=Urgency.SOON, about="Free")
    Delivery.objects.filter(entry=held, channel="email").update(
        available_at=timezone.now() + timedelta(hours=1)
    )
    make_available_now = Delivery.objects.filter(entry=free, channel="email")
    make_available_now.update(available_at=Now())
    deliver_pending()
    assert "Held" not in mailbox.text()
    assert by_mail(held).state == DeliveryState.PENDING


def test_second_urgent_of_an_incident_waits_out_the_minute(mailbox, alert):
    alert(about="First")
    deliver_pending()
    again = [alert(about="Second"), alert(about="Third")]
    assert deliver_pending() == 0
    wait = by_mail(again[0]).available_at - timezone.now()
    assert timedelta(seconds=20) < wait <= timedelta(seconds=60)
    pass_time(seconds=61)
    assert deliver_pending() == 1
    assert len(mailbox.mails) == 2
    assert "Second:" in mailbox.text()
    assert "Third:" in mailbox.text()


def test_alert_about_another_incident_never_waits(mailbox, alert):
    alert(about="First", stream="incident-1")
    deliver_pending()
    alert(about="Second", stream="incident-2")
    assert deliver_pending() == 1
    assert len(mailbox.mails) == 2


def test_while_the_first_is_on_its_way_the_second_looks_again_soon(mailbox, alert):
    alert(about="First")
    first = lease_due()
    second = alert(about="Second")
    assert lease_due() == []
    assert by_mail(second).available_at - timezone.now() < timedelta(seconds=6)
    deliver(first[0])
    pass_time(seconds=6)
    assert lease_due() == []  # now it has gone out: the rest of the minute
    assert by_mail(second).available_at - timezone.now() > timedelta(seconds=20)


def test_urgent_at_the_same_moment_is_one_message(mailbox, alert):
    alert(about="First"), alert(about="Second")
    assert deliver_pending() == 1
    assert "First:" in mailbox.text()
    assert "Second:" in mailbox.text()


# The fate of a bundle


@pytest.fixture
def bundle(alert):
    """Two leased rows in one message; the first leads."""
    entries = [alert(urgency=Urgency.SOON, about=name, stream=name) for name in ("Lead", "Other")]
    Delivery.objects.filter(entry=entries[0], channel="email").update(available_at=Now())
    (lead,) = lease_due()
    assert lead.entry == entries[0]
    assert by_mail(entries[1]).state == DeliveryState.BUNDLED
    return lead, entries


def test_what_is_no_longer_true_is_left_out(bundle, mailbox):
    lead, entries = bundle
    supersede(entry_ids=[entries[1].pk])
    deliver(lead)
    assert "Lead:" in mailbox.text()
    assert "Other:" not in mailbox.text()
    assert by_mail(entries[1]).state == DeliveryState.CANCELLED


def make_confidential(entry: Entry, **part) -> None:
    IncidentFactory(pk=int(entry.stream_id.removeprefix("incident-")), confidential=True, **part)


@pytest.fixture
def two_incidents(alert):
    """A leased row about incident 1 with one about incident 2 in the same message."""
    entries = [
        alert(urgency=Urgency.SOON, about=f"Thing {number}", stream=f"incident-{number}") for number in (1, 2)
    ]
    Delivery.objects.filter(entry=entries[0], channel="email").update(available_at=Now())
    (lead,) = lease_due()
    return lead, entries


def test_what_became_confidential_meanwhile_is_left_out(two_incidents, mailbox):
    lead, entries = two_incidents
    make_confidential(entries[1])
    deliver(lead)
    assert "Thing 1" in mailbox.text()
    assert "Thing 2" not in mailbox.text()
    assert by_mail(entries[1]).state == DeliveryState.CANCELLED


def test_when_the_lead_became_confidential_the_others_still_go_out(two_incidents, mailbox):
    lead, entries = two_incidents
    make_confidential(entries[0])
    deliver(lead)
    assert not mailbox.mails
    assert deliver_pending() == 1
    assert "Thing 2" in mailbox.text()
    assert "Thing 1" not in mailbox.text() + mailbox.mails[0]["Subject"]
    assert by_mail(entries[0]).state == DeliveryState.CANCELLED


def test_who_has_a_part_in_a_confidential_incident_is_alerted(two_incidents, mailbox, bob):
    lead, entries = two_incidents
    for entry in entries:
        make_confidential(entry, logged_by=bob)
    deliver(lead)
    assert "Thing 1" in mailbox.text()
    assert "Thing 2" in mailbox.text()


def test_when_the_lead_is_no_longer_true_the_others_still_go_out(bundle, mailbox):
    lead, entries = bundle
    supersede(entry_ids=[entries[0].pk])
    deliver(lead)
    assert not mailbox.mails
    assert deliver_pending() == 1
    assert mailbox.mails[0]["Subject"].startswith("[L2] Other:")
    assert [by_mail(entry).state for entry in entries] == [DeliveryState.CANCELLED, DeliveryState.SENT]


def test_bundled_with_a_stopped_lead_goes_out_as_possible_repeat(bundle, mailbox):
    lead, entries = bundle
    mailbox.mode = "drop"
    deliver(lead)
    supersede(entry_ids=[entries[0].pk])
    mailbox.mode = "ok"
    deliver_pending()
    assert len(mailbox.mails) == 2
    assert "Possible repeat" in mailbox.text()
    assert "Lead:" not in mailbox.text()


def test_a_repeat_brings_the_same(bundle, mailbox):
    lead, entries = bundle
    mailbox.mode = "drop"
    deliver(lead)
    mailbox.mode = "ok"
    pass_time(minutes=1)
    deliver_pending()
    assert len(mailbox.mails) == 2
    assert mailbox.mails[0]["Message-ID"] == mailbox.mails[1]["Message-ID"]
    assert "Other:" in mailbox.text()
    assert {by_mail(entry).state for entry in entries} == {DeliveryState.SENT}


def test_what_is_given_up_is_given_up_together(bundle, mailbox):
    lead, entries = bundle
    mailbox.mode = "refuse"
    deliver(lead)
    assert {by_mail(entry).state for entry in entries} == {DeliveryState.DEAD}
    reported = Entry.objects.filter(kind="notification.undelivered")
    assert {entry.stream_id for entry in reported} == {"Lead", "Other"}


def test_withdrawn_for_one_person_only(mailbox, alert, bob, carol):
    entry = alert(to=[bob, carol])
    supersede(entry_ids=[entry.pk], person=carol)
    deliver_pending()
    assert [mail["To"] for mail in mailbox.mails] == ["bob@example.com"]


# What has ended stays


@pytest.mark.parametrize("state", ["sent", "dead", "uncertain", "cancelled"])
def test_what_has_ended_never_changes(alert, state):
    row = by_mail(alert())
    leased = {"state": "leased", "lease_token": "0" * 32}
    rows = Delivery.objects.filter(pk=row.pk)
    rows.update(**leased)
    rows.update(state=state, lease_token=None, sent_at=Now())
    for other in {"pending", "sent", "dead", "uncertain", "cancelled"} - {state}:
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            rows.update(state=other)
    rows.update(last_error="a remark is no change of state")


def test_a_row_that_waits_may_go_on(alert):
    rows = Delivery.objects.filter(pk=by_mail(alert()).pk)
    rows.update(state="leased", lease_token="0" * 32)
    rows.update(state="pending", lease_token=None)
    assert rows.get().state == "pending"


# The next contact point


def test_what_cannot_be_delivered_goes_to_the_next_contact_point(webhook, sink, mailbox, alert, bob):
    sink.mode = "gone"
    entry = alert()
    deliver_pending()
    states = dict(Delivery.objects.outside().filter(entry=entry).values_list("channel", "state"))
    assert states == {"webhook": "dead", "email": "sent"}
    assert mailbox.mails[0]["To"] == "bob@example.com"
    assert ContactPoint.objects.get(pk=webhook.pk).failures == 1
    assert Entry.objects.filter(kind="notification.undelivered").count() == 1


def test_what_reached_the_person_elsewhere_needs_no_next(webhook, sink, mailbox, alert, bob, reach):
    bob.contact_points.filter(is_login=True).update(urgencies=["now"])
    spare = reach(bob, "email", urgencies=["later"], address="spare@example.com")
    sink.mode = "gone"
    alert()
    deliver_pending()
    assert [mail["To"] for mail in mailbox.mails] == ["bob@example.com"]
    assert not Delivery.objects.filter(contact=spare).exists()


def test_a_message_that_arrives_forgives_earlier_failures(webhook, sink, alert):
    sink.mode = "gone"
    for number in range(3):
        alert(stream=f"incident-{number}")
        deliver_pending()
    webhook.refresh_from_db()
    assert webhook.is_failing
    sink.mode = "ok"
    alert(stream="incident-9")
    deliver_pending()
    webhook.refresh_from_db()
    assert webhook.failures == 0


# The rate limit


@pytest.fixture
def quota(settings):
    settings.NOTIFICATION_QUOTA_PERSON, settings.NOTIFICATION_QUOTA_EVERYBODY = 4, 500
    return settings


def flood(alert, number: int, **facts) -> list[Entry]:
    return [alert(about=f"No. {n}", stream=f"flood-{n}", **facts) for n in range(number)]


def rate_limit_alerts() -> int:
    return Entry.objects.filter(kind="notification.rate_limited").count()


def test_below_the_quota_everything_goes_out_at_once(mailbox, alert, quota, admin):
    flood(alert, 4)
    deliver_pending()
    assert len(mailbox.mails) == 4
    assert rate_limit_alerts() == 0


def test_above_the_quota_comes_one_message_every_five_minutes(mailbox, alert, quota, admin, bob):
    flood(alert, 12)
    deliver_pending()
    mine = [mail for mail in mailbox.mails if mail["To"] == bob.email]
    assert len(mine) == 4
    waiting = Delivery.objects.filter(person=bob, state="pending")
    pauses = [row.available_at - timezone.now() for row in waiting]
    assert all(timedelta(minutes=4) < pause <= timedelta(minutes=5) for pause in pauses)
    pass_time(minutes=5)
    deliver_pending()
    mine = [mail for mail in mailbox.mails if mail["To"] == bob.email]
    assert len(mine) == 5
    assert "8 messages" in mine[-1]["Subject"]
    assert not Delivery.objects.filter(person=bob, state__in=["pending", "bundled"]).exists()


def test_rate_limit_alerts_once_an_episode_and_is_exempt(mailbox, alert, quota, admin, bob):
    quota.NOTIFICATION_QUOTA_EVERYBODY = 4
    flood(alert, 8)
    deliver_pending()
    flood(alert, 8, urgency=Urgency.NOW)
    deliver_pending()
    assert rate_limit_alerts() == 1
    to_admin = [mail for mail in mailbox.mails if mail["To"] == admin.email]
    assert len(to_admin) == 1
    assert "Unusually many messages to" in to_admin[0]["Subject"]
    # Calm, and then a new episode
    from notifications.models import RateLimit

    RateLimit.objects.update(limited_at=timezone.now() - timedelta(minutes=11))
    pass_time(minutes=11)
    deliver_pending()
    flood(alert, 8)
    deliver_pending()
    assert rate_limit_alerts() == 2


def test_a_flood_for_one_person_leaves_the_others_alone(mailbox, alert, quota, admin, carol):
    flood(alert, 10)
    deliver_pending()
    before = len(mailbox.mails)
    alert(to=[carol], stream="another")
    deliver_pending()
    assert mailbox.mails[-1]["To"] == carol.email
    assert len(mailbox.mails) == before + 1


def test_in_a_flood_for_everybody_each_still_gets_a_first_message(mailbox, alert, quota):
    quota.NOTIFICATION_QUOTA_EVERYBODY = 5
    people = [UserFactory() for _ in range(8)]
    for number, person in enumerate(people):
        alert(to=[person], stream=f"incident-{number}")
    deliver_pending()
    assert {mail["To"] for mail in mailbox.mails} >= {person.email for person in people}
