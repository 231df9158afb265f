"""What somebody was told, and for administrators what became of every message."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from common.errors import ActionRefused, NotAllowed
from incidents import actions
from incidents.models import Incident
from journal.actions import record
from journal.models import Entry
from notifications import actions as notifications
from notifications.delivery import deliver_pending
from notifications.models import Attempt, Delivery
from tests.factories import IncidentFactory
from tests.notifications.conftest import by_mail

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def inbox_of(user) -> list[Delivery]:
    return list(Delivery.objects.inbox(user))


def test_the_newest_stands_first_and_the_unread_are_marked(client, alert, bob):
    alert(about="First")
    alert(about="Second")
    client.force_login(bob)
    html = client.get("/notifications/").content.decode()
    assert html.index("Second:") < html.index("First:")
    assert html.count("is-unread") == 2
    assert "2 unread" in html


def test_looking_changes_nothing(client, alert, bob):
    alert()
    client.force_login(bob)
    client.get("/notifications/")
    row = inbox_of(bob)[0]
    assert client.get(f"/notifications/{row.pk}/open/").status_code == 405
    assert client.get(f"/notifications/{row.pk}/read/").status_code == 405
    assert client.get("/notifications/read/").status_code == 405
    assert inbox_of(bob)[0].read_at is None


def test_opening_one_marks_it_as_read_and_leads_to_the_thing(client, alert, bob):
    alert()
    client.force_login(bob)
    answer = client.post(f"/notifications/{inbox_of(bob)[0].pk}/open/")
    assert answer.headers["Location"] == "/incidents/1/"
    assert inbox_of(bob)[0].read_at


@pytest.mark.parametrize(
    "path", ["", "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_house(client, alice, bob, path):
    with transaction.atomic():
        record(stream="x", kind="incident.acknowledged", actor=alice, path=path, audience=[bob])
    client.force_login(bob)
    answer = client.post(f"/notifications/{inbox_of(bob)[0].pk}/open/")
    assert answer.headers["Location"] == "/notifications/"


def test_one_or_all_can_be_marked_as_read(client, alert, bob):
    for _ in range(3):
        alert()
    client.force_login(bob)
    client.post(f"/notifications/{inbox_of(bob)[0].pk}/read/")
    assert Delivery.objects.inbox(bob).unread().count() == 2
    assert client.get("/notifications/?show=unread").content.decode().count("is-unread") == 2
    client.post("/notifications/read/")
    assert Delivery.objects.inbox(bob).unread().count() == 0
    assert "You have read everything" in client.get("/notifications/").content.decode()


def test_messages_of_others_are_none_of_my_business(client, alert, bob, carol):
    alert(about="Only for Bob")
    client.force_login(carol)
    assert "Only for Bob" not in client.get("/notifications/").content.decode()
    row = inbox_of(bob)[0]
    assert client.post(f"/notifications/{row.pk}/open/").status_code == 404
    assert client.post(f"/notifications/{row.pk}/read/").status_code == 404
    client.post("/notifications/read/")
    assert inbox_of(bob)[0].read_at is None


def test_the_bell_counts_what_is_unread(client, alert, bob):
    client.force_login(bob)
    assert "bell-count" not in client.get("/notifications/bell/").content.decode()
    alert()
    assert ">1 " in client.get("/notifications/bell/").content.decode()


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_deliveries_are_for_administrators(client, request, name):
    client.force_login(request.getfixturevalue(name))
    assert client.get("/notifications/deliveries/").status_code == 403


def test_administrators_see_what_it_was_about_where_they_may(client, alert, admin):
    IncidentFactory(pk=1, confidential=True)
    alert(stream="incident-1", about="A secret of the board")
    alert(stream="incident-2", about="Videos of stranded passengers that " + "go on " * 20)
    client.force_login(admin)
    html = client.get("/notifications/deliveries/").content.decode()
    assert "Videos of stranded passengers" in html
    assert "…" in html
    assert "A secret of the board" not in html
    assert "Confidential" in html


def test_administrators_see_undelivered_but_nothing_confidential(client, mailbox, alert, admin, bob):
    mailbox.mode = "refuse"
    IncidentFactory(pk=1, confidential=True, logged_by=bob)
    alert(about="A secret of the board")
    deliver_pending()
    client.force_login(admin)
    html = client.get("/notifications/deliveries/?state=dead").content.decode()
    assert "Bob Nowak" in html
    assert "The mail server refuses this address." in html
    assert "1 given up" in html
    assert "A secret of the board" not in html
    assert "Bob Nowak" in client.get("/notifications/deliveries/?q=bob").content.decode()
    assert "No delivery matches" in client.get("/notifications/deliveries/?state=sent").content.decode()
    assert "No delivery matches" in client.get("/notifications/deliveries/?q=nobody").content.decode()


def rows_on(client, query: str = "") -> list[int]:
    """The deliveries on the administrators' page, from the top."""
    return [row.pk for row in client.get(f"/notifications/deliveries/{query}").context["page_obj"]]


