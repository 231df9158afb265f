"""Where people are reached: what they enter, how it is kept, and how a contact point is verified."""

from __future__ import annotations

import re
from datetime import time, timedelta
from importlib import import_module

import pytest
from apprise.manager_plugins import NotificationManager
from django.core.management import CommandError, call_command
from django.core.signing import BadSignature
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, Invalid
from journal.models import Entry, Urgency
from notifications import contact_points
from notifications.channels import all_channels
from notifications.delivery import deliver, deliver_pending
from notifications.leasing import lease_due
from notifications.models import ContactPoint, Delivery, Hours, VerificationCode
from notifications.reach import unreachable
from tests.beside import assert_beside
from tests.factories import UserFactory
from tests.notifications.conftest import SECRET, by_mail

pytestmark = pytest.mark.django_db


def login_address(user) -> ContactPoint:
    return user.contact_points.get(is_login=True)


# The login address


def test_contact_point_follows_the_login_address(bob):
    contact = login_address(bob)
    assert (contact.kind, contact.where, contact.verified_at) == ("email", "bob@example.com", None)
    ContactPoint.objects.update(verified_at=Now(), failures=3)
    bob.save()
    contact.refresh_from_db()
    assert contact.verified_at  # nothing has changed
    bob.email = "bob.nowak@example.com"
    bob.save()
    contact.refresh_from_db()
    assert (contact.where, contact.verified_at, contact.failures) == ("bob.nowak@example.com", None, 0)
    assert bob.contact_points.count() == 1


def test_unverified_login_address_is_used_and_no_other(alert, bob, reach):
    reach(bob, "email", address="other@example.com")
    bob.contact_points.update(verified_at=None)
    entry = alert()
    assert by_mail(entry).contact == login_address(bob)


def test_urgent_falls_back_to_the_login_address(alert, bob):
    bob.contact_points.update(urgencies=[])
    assert by_mail(alert()).contact == login_address(bob)
    assert not Delivery.objects.outside().filter(entry=alert(urgency=Urgency.SOON)).exists()


def test_each_urgency_goes_where_it_is_wanted(alert, bob, reach):
    spare = reach(bob, "email", urgencies=["soon", "later"], address="spare@example.com")

    def places(urgency):
        rows = Delivery.objects.outside().filter(entry=alert(urgency=urgency))
        return set(rows.values_list("contact", flat=True))

    mine = login_address(bob).pk
    assert places(Urgency.NOW) == {mine}
    assert places(Urgency.SOON) == {mine, spare.pk}
    assert places(Urgency.LATER) == {spare.pk}


# Secrets


def test_a_dump_shows_no_secret(reach, bob, settings):
    contact = reach(bob, "webhook", url="https://secret-place.example/hook", secret=SECRET)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM notifications_contactpoint c")
        dump = "".join(row[0] for row in cursor.fetchall())
    assert str(contact.pk) in dump
    for secret in (SECRET, SECRET.removeprefix("whsec_"), "secret-place", "bob@example.com"):
        assert secret not in dump


