from __future__ import annotations

import pytest

from common.errors import ActionRefused, NotAllowed
from escalations.models import Deadline
from incidents import actions
from incidents.models import IncidentState, Playbook, TaskState
from journal.models import Entry
from journal.verification import breaks
from people.models import CrisisRole

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def test_logging_arms_acknowledge_deadline_and_is_journalled(incident):
    deadline = Deadline.objects.of(incident).armed().get()
    assert deadline.purpose == "incident.acknowledge"
    assert (deadline.due_at - incident.detected_at).total_seconds() == 15 * 60
    assert Entry.objects.get(stream=incident.stream).kind == "incident.logged"
    assert breaks() == []


def test_reader_cannot_log(erin, brand):
    with pytest.raises(NotAllowed):
        actions.log_incident(actor=erin, brand=brand, title="Something")


def test_acknowledging_stops_the_deadline(incident, bob):
    actions.acknowledge(incident=incident, actor=bob)
    assert not Deadline.objects.of(incident).armed().filter(acknowledged_at__isnull=True).exists()


def test_second_acknowledgement_is_refused(incident, bob, carol):
    actions.acknowledge(incident=incident, actor=bob)
    with pytest.raises(ActionRefused, match="Bob Nowak"):
        actions.acknowledge(incident=incident, actor=carol)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_triage_sets_level_and_restarts_deadlines_from_detection(triaged, level):
    incident = triaged(level)
    assert (incident.state, incident.level) == (IncidentState.TRIAGED, level)
    minutes = {
        deadline.purpose: round((deadline.due_at - incident.detected_at).total_seconds() / 60)
        for deadline in Deadline.objects.of(incident).armed()
    }
    assert minutes == {
        "incident.acknowledge": {1: 5, 2: 15, 3: 60, 4: 240}[level],
        "incident.holding_statement": {1: 30, 2: 60, 3: 240, 4: 1440}[level],
    }


def test_activation_needs_lead_deputy_and_scribe(triaged, alice):
    incident = triaged(2)
    with pytest.raises(ActionRefused, match="a crisis lead"):
        actions.activate(incident=incident, actor=alice, playbook=Playbook.objects.get(slug="outage"))


def test_activation_creates_tasks_with_targets_scaled_by_level(activated):
    incident = activated(1)
    first = incident.tasks.first()
    assert first.text.startswith("Capture links")
    assert (first.due_at - incident.activated_at).total_seconds() == 5 * 60  # 10 minutes at L2, half at L1
    assert incident.tasks.count() == 4 + 7 + 4
    assert incident.stakeholder_notices.count() == 3


def test_activation_before_triage_is_refused(incident, alice):
    with pytest.raises(ActionRefused, match="Triage"):
        actions.activate(incident=incident, actor=alice, playbook=Playbook.objects.get(slug="outage"))


def test_dismissal_at_l2_needs_a_second_person(triaged, alice, bob):
    incident = triaged(2)
    assert actions.dismiss(incident=incident, actor=alice, reason="a joke").state == IncidentState.TRIAGED
    with pytest.raises(ActionRefused, match="somebody else"):
        actions.dismiss(incident=incident, actor=alice, reason="a joke")
    assert actions.dismiss(incident=incident, actor=bob, reason="a joke").state == IncidentState.DISMISSED


def test_dismissal_at_l4_needs_one_person_and_a_reason(triaged, alice):
    incident = triaged(4)
    with pytest.raises(ActionRefused, match="Say why"):
        actions.dismiss(incident=incident, actor=alice, reason="  ")
    assert actions.dismiss(incident=incident, actor=alice, reason="spam").state == IncidentState.DISMISSED


def test_only_the_lead_lowers_and_only_after_two_lower_scores(activated, alice, bob):
    from tests.conftest import SCORES

    incident = activated(2)
    assert actions.assess(incident=incident, actor=bob, scores=SCORES[3]).level == 2  # first lower score
    assert actions.assess(incident=incident, actor=alice, scores=SCORES[3]).level == 2  # not the lead
    assert actions.assess(incident=incident, actor=bob, scores=SCORES[3]).level == 3


def test_anybody_raises(activated, carol):
    from tests.conftest import SCORES

    assert actions.assess(incident=activated(3), actor=carol, scores=SCORES[1]).level == 1


def test_task_is_settled_once_and_left_out_only_with_a_reason(activated, alice, bob):
    incident = activated(2)
    first, _ticked, second, *_rest = incident.tasks.all()
    assert actions.settle_task(task=first, actor=alice, state=TaskState.DONE).settled_by == alice
    with pytest.raises(ActionRefused, match="Alice"):
        actions.settle_task(task=first, actor=bob, state=TaskState.DONE)
    with pytest.raises(ActionRefused, match="why"):
        actions.settle_task(task=second, actor=bob, state=TaskState.SKIPPED)


def test_deputy_is_another_person(triaged, alice, bob):
    incident = triaged(2)
    actions.assign_role(incident=incident, actor=alice, role=CrisisRole.CRISIS_LEAD, user=bob)
    with pytest.raises(ActionRefused, match="different person"):
        actions.assign_role(
            incident=incident, actor=alice, role=CrisisRole.CRISIS_LEAD, user=bob, is_deputy=True
        )


def test_handover_needs_a_briefing(activated, bob, carol):
    incident = activated(2)
    lead = incident.role_assignments.active().get(role=CrisisRole.CRISIS_LEAD, is_deputy=False)
    with pytest.raises(ActionRefused, match="briefing"):
        actions.hand_over_role(assignment=lead, actor=bob, to=carol, briefing="")
    successor = actions.hand_over_role(
        assignment=lead, actor=bob, to=carol, briefing="Gate at 14:00, legal informed"
    )
    assert successor.user == carol
    assert (
        incident.role_assignments.active().filter(role=CrisisRole.CRISIS_LEAD, is_deputy=False).count() == 1
    )


def test_who_comes_second_reads_what_the_incident_is_already(activated, alice):
    playbook = Playbook.objects.get(slug="outage")
    incident = activated(2)
    with pytest.raises(ActionRefused, match="It is “Active” already"):
        actions.activate(incident=incident, actor=alice, playbook=playbook)
    with pytest.raises(ActionRefused, match="A response has begun"):
        actions.dismiss(incident=incident, actor=alice, reason="spam")


def test_a_dismissed_incident_says_that_it_was_dismissed(triaged, alice):
    incident = actions.dismiss(incident=triaged(4), actor=alice, reason="spam")
    with pytest.raises(ActionRefused, match="It is “Dismissed” already"):
        actions.dismiss(incident=incident, actor=alice, reason="spam")
    with pytest.raises(ActionRefused, match="This incident was dismissed"):
        actions.assess(incident=incident, actor=alice, scores={}, category="service_outage")
    actions.reopen(incident=incident, actor=alice, reason="It was none")
    actions.assess(incident=incident, actor=alice, scores={}, category="service_outage")
