"""Acknowledging: who may, what it stops, and what happens when nothing follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from common.errors import ActionRefused, NotAllowed
from escalations import engine
from escalations.actions import acknowledge_deadline, arm, stop
from escalations.models import Acknowledgement, Deadline, DeadlineState, Policy, PolicyStep
from escalations.status import status_of
from incidents import actions
from journal.models import Entry
from notifications.models import Delivery, DeliveryState

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
HOLDING = "incident.holding_statement"


@pytest.fixture
def steps(db):
    """steps({...}, {...}) replaces the steps of the holding statement's policy, target 60 min."""

    def replace(*rows: dict, **policy: int) -> None:
        Policy.objects.filter(purpose=HOLDING, level=2).update(minutes=60, **policy)
        found = Policy.objects.get(purpose=HOLDING, level=2)
        found.steps.all().delete()
        for position, row in enumerate(rows):
            PolicyStep.objects.create(
                policy=found, position=position, **{"times_target": 1, "tell": ["role:CL"], **row}
            )

    return replace


def deadlines(incident):
    return Deadline.objects.of(incident).filter(purpose=HOLDING)


def run_out(incident) -> Entry:
    """The running deadline is due now and fires; returns its entry."""
    deadline = deadlines(incident).armed().get()
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now(), target_at=timezone.now())
    assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk).entry


def test_a_step_repeats_until_the_next_one_comes(steps, activated):
    steps({"repeats": 3, "repeat_minutes": 25}, {"times_target": 2})
    incident = activated(2)
    seen = []
    while deadline := deadlines(incident).armed().first():
        seen.append(
            (
                deadline.step,
                deadline.repeat,
                round((deadline.due_at - deadline.armed_at).total_seconds() / 60),
            )
        )
        make_due_exactly(deadline)
        engine.fire(deadline.pk)
        restore(deadline)
    assert seen == [(0, 0, 60), (0, 1, 85), (0, 2, 110), (1, 0, 120)]
    kinds = [e.kind for e in Entry.objects.filter(data__purpose=HOLDING).order_by("seq")]
    assert kinds == [
        "deadline.missed",
        "deadline.repeated",
        "deadline.repeated",
        "deadline.missed",
        "deadline.exhausted",
    ]


def make_due_exactly(deadline) -> None:
    """As though the database's clock stood at the due time: it and what follows keep their distances."""
    late = deadline.due_at - timezone.now() + timedelta(seconds=1)
    Deadline.objects.filter(pk=deadline.pk).update(
        due_at=deadline.due_at - late, armed_at=deadline.armed_at - late
    )


def restore(deadline) -> None:
    late = deadline.armed_at - Deadline.objects.get(pk=deadline.pk).armed_at
    following = (
        Deadline.objects.filter(purpose=deadline.purpose, object_id=deadline.object_id).armed().first()
    )
    if following:
        Deadline.objects.filter(pk=following.pk).update(
            due_at=following.due_at + late, armed_at=following.armed_at + late
        )


def test_repeats_that_an_outage_swallowed_are_not_made_up_for(steps, activated):
    steps({"repeats": 10, "repeat_minutes": 5}, {"times_target": 4})
    incident = activated(2)
    deadline = deadlines(incident).armed().get()
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now() - timedelta(minutes=12))
    engine.fire(deadline.pk)
    assert deadlines(incident).armed().get().repeat == 3
    assert Entry.objects.filter(kind="deadline.missed").count() == 1