def test_a_former_key_still_opens_and_a_strange_one_does_not(reach, bob, settings):
    contact = reach(bob, "webhook", url="https://a.example/", secret=SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert ContactPoint.objects.get(pk=contact.pk).config["secret"] == SECRET
    contact.config = contact.config  # saved again, it is sealed with the key in use
    contact.save()
    settings.SECRET_KEY_FALLBACKS = []
    assert ContactPoint.objects.get(pk=contact.pk).config["secret"] == SECRET
    settings.SECRET_KEY = "strange"
    with pytest.raises(BadSignature):
        _ = ContactPoint.objects.get(pk=contact.pk).config


def test_before_a_former_key_is_dropped_everything_is_sealed_anew(reach, bob, settings):
    contact = reach(bob, "webhook", url="https://a.example/", secret=SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    call_command("reseal_contact_points")
    settings.SECRET_KEY_FALLBACKS = []
    assert ContactPoint.objects.get(pk=contact.pk).config["secret"] == SECRET
    settings.SECRET_KEY = "strange"
    with pytest.raises(CommandError, match="2 contact points"):
        call_command("reseal_contact_points")


def test_removed_contact_point_gets_nothing_more(webhook, sink, bob, alert):
    entries = [alert(urgency=Urgency.SOON, stream=stream) for stream in "ab"]
    Delivery.objects.filter(entry=entries[0], contact=webhook).update(available_at=Now())
    (lead,) = lease_due()
    bob.contact_points.filter(is_login=True).update(urgencies=["now"])
    contact_points.remove(actor=bob, contact=webhook)
    states = Delivery.objects.filter(contact=webhook).values_list("state", flat=True)
    assert set(states) == {"leased", "bundled"}  # its sender stops what it has leased
    deliver(lead)
    assert set(states.all()) == {"cancelled"}
    assert not sink.received


def test_unverified_contact_falls_back_to_next(webhook, sink, mailbox, bob, alert):
    entry = alert()  # the login address takes only what is good to know
    elsewhere = {"url": f"{sink.url}/strangers", "secret": SECRET}
    contact_points.change(actor=bob, contact=webhook, name="", urgencies=["now"], config=elsewhere)
    deliver_pending()
    assert not sink.received
    assert Delivery.objects.get(entry=entry, contact=webhook).state == "dead"
    assert by_mail(entry).state == "sent"
    webhook.refresh_from_db()
    assert webhook.failures == 0  # the place did nothing wrong


def test_secrets_are_shown_by_their_last_characters_only(client, reach, bob):
    contact = reach(bob, "webhook", url="https://a.example/", secret=SECRET)
    client.force_login(bob)
    for url in ("/notifications/contacts/", f"/notifications/contacts/{contact.pk}/"):
        page = client.get(url).content.decode()
        assert SECRET not in page
        assert f"••••{SECRET[-4:]}" in page
    answer = client.post(
        f"/notifications/contacts/{contact.pk}/",
        {"url": "https://a.example/", "secret": "", "name": "Mine", "urgencies": ["now"]},
    )
    assert answer.status_code == 302
    contact.refresh_from_db()
    assert (contact.config["secret"], contact.name) == (SECRET, "Mine")
    assert contact.verified_at, "it leads to where it led"


def test_removing_forgets_the_secrets_and_what_waits(client, reach, bob, alert):
    contact = reach(bob, "webhook", url="https://a.example/", secret=SECRET)
    entry = alert()
    client.force_login(bob)
    client.post(f"/notifications/contacts/{contact.pk}/remove/")
    contact.refresh_from_db()
    assert contact.removed_at
    assert contact.sealed == ""
    assert Delivery.objects.get(entry=entry, contact=contact).state == "cancelled"
    assert client.get(f"/notifications/contacts/{contact.pk}/").status_code == 404


# Forms: no address of Apprise's own, no options of Apprise's own

GOOD = {
    "email": {"address": "spare@example.com"},
    "slack": {"url": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"},
    "teams": {
        "url": "https://prod-30.westeurope.logic.azure.com:443/workflows/643e69f83c8944438d68119179a10a64/triggers/"
        "manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu-6Rj8a"
    },
    "mattermost": {
        "url": "https://chat.example.com/hooks/3ccdd113474722377935511fc85d3dd4",
        "channel": "crisis",
    },
    "telegram": {"token": "123456789:alphanumeric-alphanumeric-alphanumer", "chat": "4711"},
    "discord": {"url": "https://discord.com/api/webhooks/4234567890/" + "a" * 64},
    "ntfy": {"server": "https://ntfy.sh", "topic": "desk-4711", "token": ""},
    "sms": {"number": "+90 532 000 00 00"},
    "webhook": {"url": "https://hook.example.com/x", "secret": SECRET},
}


def form_of(kind, given):
    return all_channels()[kind].form({"urgencies": ["now"], **given})


def service_of(kind, config):
    return import_module(f"notifications.channels.{kind}.sender").service(config)


@pytest.mark.parametrize("kind", GOOD)
def test_good_settings_are_taken_and_build_a_service(kind, settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "a" * 32, "b" * 32
    settings.TWILIO_FROM = "+15550100999"
    form = form_of(kind, GOOD[kind])
    assert form.is_valid(), form.errors
    if kind not in ("email", "webhook"):
        assert service_of(kind, form.cleaned_data["config"])


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "evil",
    [
        "json://127.0.0.1/",
        "workflows://host:443/w/s/?template=/etc/passwd",
        "fcm://project@key/?keyfile=/etc/passwd",
        "apprise://127.0.0.1/token",
        "syslog://",
        "file:///etc/passwd",
        "https://user:word@hooks.slack.com/services/T1/B1/x",
        "https://hooks.slack.com.evil.example/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://discord.com/api/webhooks/4234567890/" + "a" * 64 + "?retry=5&verify=no",
        "https://evil.example/?x=prod-30.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=1",
        "http://hook.example.com/",
        "https://",
        "https://[::1",
        "javascript:alert(1)",
        "x" * 600,
        "line\r\nX-Header: 1",
        "whsec_é é",  # base64 has no such letters
    ],
)
def test_whatever_else_is_refused_with_a_word(kind, evil):
    """In every field of every form; the words of the form are kept."""
    for name in GOOD[kind]:
        if (kind, name) == ("webhook", "url") and re.match(r"https://[\w.]+/", evil):
            continue  # any public address may get a webhook; egress decides
        form = form_of(kind, {**GOOD[kind], name: evil})
        assert not form.is_valid(), (name, evil)
        assert name in form.errors


def test_no_schema_of_apprise_is_an_address():
    schemas = NotificationManager().schemas()
    assert len(schemas) > 100
    for schema in schemas:
        for kind, field in (("webhook", "url"), ("ntfy", "server"), ("mattermost", "url"), ("slack", "url")):
            if schema in ("https", "http"):
                continue
            form = form_of(kind, {**GOOD[kind], field: f"{schema}://example.com/hooks/" + "a" * 32})
            assert not form.is_valid(), (kind, schema)


def test_parameters_of_a_workflow_address_are_left_behind():
    form = form_of("teams", {"url": GOOD["teams"]["url"] + "&template=/etc/passwd&verify=no"})
    assert form.is_valid(), form.errors
    assert set(form.cleaned_data["config"]) == {
        "host",
        "workflow",
        "signature",
        "routing_id",
        "power_automate",
    }
    service = service_of("teams", form.cleaned_data["config"])
    assert not service.template
    assert service.verify_certificate
    assert not service.redirects


def test_text_messages_are_offered_where_the_site_has_an_account(client, bob, settings):
    client.force_login(bob)
    assert client.get("/notifications/contacts/new/sms/").status_code == 404
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = "AC", "b", "+1555"
    assert client.get("/notifications/contacts/new/sms/").status_code == 200
    assert client.get("/notifications/contacts/new/json/").status_code == 404


# Codes


@pytest.fixture
def spare(reach, bob):
    contact = reach(bob, "email", address="spare@example.com")
    ContactPoint.objects.filter(pk=contact.pk).update(verified_at=None)
    contact.refresh_from_db()
    return contact


def sent_code(mailbox) -> str:
    return re.search(r"\b\d{6}\b", mailbox.text())[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.calendar
def test_a_code_verifies_the_contact_point_it_was_sent_to(client, mailbox, bob):
    client.force_login(bob)
    form = {"address": "spare@example.com", "name": "", "urgencies": ["now"]}
    answer = client.post("/notifications/contacts/new/email/", form)
    contact = bob.contact_points.get(is_login=False)
    assert answer["Location"] == f"/notifications/contacts/{contact.pk}/confirm/"
    assert mailbox.mails[0]["To"] == "spare@example.com"
    client.post(answer["Location"], {"code": sent_code(mailbox)})
    contact.refresh_from_db()
    assert contact.verified_at
    kinds = set(Entry.objects.filter(kind__startswith="contact.").values_list("kind", flat=True))
    assert kinds == {"contact.added", "contact.code_sent", "contact.verified"}
    assert sent_code(mailbox) not in "".join(str(entry.data) for entry in Entry.objects.all())


def test_a_code_is_kept_as_a_digest_only(mailbox, bob, spare):
    contact_points.send_code(actor=bob, contact=spare)
    row = VerificationCode.objects.get()
    assert sent_code(mailbox) not in row.digest
    assert len(row.digest) == 64


@pytest.mark.calendar
def test_after_five_wrong_codes_the_right_one_is_refused(mailbox, bob, spare):
    contact_points.send_code(actor=bob, contact=spare)
    code = sent_code(mailbox)
    for _try in range(5):
        with pytest.raises(Invalid):
            contact_points.confirm(actor=bob, contact=spare, code=wrong(code))
    with pytest.raises(ActionRefused, match="Too many"):
        contact_points.confirm(actor=bob, contact=spare, code=code)
    spare.refresh_from_db()
    assert not spare.verified_at


@pytest.mark.calendar
def test_a_code_is_valid_once_and_for_fifteen_minutes(mailbox, bob, spare):
    contact_points.send_code(actor=bob, contact=spare)
    first = sent_code(mailbox)
    contact_points.send_code(actor=bob, contact=spare)
    if first != sent_code(mailbox):
        with pytest.raises(Invalid):
            contact_points.confirm(actor=bob, contact=spare, code=first)  # a newer one was sent
    VerificationCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ActionRefused, match="no longer valid"):
        contact_points.confirm(actor=bob, contact=spare, code=sent_code(mailbox))
    contact_points.send_code(actor=bob, contact=spare)
    contact_points.confirm(actor=bob, contact=spare, code=f" {sent_code(mailbox)} ")
    with pytest.raises(ActionRefused, match="no longer valid"):
        contact_points.confirm(actor=bob, contact=spare, code=sent_code(mailbox))


def test_a_code_for_one_contact_point_verifies_no_other(mailbox, bob, spare):
    contact_points.send_code(actor=bob, contact=spare)
    code = sent_code(mailbox)
    contact_points.send_code(actor=bob, contact=login_address(bob))
    if code != sent_code(mailbox):
        with pytest.raises(Invalid):
            contact_points.confirm(actor=bob, contact=login_address(bob), code=code)


@pytest.mark.calendar
def test_five_codes_an_hour(mailbox, bob, spare):
    for _number in range(5):
        contact_points.send_code(actor=bob, contact=spare)
    with pytest.raises(ActionRefused, match="five codes"):
        contact_points.send_code(actor=bob, contact=login_address(bob))
    VerificationCode.objects.update(sent_at=timezone.now() - timedelta(minutes=61))
    contact_points.send_code(actor=bob, contact=spare)
    assert len(mailbox.mails) == 6


def test_a_code_that_cannot_be_sent_says_why(mailbox, bob, spare):
    mailbox.mode = "refuse"
    with pytest.raises(ActionRefused, match="refuses this address"):
        contact_points.send_code(actor=bob, contact=spare)


# What must not be lost


def test_what_is_needed_now_must_reach_somebody_somewhere(bob, spare):
    mine = login_address(bob)
    change = {"actor": bob, "contact": mine, "name": "", "config": {}, "urgencies": ["soon"]}
    with pytest.raises(ActionRefused, match="must reach you"):
        contact_points.change(**change)
    ContactPoint.objects.filter(pk=spare.pk).update(verified_at=Now())
    assert contact_points.change(**change).urgencies == ["soon"]
    with pytest.raises(ActionRefused, match="must reach you"):
        contact_points.remove(actor=bob, contact=spare)
    with pytest.raises(ActionRefused, match="stays"):
        contact_points.remove(actor=bob, contact=mine)


def test_what_leads_elsewhere_must_be_verified_again(bob, spare):
    ContactPoint.objects.update(verified_at=Now())
    same = {"actor": bob, "contact": spare, "name": "Mine", "urgencies": ["now"]}
    assert contact_points.change(**same, config={"address": "spare@example.com"}).verified_at
    assert not contact_points.change(**same, config={"address": "else@example.com"}).verified_at


def test_code_does_not_verify_an_address_entered_later(client, mailbox, bob, spare):
    for _number in range(5):
        contact_points.send_code(actor=bob, contact=spare)
    code = sent_code(mailbox)
    client.force_login(bob)
    form = {"address": "stranger@example.com", "urgencies": ["now"], "name": ""}
    client.post(f"/notifications/contacts/{spare.pk}/", form)  # no sixth code within the hour
    assert len(mailbox.mails) == 5
    with pytest.raises(ActionRefused, match="no longer valid"):
        contact_points.confirm(actor=bob, contact=spare, code=code)
    spare.refresh_from_db()
    assert (spare.where, spare.verified_at) == ("stranger@example.com", None)


def test_a_code_does_not_verify_the_next_login_address(mailbox, bob):
    contact_points.send_code(actor=bob, contact=login_address(bob))
    code = sent_code(mailbox)
    bob.email = "robert@example.com"
    bob.save()
    with pytest.raises(ActionRefused, match="no longer valid"):
        contact_points.confirm(actor=bob, contact=login_address(bob), code=code)


def test_the_login_address_cannot_be_bent(client, bob):
    client.force_login(bob)
    contact = login_address(bob)
    form = {"address": "evil@example.com", "urgencies": ["now"]}
    client.post(f"/notifications/contacts/{contact.pk}/", form)
    contact.refresh_from_db()
    assert contact.where == "bob@example.com"


def test_others_do_not_even_see_that_it_exists(client, bob, carol, reach):
    contact = reach(bob, "webhook", url="https://a.example/", secret=SECRET)
    client.force_login(carol)
    for name in ("edit_contact", "confirm", "remove_contact", "send_code"):
        url = reverse(f"notifications:{name}", args=[contact.pk])
        assert client.post(url).status_code == 404
        assert client.get(url).status_code in (404, 405)
    with pytest.raises(ActionRefused):
        contact_points.remove(actor=carol, contact=contact)
    assert (
        "Signed webhook"
        not in client.get("/notifications/contacts/").content.decode().split("Add another")[0]
    )


# Hours


@pytest.mark.calendar
def test_hours_are_kept_and_can_be_cleared(client, bob):
    client.force_login(bob)
    form = {"quiet_from": "22:00", "quiet_until": "07:00", "work_days": ["0", "4"]}
    assert client.post("/notifications/hours/", form).status_code == 302
    hours = Hours.objects.get(person=bob)
    assert (hours.quiet_from, hours.quiet_until, hours.work_from) == (time(22), time(7), None)
    assert "22:00–07:00" in client.get("/notifications/contacts/").content.decode()
    client.post(
        "/notifications/hours/", {"work_from": "09:00", "work_until": "18:00", "work_days": ["0", "4"]}
    )
    hours.refresh_from_db()
    assert (hours.quiet_from, hours.work_days) == (None, [0, 4])
    assert "Mon, Fri, 09:00–18:00" in client.get("/notifications/contacts/").content.decode()


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"quiet_from": "22:00"}, "Give both times"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "must differ"),
        ({"work_from": "09:00", "work_until": "18:00"}, "at least one working day"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "Enter a valid time"),
    ],
)
@pytest.mark.calendar
def test_hours_that_make_no_sense_are_refused(client, bob, form, error):
    client.force_login(bob)
    assert error in client.post("/notifications/hours/", form).content.decode()
    assert not Hours.objects.exists()


