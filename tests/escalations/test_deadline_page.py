"""The page on which somebody acknowledges: what is missed, who was alerted, what fires next."""

from __future__ import annotations

import pytest

from escalations.models import Acknowledgement, Deadline
from incidents import actions

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def missed(steps, activated, miss):
    steps(
        {"tell": ["role:CL", "deputy:CL"], "repeats": 3, "repeat_minutes": 5},
        {"times_target": 3, "tell": ["level"]},
    )
    return miss(activated(2))


def address(row: Deadline) -> str:
    return f"/escalations/{row.pk}/"


def text(client, row: Deadline) -> str:
    return " ".join(client.get(address(row)).content.decode().split())


def test_it_says_what_is_missed_who_was_alerted_and_what_is_next(client, missed, dave):
    client.force_login(dave)
    page = text(client, missed)
    for words in (
        "Videos of stranded passengers",
        "Holding statement",
        "Bob Nowak",
        "Dave Okafor",
        "Next alert",
    ):
        assert words in page
    assert "within 1 h, they go on. “Holding statement” must be settled by then." in page
    assert "Acknowledge</button>" in page


def test_one_button_acknowledges_and_leads_to_the_thing(client, missed, dave, bob):
    client.force_login(dave)
    answer = client.post(address(missed), follow=True)
    assert missed.entry.path in answer.redirect_chain[0][0]
    assert "Acknowledged. If nothing has followed by" in answer.content.decode()
    assert Deadline.objects.of(missed.subject).armed().get(purpose=missed.purpose).acknowledged_by == dave
    client.force_login(bob)
    page = text(client, missed)
    assert "acknowledged by Dave Okafor" in page
    assert "Lapses" in page
    assert "the alerts go on. “Holding statement” must be settled by then." in page
    assert "Acknowledge</button>" not in page


def test_second_one_hears_who_acknowledged(client, missed, dave, bob):
    client.force_login(dave)
    client.post(address(missed))
    client.force_login(bob)
    answer = client.post(address(missed), follow=True)
    assert "Dave Okafor has acknowledged this already" in answer.content.decode()
    assert Acknowledgement.objects.count() == 1


def test_where_everybody_must_it_shows_who_is_missing(client, steps, activated, miss, bob, dave):
    steps({"tell": ["role:CL", "deputy:CL"], "everyone": True})
    missed = miss(activated(2))
    client.force_login(bob)
    answer = client.post(address(missed), follow=True)
    assert "Still to acknowledge: Dave Okafor" in answer.content.decode()
    page = text(client, missed)
    assert "Still to acknowledge" in page
    assert "Acknowledge</button>" not in page  # Bob has said so; Dave has not
    client.force_login(dave)
    assert "Acknowledge</button>" in text(client, missed)


def test_the_last_alert_says_that_nobody_else_is_alerted(client, steps, activated, miss, bob):
    steps({})
    missed = miss(activated(2))
    client.force_login(bob)
    page = text(client, missed)
    assert "missed, nobody else is alerted" in page
    assert "Call people yourself" in page


def test_what_is_settled_says_so(client, missed, bob):
    actions.decide_no_response(incident=missed.subject, actor=bob, reason="It is a joke")
    client.force_login(bob)
    page = text(client, missed)
    assert "settled" in page
    assert "Acknowledge</button>" not in page


def test_readers_may_look_and_not_press(client, missed, erin):
    client.force_login(erin)
    assert "Acknowledge</button>" not in text(client, missed)
    assert client.post(address(missed)).status_code == 403
    assert not Acknowledgement.objects.exists()


def test_who_may_not_see_the_incident_finds_nothing(client, missed, carol, erin, admin):
    type(missed.subject).objects.filter(pk=missed.object_id).update(confidential=True)
    for stranger in (carol, erin, admin):
        client.force_login(stranger)
        assert client.get(address(missed)).status_code == 404
        assert client.post(address(missed)).status_code == 404
    assert not Acknowledgement.objects.exists()


def test_an_incident_is_acknowledged_by_its_own_action(client, incident, carol):
    deadline = Deadline.objects.of(incident).armed().get()
    client.force_login(carol)
    assert "Anything done in the incident counts" in text(client, deadline)
    client.post(address(deadline))
    incident.refresh_from_db()
    assert incident.acknowledged_by == carol


def test_what_hangs_on_an_incident_has_a_page_too(client, activated, miss, bob, erin):
    incident = activated(2)
    armed = Deadline.objects.exclude(purpose="playbook.review").armed()
    for row in armed.exclude(object_id=incident.pk):
        client.force_login(bob)
        assert client.get(address(row)).status_code == 200, row
    type(incident).objects.filter(pk=incident.pk).update(confidential=True)
    for row in armed.all():
        client.force_login(erin)
        assert client.get(address(row)).status_code == 404, row


def test_the_page_costs_the_same_after_many_alerts(client, missed, bob, django_assert_max_num_queries):
    client.force_login(bob)
    with django_assert_max_num_queries(30) as few:
        client.get(address(missed))
    facts = {
        name: getattr(missed, name)
        for name in (
            "content_type",
            "object_id",
            "purpose",
            "level",
            "generation",
            "steps",
            "lapse_seconds",
            "armed_at",
            "target_at",
            "due_at",
            "settled_at",
        )
    }
    Deadline.objects.bulk_create(
        Deadline(**{**facts, "settled_at": missed.fired_at}, step=0, repeat=20 + n, state="cancelled")
        for n in range(50)
    )
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address(missed))