def test_acknowledging_stops_alerts_and_withdraws_unsent_ones(steps, activated, bob, dave):
    steps({"tell": ["role:CL", "deputy:CL"], "repeats": 5})
    incident = activated(2)
    entry = run_out(incident)
    assert acknowledge_deadline(deadline=entry.deadline, actor=dave) == []
    assert not Delivery.objects.filter(entry=entry, state=DeliveryState.PENDING).exists()
    lapse = deadlines(incident).armed().get()
    assert (lapse.generation, lapse.acknowledged_by) == (entry.deadline.generation + 1, dave)
    assert lapse.due_at - lapse.acknowledged_at == timedelta(minutes=60)
    assert lapse.target_at == entry.deadline.target_at  # what was asked for is not put off
    said = Entry.objects.get(kind="deadline.acknowledged")
    assert bob.pk in said.audience
    assert dave.pk not in said.audience
    with pytest.raises(ActionRefused, match="Dave Okafor has acknowledged"):
        acknowledge_deadline(deadline=entry.deadline, actor=bob)


def test_early_acknowledgement_keeps_the_rest_of_the_target(steps, activated, dave):
    steps({"tell": ["role:CL", "deputy:CL"]}, lapse_minutes=10)  # the target is 60 minutes away
    deadline = deadlines(activated(2)).armed().get()
    assert acknowledge_deadline(deadline=deadline, actor=dave) == []
    deadline.refresh_from_db()
    lapse = deadlines(deadline.subject).armed().get()
    assert deadline.state == DeadlineState.CANCELLED
    assert lapse.acknowledged_by == dave
    assert lapse.due_at == lapse.target_at == deadline.target_at


def test_acknowledgement_lapses_when_nothing_follows(steps, activated, dave):
    steps({"tell": ["role:CL", "deputy:CL"]}, {"times_target": 2, "tell": ["level"]}, lapse_minutes=10)
    incident = activated(2)
    entry = run_out(incident)
    acknowledge_deadline(deadline=entry.deadline, actor=dave)
    assert deadlines(incident).armed().get().due_at - timezone.now() < timedelta(minutes=10)
    lapsed = run_out(incident)
    assert lapsed.kind == "deadline.lapsed"
    assert lapsed.sentence.startswith("Dave Okafor acknowledged “Holding statement”, but nothing followed.")
    acknowledge_deadline(deadline=lapsed.deadline, actor=dave)  # and once more
    assert deadlines(incident).armed().get().generation == entry.deadline.generation + 2


def test_lowered_role_is_no_longer_waited_for(steps, activated, bob, dave, client):
    steps({"tell": ["role:CL", "deputy:CL"], "everyone": True, "repeats": 2})
    incident = activated(2)
    entry = run_out(incident)
    assert acknowledge_deadline(deadline=entry.deadline, actor=bob) == [dave]
    client.force_login(bob)
    page = f"/escalations/{entry.deadline.pk}/"
    assert "Acknowledge</button>" not in client.get(page).content.decode()
    dave.site_role = "reader"
    dave.save()
    assert set(run_out(incident).audience) == {bob.pk, dave.pk}  # nobody able is left: all hear of it again
    assert "Acknowledge</button>" in client.get(page).content.decode()
    client.post(page)
    assert deadlines(incident).armed().get().acknowledged_by == bob


def test_a_lapse_that_raises_the_level_says_both(steps, activated, dave):
    steps({"tell": ["role:CL", "deputy:CL"], "raise_level": True})
    incident = activated(2)
    lapse = arm_lapse(incident, dave)
    lapsed = run_out(incident)
    assert lapsed.deadline == lapse
    assert lapsed.kind == "deadline.lapsed_raised"
    assert lapsed.sentence.startswith(
        "Dave Okafor acknowledged “Holding statement”, but nothing followed. Raised to L1. Alerted: "
    )


def arm_lapse(incident, actor) -> Deadline:
    """Somebody takes on what has not been missed yet; returns the deadline that lapses when nothing follows."""
    acknowledge_deadline(deadline=deadlines(incident).armed().get(), actor=actor)
    return deadlines(incident).armed().get()


def test_the_deed_itself_settles_it_for_good(steps, activated, bob):
    steps({})
    incident = activated(2)
    entry = run_out(incident)
    assert not deadlines(incident).armed().exists()  # the last step has fired
    assert deadlines(incident).missed().exists()
    stop(subject=incident, purpose=HOLDING)
    assert not deadlines(incident).missed().exists()
    with pytest.raises(ActionRefused, match="nothing to acknowledge"):
        acknowledge_deadline(deadline=entry.deadline, actor=bob)