@pytest.fixture
def lost(mailbox, alert) -> Delivery:
    """A mail to Bob that was given up; older than another that was sent."""
    mailbox.mode = "refuse"
    entry = alert(stream="incident-1")
    deliver_pending()
    mailbox.mode = "ok"
    alert(stream="incident-2")
    deliver_pending()
    return by_mail(entry)


def test_what_reached_nobody_stands_first(client, lost, admin):
    client.force_login(admin)
    rows = rows_on(client)
    assert rows[0] == lost.pk
    assert len(rows) == 2
    assert rows_on(client, "?state=sent") == rows[1:]
    assert rows_on(client, "?channel=webhook") == []


def test_the_attempts_are_shown_with_what_went_out(client, lost, admin):
    client.force_login(admin)
    html = client.get("/notifications/deliveries/").content.decode()
    attempt = Attempt.objects.get(delivery=lost)
    assert escape(attempt.message_id) in html
    assert attempt.message_id == lost.message_id


def test_messages_are_found_by_incident(client, admin, bob, incident):
    other = actions.log_incident(actor=bob, brand=incident.brand, title="Something else")
    for case in (incident, other):
        actions.assign_role(incident=case, actor=case.logged_by, role="CL", user=admin)
    client.force_login(admin)

    def streams(words: str) -> set[str]:
        page = client.get("/notifications/deliveries/", {"q": words}).context["page_obj"]
        return {row.entry.stream_id for row in page}

    assert streams("stranded passengers") == {incident.stream}
    assert streams(other.reference) == {other.stream}
    assert streams("nothing of the kind") == set()


def test_a_confidential_incident_cannot_be_found_out_by_asking(client, admin, bob, incident):
    actions.assign_role(incident=incident, actor=incident.logged_by, role="CL", user=bob)
    client.force_login(admin)
    assert rows_on(client, "?q=stranded")
    Incident.objects.filter(pk=incident.pk).update(confidential=True)
    assert not rows_on(client, "?q=stranded")
    assert not rows_on(client, f"?q={incident.reference}")


def test_an_administrator_sends_again_by_hand(client, mailbox, lost, admin):
    client.force_login(admin)
    assert client.post(f"/notifications/deliveries/{lost.pk}/retry/").status_code == 302
    again = lost.retries.get()
    deliver_pending()
    again.refresh_from_db()
    lost.refresh_from_db()
    assert (lost.state, again.state) == ("dead", "sent")
    assert mailbox.mails[-1]["Message-ID"] == lost.message_id
    entry = Entry.objects.get(kind="notification.retried")
    assert (entry.actor, entry.data["person"]) == (admin, "Bob Nowak")
    client.post(f"/notifications/deliveries/{lost.pk}/retry/")
    assert lost.retries.count() == 1, "once is enough; what it became can be sent again in turn"


