"""The pages of incidents as their readers meet them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused
from incidents import actions, gates
from incidents.models import Incident, StakeholderNotice, Task
from journal.actions import record
from tests.beside import assert_beside
from tests.factories import IncidentFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def browse(client: Client):
    def as_user(user) -> Client:
        client.force_login(user)
        return client

    return as_user


def queries(client: Client, url: str) -> int:
    client.get(url)  # what is cached once per process is not what we count
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_list_costs_as_many_queries_at_1000_as_at_10_incidents(browse, alice, brand):
    client = browse(alice)
    IncidentFactory.create_batch(10, brand=brand, logged_by=alice)
    few = queries(client, reverse("incidents:list"))
    IncidentFactory.create_batch(990, brand=brand, logged_by=alice)
    assert queries(client, reverse("incidents:list")) == few
    assert few <= 12


def test_room_costs_the_same_queries_however_much_happened(browse, alice, activated):
    incident = activated(2)
    client = browse(alice)
    few = queries(client, incident.get_absolute_url())
    Task.objects.bulk_create(
        Task(incident=incident, role="SM", text=f"Task {n}", due_at=timezone.now()) for n in range(1000)
    )
    StakeholderNotice.objects.bulk_create(
        StakeholderNotice(incident=incident, group="3_regulator", name=f"Authority {n}") for n in range(200)
    )
    for _number in range(200):
        record(stream=incident.stream, kind="incident.acknowledged", actor=alice)
    assert queries(client, incident.get_absolute_url()) == few
    assert few <= 45


def test_logging_leads_straight_to_triage(browse, alice, brand):
    answer = browse(alice).post(reverse("incidents:log"), {"brand": brand.pk, "title": "Smoke in terminal 2"})
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("incidents:triage", args=[incident.pk])


def test_a_form_that_is_refused_keeps_what_was_typed(browse, alice, brand):
    answer = browse(alice).post(
        reverse("incidents:log"), {"brand": brand.pk, "title": "x", "summary": "Typed with shaking hands"}
    )
    assert answer.status_code == 422
    assert "Typed with shaking hands" in answer.content.decode()


def situation_form(incident: Incident, **changes: str) -> dict[str, str]:
    """What a browser sends back: the values as they were when the page was opened, and what was typed."""
    names = [
        "title", "known", "unknown", "what_we_say", "scheduled_content", "scheduled_content_reason",
        "summary", "cause", "cause_investigation",
    ]  # fmt: skip
    before = {f"seen_{name}": getattr(incident, name) for name in names}
    return {**before, **{name: getattr(incident, name) for name in names}, **changes}


def test_two_people_who_change_different_fields_both_win(browse, alice, bob, incident):
    url = reverse("incidents:situation", args=[incident.pk])
    of_alice = situation_form(incident, known="Gate 4 is closed.")
    of_bob = situation_form(incident, unknown="When it opens.")
    browse(alice).post(url, of_alice)
    browse(bob).post(url, of_bob)
    incident.refresh_from_db()
    assert (incident.known, incident.unknown) == ("Gate 4 is closed.", "When it opens.")


def test_second_editor_sees_the_firsts_changes_and_loses_nothing(browse, alice, bob, incident):
    url = reverse("incidents:situation", args=[incident.pk])
    of_bob = situation_form(incident, known="Gate 5 is closed.", unknown="Why.")
    browse(alice).post(url, situation_form(incident, known="Gate 4 is closed."))
    answer = browse(bob).post(url, of_bob)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else changed the same text" in page
    assert "Gate 5 is closed." in page  # what Bob typed
    assert 'value="Gate 4 is closed."' in page  # what stands now travels along as seen
    assert "Why.</textarea>" in page
    incident.refresh_from_db()
    assert incident.known == "Gate 4 is closed."
    decided = {**of_bob, "known": "Gates 4 and 5 are closed.", "seen_known": "Gate 4 is closed."}
    assert browse(bob).post(url, decided).status_code == 302
    incident.refresh_from_db()
    assert (incident.known, incident.unknown) == ("Gates 4 and 5 are closed.", "Why.")


def test_outsiders_never_learn_of_a_confidential_incident(browse, alice, bob, brand):
    secret = actions.log_incident(actor=alice, brand=brand, title="Merger leaks", confidential=True)
    client = browse(bob)
    assert client.get(secret.get_absolute_url()).status_code == 404
    assert "Merger leaks" not in client.get(reverse("incidents:list")).content.decode()
    assert browse(alice).get(secret.get_absolute_url()).status_code == 200


def test_whoever_gets_a_part_in_a_confidential_incident_sees_it(browse, alice, bob, brand):
    secret = actions.log_incident(actor=alice, brand=brand, title="Merger leaks", confidential=True)
    actions.assign_role(incident=secret, actor=alice, role="LG", user=bob)
    assert browse(bob).get(secret.get_absolute_url()).status_code == 200


def test_a_locked_incident_offers_no_public_word(browse, alice, bob, dave, activated):
    incident = activated(3)
    actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
    actions.begin_monitoring(incident=incident, actor=bob)
    for check in ("stakeholders", "department"):
        actions.waive_check(incident=incident, actor=bob, check_code=check, reason="nobody concerned")
    actions.sign_off(incident=incident, actor=bob, role="CL")
    actions.resolve(incident=incident, actor=bob)
    page = browse(alice).get(incident.get_absolute_url()).content.decode()
    assert "Locked: nothing more is said in public" in page
    assert reverse("responses:new", args=[incident.pk]) not in page


def test_the_gate_names_what_blocks_with_a_link(browse, bob, activated):
    incident = activated(3)
    actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
    actions.begin_monitoring(incident=incident, actor=bob)
    page = browse(bob).get(reverse("incidents:stand_down", args=[incident.pk])).content.decode()
    assert "Staff not notified yet" in page
    assert f"{incident.get_absolute_url()}#stakeholders" in page
    browse(bob).post(reverse("incidents:stand_down", args=[incident.pk]))
    incident.refresh_from_db()
    assert incident.state == "monitoring"


def test_only_the_lead_and_the_holder_are_offered_to_hand_over(browse, activated, bob, carol):
    incident = activated(2)
    lead = incident.role_assignments.get(role="CL", is_deputy=False)
    path = reverse("incidents:hand_over_role", args=[lead.pk])
    people = reverse("incidents:people", args=[incident.pk])
    assert path in browse(bob).get(people).content.decode()
    assert path not in browse(carol).get(people).content.decode()
    assert browse(bob).get(path).status_code == 200
    assert browse(carol).get(path).status_code == 403


def test_lead_waives_the_curve_check_before_monitoring(browse, activated, bob, carol, monkeypatch):
    incident = activated(2)
    actions.decide_no_response(incident=incident, actor=bob, reason="Nobody asks us")
    monkeypatch.setattr("monitoring.gate_checks.velocities", lambda *_args: [28.5])
    page = reverse("incidents:monitoring", args=[incident.pk])
    waive = reverse("incidents:waive", args=[incident.pk, "velocity-cadence"])
    assert waive not in browse(carol).get(page).content.decode()
    assert waive in browse(bob).get(page).content.decode()
    assert browse(bob).post(waive, {"reason": "Another crisis"}).url == page
    assert browse(bob).post(page).status_code == 302
    incident.refresh_from_db()
    assert incident.state == "monitoring"


def test_promised_update_blocks_stand_down_until_out_or_waived(activated, bob):
    incident = activated(3)
    actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
    actions.begin_monitoring(incident=incident, actor=bob)
    promised = timezone.now() + timedelta(hours=1)
    Incident.objects.filter(pk=incident.pk).update(next_update_by=promised)
    incident.refresh_from_db()

    def blocks() -> bool:
        results = gates.results(incident, "resolved")
        return next(not result.passed for result in results if result.check.code == "promise")

    assert blocks()
    actions.waive_check(
        incident=incident, actor=bob, check_code="promise", reason="the airport said it for us"
    )
    assert not blocks()
    incident.gate_waivers.all().delete()
    Incident.objects.filter(pk=incident.pk).update(next_update_by=None)
    incident.refresh_from_db()
    assert not blocks()


def test_only_an_administrator_replaces_an_unreachable_lead(activated, admin, alice, carol):
    incident = activated(2)
    lead = incident.role_assignments.active().get(role="CL", is_deputy=False)
    with pytest.raises(ActionRefused, match="Only the holder"):
        actions.hand_over_role(assignment=lead, actor=alice, to=carol, briefing="Gate at 14:00")
    assert (
        actions.hand_over_role(assignment=lead, actor=admin, to=carol, briefing="Gate at 14:00").user == carol
    )


ONE_PERSON = "The deputy must be a different person"


@pytest.mark.parametrize(
    ("name", "typed", "field", "says"),
    [
        ("triage", {"category": "service_outage", "override_level": "1"}, "override_reason", "Give a reason"),
        ("strategy", {"strategy": "deny"}, "reason", "Give a reason for another strategy"),
        ("people", {"role": "CL", "is_deputy": "on", "user": "bob"}, "user", ONE_PERSON),
        (
            "activate",
            {"playbook": "1", "lead": "bob", "deputy": "bob", "scribe": "alice"},
            "deputy",
            ONE_PERSON,
        ),
    ],
)
def test_a_refusal_stands_beside_the_field_that_is_wrong(
    request, browse, alice, bob, triaged, name, typed, field, says
):
    incident = triaged(2)
    if name == "people":
        actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    people = {"alice": alice.pk, "bob": bob.pk}
    typed = {key: people.get(value, value) for key, value in typed.items()}
    answer = browse(alice).post(reverse(f"incidents:{name}", args=[incident.pk]), typed)
    assert_beside(answer, field, says)


def test_a_first_post_to_come_is_refused_beside_its_time(browse, alice, brand):
    typed = {"brand": brand.pk, "title": "Smoke", "first_post_at": "2150-01-01T00:00"}
    answer = browse(alice).post(reverse("incidents:log"), typed)
    assert_beside(answer, "first_post_at", "The first post cannot lie in the future.")


def test_posts_that_keep_running_ask_beside_the_reason_why(browse, alice, incident):
    typed = situation_form(incident, scheduled_content="kept")
    answer = browse(alice).post(reverse("incidents:situation", args=[incident.pk]), typed)
    assert_beside(answer, "scheduled_content_reason", "Say why scheduled posts")


def test_a_skipped_task_asks_beside_the_reason_why(browse, alice, incident):
    task = actions.add_task(incident=incident, actor=alice, role="SC", text="Keep the log")
    answer = browse(alice).post(reverse("incidents:settle_task", args=[task.pk]), {"state": "skipped"})
    assert_beside(answer, "text", "Say why this task does not apply.")


def test_handing_over_to_oneself_is_refused_beside_the_person(browse, bob, activated):
    role = activated(2).role_assignments.active().get(user=bob)
    typed = {"to": bob.pk, "briefing": "All quiet"}
    answer = browse(bob).post(reverse("incidents:hand_over_role", args=[role.pk]), typed)
    assert_beside(answer, "to", "Choose somebody else to hand over to.")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("add_task", {"text": "Call the airport", "role": "SC"}),
        ("add_stakeholder", {"group": "2_staff", "name": "Crew", "sender_role": "CO"}),
    ],
)
@pytest.mark.parametrize("minutes", [-10, -1, 60])
def test_what_is_still_to_be_done_is_not_due_in_the_past(browse, alice, incident, name, typed, minutes):
    due = timezone.localtime(timezone.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")
    answer = browse(alice).post(reverse(f"incidents:{name}", args=[incident.pk]), {**typed, "due_at": due})
    if minutes == -10:
        assert_beside(answer, "due_at", "This time has passed already.")
    stored = incident.tasks.count() + incident.stakeholder_notices.count()
    assert (answer.status_code, stored) == ((422, 0) if minutes == -10 else (302, 1))


@pytest.mark.parametrize("letters", [10_000, 10_001])
def test_evidence_of_a_triage_has_a_limit(browse, alice, incident, letters):
    typed = {"category": "service_outage", "evidence": "x" * letters}
    answer = browse(alice).post(reverse("incidents:triage", args=[incident.pk]), typed)
    assert answer.status_code == (302 if letters == 10_000 else 422)
    assert incident.assessments.count() == (letters == 10_000)