# Who is reached


@pytest.mark.calendar
def test_who_cannot_be_reached(bob, carol, dave, erin, reach, django_assert_num_queries):
    login_address(bob)
    ContactPoint.objects.filter(person=carol).update(verified_at=Now())
    ContactPoint.objects.filter(person=dave).update(verified_at=Now(), failures=3)
    reach(erin, "ntfy", host="ntfy.sh", port=None, secure=True, topic="t", token="")
    ContactPoint.objects.filter(person=erin, kind="ntfy").update(removed_at=Now(), sealed="")
    with django_assert_num_queries(1):
        assert unreachable([bob, carol, dave, erin]) == {bob.pk, dave.pk, erin.pk}
    ContactPoint.objects.filter(person=dave).update(failures=2)
    assert unreachable([dave]) == set()
    people = [UserFactory() for _ in range(30)]
    with django_assert_num_queries(1):
        assert unreachable(people) == {person.pk for person in people}
    assert unreachable([]) == set()


def test_the_contact_points_say_what_comes_there_in_words(client, bob):
    client.force_login(bob)
    html = client.get("/notifications/contacts/").content.decode()
    for words in ("Urgent alerts", "Needs attention soon", "concern L1 and L2", "outside your working hours"):
        assert words in html
    assert '<span class="tag">now</span>' not in html


