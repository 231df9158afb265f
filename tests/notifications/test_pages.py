"""What somebody was told, and for administrators what became of every message."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from journal.actions import record
from notifications.delivery import deliver_pending
from notifications.models import Delivery

pytestmark = pytest.mark.django_db


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


def test_what_others_were_told_is_none_of_my_business(client, alert, bob, carol):
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


def test_administrators_see_what_did_not_arrive_but_not_what_it_said(client, mailbox, alert, admin):
    mailbox.mode = "refuse"
    alert(about="A secret of the board")
    deliver_pending()
    client.force_login(admin)
    html = client.get("/notifications/deliveries/?state=dead").content.decode()
    assert "Bob Nowak" in html
    assert "The mail server refuses this address." in html
    assert "1 given up" in html
    assert "A secret of the board" not in html
    assert client.get("/notifications/deliveries/?q=bob").content.decode().count("Bob Nowak") == 1
    assert "No delivery matches" in client.get("/notifications/deliveries/?state=sent").content.decode()
    assert "No delivery matches" in client.get("/notifications/deliveries/?q=nobody").content.decode()


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