@pytest.fixture
def waiting(mailbox, alert) -> Delivery:
    """A mail to Bob that is tried again later."""
    mailbox.mode = "grey"
    entry = alert()
    deliver_pending()
    mailbox.mode = "ok"
    return by_mail(entry)


def test_an_administrator_has_what_waits_tried_now(client, mailbox, waiting, admin):
    client.force_login(admin)
    path = f"/notifications/deliveries/{waiting.pk}/now/"
    assert path in client.get("/notifications/deliveries/").content.decode()
    assert deliver_pending() == 0
    assert client.post(path).status_code == 302
    assert deliver_pending() == 1
    assert by_mail(waiting.entry).state == "sent"
    entry = Entry.objects.get(kind="notification.tried_now")
    assert (entry.actor, entry.data["person"]) == (admin, "Bob Nowak")
    assert path not in client.get("/notifications/deliveries/").content.decode()
    with pytest.raises(ActionRefused, match="does not wait"):
        notifications.try_now(actor=admin, delivery=waiting)


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_nobody_else_has_it_tried_now(client, request, waiting, name):
    user = request.getfixturevalue(name)
    client.force_login(user)
    assert client.post(f"/notifications/deliveries/{waiting.pk}/now/").status_code == 403
    with pytest.raises(NotAllowed):
        notifications.try_now(actor=user, delivery=waiting)
    assert by_mail(waiting.entry).available_at == waiting.available_at


def test_the_first_try_is_not_hurried(alert, admin):
    """It may wait for the end of quiet hours, or of the rate limit."""
    with pytest.raises(ActionRefused, match="does not wait"):
        notifications.try_now(actor=admin, delivery=by_mail(alert()))


@pytest.mark.parametrize(("name", "has_it"), [("admin", True), ("bob", False)])
def test_the_menu_leads_administrators_to_the_deliveries(client, request, name, has_it):
    client.force_login(request.getfixturevalue(name))
    assert (
        'href="/notifications/deliveries/"' in client.get("/notifications/contacts/").content.decode()
    ) == has_it


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_nobody_else_sends_again(client, request, lost, name):
    user = request.getfixturevalue(name)
    client.force_login(user)
    assert client.post(f"/notifications/deliveries/{lost.pk}/retry/").status_code == 403
    with pytest.raises(NotAllowed):
        notifications.retry_by_hand(actor=user, delivery=lost)
    assert not lost.retries.exists()


def test_what_was_sent_or_waits_is_not_sent_again(alert, mailbox, admin):
    entry = alert()
    for _state in ("pending", "sent"):
        with pytest.raises(ActionRefused, match="Only what was given up"):
            notifications.retry_by_hand(actor=admin, delivery=by_mail(entry))
        deliver_pending()
    assert len(mailbox.mails) == 1


def test_administrators_are_reminded_until_somebody_sends_it_again(client, mailbox, lost, admin, bob):
    banner = "did not reach"
    client.force_login(bob)
    assert banner not in client.get("/notifications/").content.decode()
    client.force_login(admin)
    assert f"1 message {banner}" in client.get("/notifications/").content.decode()
    notifications.retry_by_hand(actor=admin, delivery=lost)
    assert banner not in client.get("/notifications/").content.decode()


def test_what_came_another_way_needs_no_reminder(client, webhook, sink, mailbox, alert, admin):
    sink.mode = "gone"
    alert()
    deliver_pending()
    assert Delivery.objects.filter(state="dead").count() == 1
    client.force_login(admin)
    assert "did not reach" not in client.get("/notifications/").content.decode()


@pytest.mark.parametrize("path", ["/notifications/", "/notifications/deliveries/"])
def test_as_many_queries_at_ten_rows_as_at_a_thousand(client, alert, admin, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client.force_login(admin)
    for _ in range(10):
        alert(to=[admin])
    queries()
    few = queries()
    for _ in range(190):
        alert(to=[admin])
    assert queries() == few