@pytest.mark.calendar
def test_the_hours_say_what_they_do(client, bob):
    client.force_login(bob)
    html = client.get("/notifications/hours/").content.decode()
    assert "outside your working hours" in html
    assert html.count("Until") == 2


def test_an_urgency_that_would_reach_nobody_is_marked(client, bob):
    client.force_login(bob)
    login = bob.contact_points.get()
    answer = client.post(reverse("notifications:edit_contact", args=[login.pk]), {"urgencies": ["later"]})
    assert_beside(answer, "urgencies", "What is needed now must reach you somewhere")


@pytest.mark.parametrize(
    ("address", "is_new"),
    [("Spare@Example.com", False), ("BOB@example.com", False), ("other@example.com", True)],
)
def test_an_address_is_entered_once_however_it_is_written(client, mailbox, bob, spare, address, is_new):
    client.force_login(bob)
    form = {"address": address, "name": "", "urgencies": ["now"]}
    answer = client.post(reverse("notifications:add_contact", args=["email"]), form)
    assert (answer.status_code, bob.contact_points.count()) == ((302, 3) if is_new else (422, 2))
    if not is_new:
        assert_beside(answer, "address", "This address is one of your contact points already.")


def test_a_contact_point_keeps_its_address_and_takes_no_other_of_mine(bob, spare):
    change = {"actor": bob, "contact": spare, "name": "Spare", "urgencies": ["soon"]}
    assert contact_points.change(**change, config={"address": "spare@example.com"}).name == "Spare"
    with pytest.raises(Invalid, match="already"):
        contact_points.change(**change, config={"address": bob.email})
