"""What needs me now: everything that waits for one person, nothing that waits for others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crisis.needs import needs_of
from escalations.models import Deadline
from incidents import actions
from incidents.models import Incident, RoleAssignment, RoleState, Task
from monitoring.models import Signal
from postmortems.models import CorrectiveAction, PostMortem
from responses.models import Response
from tests.factories import BrandFactory, IncidentFactory, UserFactory

pytestmark = pytest.mark.django_db


def kinds(user) -> list[str]:
    return [need.kind for need in needs_of(user)]


def page(client, user) -> str:
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def make_signal(brand) -> Signal:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    evidence = {"count": 48, "expected": 6.0, "sample": [], "alarm_hours": [], "rated": 60}
    return Signal.objects.create(brand=brand, hour=now, last_hour=now, peak=48, evidence=evidence)


def test_strangers_sign_in_first(client):
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["alice", "bob", "erin", "admin"])
def test_calm_when_nothing_waits(client, request, name):
    html = page(client, request.getfixturevalue(name))
    assert "Nothing needs you now" in html
    assert "No incident is open" in html


def test_an_incident_that_nobody_has_acknowledged_waits_for_everybody_who_works(incident, alice, bob, erin):
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
    Deadline.objects.of(pressing).update(due_at=timezone.now() - timedelta(minutes=3))
    assert [need.title for need in needs_of(bob)] == [pressing.title, calm.title]


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
    assert "48 people complain about Kestrel Air" in page(client, alice)


def test_a_drafted_statement_is_seen_through_and_not_drafted_again(activated, alice, bob):
    incident = activated(2)
    actions.acknowledge(incident=incident, actor=bob)
    for row in RoleAssignment.objects.filter(user=bob):
        actions.accept_role(assignment=row, actor=bob)
    Incident.objects.filter(pk=incident.pk).update(scheduled_content="paused")
    assert needs_of(bob)[0].step.label == "Draft the holding statement"
    Response.objects.create(incident=incident, kind="holding", title="First word", author=alice)
    assert needs_of(bob)[0].step.label == "See the statement through"


def test_my_tasks_are_those_of_my_roles(client, activated, alice, bob, carol):
    incident = activated(2)
    own = Task.objects.create(incident=incident, role="SC", text="Keep the log", due_at=timezone.now())
    other = Task.objects.create(incident=incident, role="LG", text="Look at the contracts")
    html = page(client, alice)
    assert own.text in html
    assert other.text not in html
    assert own.text not in page(client, carol)


def test_a_review_and_an_action_wait_for_their_people(client, alice, bob, erin):
    now = timezone.now()
    incident = IncidentFactory(logged_by=alice, acknowledged_at=now, state="closed", level=2, resolved_at=now)
    review = PostMortem.objects.create(
        incident=incident, author=alice, state="in_review", submitted_at=timezone.now()
    )
    CorrectiveAction.objects.create(
        post_mortem=review,
        title="Drill the night shift",
        owner=erin,
        due_on=timezone.localdate(),
        added_by=alice,
    )
    assert kinds(bob) == ["review"]
    assert kinds(alice) == []
    assert kinds(erin) == ["action"]
    assert "Drill the night shift" in page(client, erin)


def fill(rows: int, user) -> None:
    """`rows` of everything that can wait for `user`."""
    brand = BrandFactory()
    other = UserFactory()
    now = timezone.now()
    incidents = Incident.objects.bulk_create(
        Incident(
            brand=brand, title=f"Incident {n}", logged_by=other, state="active", level=2, acknowledged_at=ack
        )
        for n in range(rows)
        for ack in (None, now)
    )
    roles = [("SC", RoleState.ASSIGNED), ("CL", RoleState.ACCEPTED)]
    RoleAssignment.objects.bulk_create(
        RoleAssignment(incident=incident, role=role, user=user, state=state, assigned_by=other)
        for incident in incidents
        for role, state in roles
    )
    Task.objects.bulk_create(Task(incident=incident, role="CL", text="Do it") for incident in incidents)
    hour = now.replace(minute=0, second=0, microsecond=0)
    evidence = {"count": 48, "expected": 6.0, "sample": [], "alarm_hours": [], "rated": 60}
    before = Signal.objects.count()
    Signal.objects.bulk_create(
        Signal(
            brand=brand, hour=hour - timedelta(hours=n + before), last_hour=hour, peak=48, evidence=evidence
        )
        for n in range(rows)
    )


def queries(client, user) -> int:
    client.force_login(user)
    client.get("/")  # content types and the like are read once per process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get("/").status_code == 200
    return len(captured)


def test_as_many_queries_at_ten_rows_as_at_a_thousand(client, bob):
    fill(10, bob)
    few = queries(client, bob)
    fill(500, bob)
    assert queries(client, bob) == few
    assert few <= 45


def test_a_change_is_pulled_in_without_reload(client, alice):
    html = page(client, alice)
    assert 'sse-connect="/live/me/?told=0.0"' in html
    assert "sse:changed" in html
    assert 'hx-trigger="sse:told"' in html
