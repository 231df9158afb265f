"""What needs me now: everything that waits for one person, nothing that waits for others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.work_queue import work_items_of
from escalations.models import Deadline
from incidents import actions
from incidents.models import Incident, RoleAssignment
from monitoring.models import Signal
from responses.models import Response
from tests.factories import IncidentFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def kinds(user) -> list[str]:
    return [item.kind for item in work_items_of(user)]


def page(client, user) -> str:
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def make_signal(brand) -> Signal:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    evidence = {"usual_hour": 6.0, "sample": [], "unusual_hours": []}
    began_at = now - timedelta(hours=1)
    return Signal.objects.create(
        brand=brand,
        kind="complaints",
        began_at=began_at,
        heard_at=now,
        last_at=now,
        peak=48,
        evidence=evidence,
    )


def test_strangers_sign_in_first(client):
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["alice", "bob", "erin", "admin"])
def test_calm_when_nothing_waits(client, request, name):
    html = page(client, request.getfixturevalue(name))
    assert "Nothing needs you now" in html
    assert "No incident is open" in html


def test_unacknowledged_incident_waits_for_every_worker(incident, alice, bob, erin):
    assert kinds(alice) == kinds(bob) == ["acknowledge"]
    assert kinds(erin) == []
    actions.acknowledge(incident=incident, actor=alice)
    assert kinds(bob) == []


def test_a_role_waits_for_an_answer_of_the_one_who_was_asked(client, incident, alice, bob, carol):
    actions.acknowledge(incident=incident, actor=alice)
    role = actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    assert kinds(bob) == ["role"]
    assert kinds(carol) == []
    html = page(client, bob)
    assert f"/incidents/roles/{role.pk}/accept/" in html
    assert f"/incidents/roles/{role.pk}/decline/" in html


def test_the_lead_sees_the_next_step_and_others_only_their_part(client, activated, alice, bob):
    incident = activated(2)
    actions.acknowledge(incident=incident, actor=bob)
    for row in RoleAssignment.objects.filter(user__in=[alice, bob]):
        actions.accept_role(assignment=row, actor=row.user)
    assert kinds(bob) == ["lead"]
    assert kinds(alice) == []
    assert "Pause scheduled posts?" in page(client, bob)
    assert "I also have a role in" in page(client, alice)


def test_the_most_pressing_comes_first(brand, alice, bob):
    calm = actions.log_incident(actor=alice, brand=brand, title="The calm one")
    pressing = actions.log_incident(actor=alice, brand=brand, title="The pressing one")
    past = timezone.now() - timedelta(minutes=3)
    Deadline.objects.of(pressing).update(target_at=past, due_at=past)
    assert [item.title for item in work_items_of(bob)] == [pressing.title, calm.title]


def test_confidential_incidents_wait_only_for_those_who_see_them(client, alice, bob):
    IncidentFactory(logged_by=alice, confidential=True, title="The secret one")
    assert kinds(bob) == []
    assert kinds(alice) == ["acknowledge"]
    assert "The secret one" not in page(client, bob)
    assert "The secret one" in page(client, alice)


def test_a_fresh_signal_waits_for_those_who_may_judge_it(client, brand, alice, erin):
    make_signal(brand)
    assert kinds(alice) == ["signal"]
    assert kinds(erin) == []
    assert "48 people complained about Kestrel Air" in page(client, alice)


def test_the_lead_is_reminded_of_the_statement_until_it_is_out(activated, alice, bob):
    incident = activated(2)
    actions.acknowledge(incident=incident, actor=bob)
    for row in RoleAssignment.objects.filter(user=bob):
        actions.accept_role(assignment=row, actor=bob)
    Incident.objects.filter(pk=incident.pk).update(scheduled_content="paused")
    assert work_items_of(bob)[0].step.label == "Get the holding statement out"
    Response.objects.create(incident=incident, kind="holding", title="First word", author=alice)
    assert work_items_of(bob)[0].step.label == "Get the holding statement out"
    Incident.objects.filter(pk=incident.pk).update(first_response_at=timezone.now())
    assert work_items_of(bob)[0].step.label == "Begin monitoring"


def test_a_major_incident_without_a_lead_is_everybodys_business(triaged, alice, bob, erin):
    incident = triaged(2)
    actions.acknowledge(incident=incident, actor=bob)
    assert [item.step.label for item in work_items_of(alice)] == ["Name a lead"]
    assert work_items_of(erin) == []
    actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    assert work_items_of(alice) == []