def test_where_everybody_must_acknowledge_one_is_not_enough(steps, activated, bob, dave):
    steps({"tell": ["role:CL", "deputy:CL"], "everyone": True, "repeats": 2})
    incident = activated(2)
    entry = run_out(incident)
    assert acknowledge_deadline(deadline=entry.deadline, actor=bob) == [dave]
    again = run_out(incident)
    assert again.kind == "deadline.repeated"
    assert again.audience == [dave.pk]
    assert acknowledge_deadline(deadline=again.deadline, actor=dave) == []
    assert deadlines(incident).armed().get().is_lapse
    assert Acknowledgement.objects.filter(purpose=HOLDING).count() == 2


def test_who_may_not_acknowledge_any_more_is_not_waited_for(steps, activated, bob, dave, alice):
    steps({"tell": ["role:CL", "deputy:CL", "role:SC"], "everyone": True, "repeats": 2})
    incident = activated(2)
    entry = run_out(incident)
    assert set(entry.audience) == {bob.pk, dave.pk, alice.pk}
    dave.site_role = "reader"
    dave.save()
    assert set(status_of(entry.deadline, bob).waiting) == {bob, alice}
    assert acknowledge_deadline(deadline=entry.deadline, actor=bob) == [alice]
    assert acknowledge_deadline(deadline=entry.deadline, actor=alice) == []
    assert deadlines(incident).armed().get().is_lapse


def test_who_may_not_work_there_cannot_acknowledge(steps, activated, erin, admin):
    steps({})
    incident = activated(2)
    entry = run_out(incident)
    with pytest.raises(NotAllowed):
        acknowledge_deadline(deadline=entry.deadline, actor=erin)
    assert not Acknowledgement.objects.exists()


def test_outsiders_alerted_earlier_do_not_learn_who_acknowledged(steps, activated, bob, carol, dave):
    steps({"tell": ["role:CL", "deputy:CL", f"person:{carol.pk}"]})
    incident = activated(2)
    entry = run_out(incident)
    assert carol.pk in entry.audience
    actions.change_members(incident=incident, actor=bob, confidential=True, members=[])
    acknowledge_deadline(deadline=entry.deadline, actor=bob)
    assert Entry.objects.get(kind="deadline.acknowledged").audience == [dave.pk]


def test_untouched_incident_becomes_unacknowledged_again(incident, bob, carol):
    actions.acknowledge(incident=incident, actor=bob)
    lapse = Deadline.objects.of(incident).get(purpose="incident.acknowledge", state="armed")
    Deadline.objects.filter(pk=lapse.pk).update(due_at=timezone.now())
    assert engine.tick() == 1
    incident.refresh_from_db()
    assert incident.acknowledged_at is None
    assert Entry.objects.filter(kind="deadline.lapsed").exists()
    actions.acknowledge(incident=incident, actor=carol)
    incident.refresh_from_db()
    assert incident.acknowledged_by == carol


def test_work_after_the_acknowledgement_keeps_it(incident, triaged, bob):
    actions.acknowledge(incident=incident, actor=bob)
    triaged(2)
    assert not Deadline.objects.of(incident).filter(purpose="incident.acknowledge").armed().exists()


def test_a_new_target_starts_a_new_generation(incident):
    first = Deadline.objects.of(incident).get(purpose="incident.acknowledge")
    again = arm(subject=incident, purpose="incident.acknowledge", level=1, since=timezone.now())
    first.refresh_from_db()
    assert (first.state, again.generation) == (DeadlineState.CANCELLED, first.generation + 1)


def test_what_ended_never_runs_again(incident):
    stop(subject=incident)
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        Deadline.objects.of(incident).update(state=DeadlineState.ARMED, settled_at=None)
