"""Starts, lets run out, acknowledges, lapses, settles one deadline in every order, and looks for what must never be."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from common.errors import ActionRefused, NotAllowed
from escalations import engine
from escalations.actions import acknowledge_deadline, arm, stop
from escalations.models import Acknowledgement, Deadline, DeadlineState, Policy, PolicyStep
from incidents import actions
from journal.models import Entry
from people.models import SiteRole
from tests.examples import examples
from tests.factories import BrandFactory, UserFactory
from tests.pace import PATIENCE_SECONDS

pytestmark = pytest.mark.calendar

HOLDING = "incident.holding_statement"
one_step = st.fixed_dictionaries(
    {
        "tell": st.sampled_from([["role:CL"], ["role:CL", "deputy:CL"], ["level"]]),
        "repeats": st.integers(0, 2),
        "repeat_minutes": st.sampled_from([1, 30, 60]),
        "raise_level": st.booleans(),
        "everyone": st.booleans(),
    }
)


class DeadlineMachine(RuleBasedStateMachine):
    """The model knows one thing only: is there something that somebody still has to do?"""

    @initialize(steps=st.lists(one_step, min_size=1, max_size=3))
    def begin(self, steps: list[dict[str, Any]]) -> None:
        self.people = {
            "bob": UserFactory(site_role=SiteRole.APPROVER),
            "dave": UserFactory(site_role=SiteRole.APPROVER),
            "alice": UserFactory(site_role=SiteRole.COMMUNICATOR),
        }
        self.reader = UserFactory(site_role=SiteRole.READER)
        alice = self.people["alice"]
        self.incident = actions.log_incident(actor=alice, brand=BrandFactory(), title="Something burns")
        for name, is_deputy in (("bob", False), ("dave", True)):
            actions.assign_role(
                incident=self.incident, actor=alice, role="CL", user=self.people[name], is_deputy=is_deputy
            )
        for level in (1, 2):
            policy = Policy.objects.get(purpose=HOLDING, level=level)
            policy.steps.all().delete()
            for position, step in enumerate(steps):
                PolicyStep.objects.create(policy=policy, position=position, times_target=position + 1, **step)
        self.asked = False
        self.start()

    @property
    def rows(self) -> Any:
        return Deadline.objects.of(self.incident).filter(purpose=HOLDING)

    @property
    def alerts(self) -> int:
        return self.rows.filter(entry__isnull=False).count()

    @rule()
    def start(self) -> None:
        arm(subject=self.incident, purpose=HOLDING, level=2, since=timezone.now())
        self.asked = True

    @rule()
    def settle(self) -> None:
        stop(subject=self.incident, purpose=HOLDING)
        self.asked = False

    @rule(minutes=st.sampled_from([0, 1, 45, 600]))
    def time_passes(self, minutes: int) -> None:
        """As though the running deadline had been due for so long."""
        self.rows.armed().update(
            due_at=timezone.now() - timedelta(minutes=minutes), next_try_at=timezone.now()
        )

    @rule(place=st.integers(0, 20), times=st.integers(1, 2))
    def fire(self, place: int, times: int) -> None:
        """Any row, also one that ended long ago; twice, as two workers would."""
        rows = list(self.rows.order_by("pk"))
        row = rows[place % len(rows)]
        due = row.state == DeadlineState.ARMED and row.due_at <= timezone.now()
        newest = max(other.generation for other in rows)
        before = self.alerts
        fired = [engine.fire(row.pk) for _time in range(times)]
        assert fired == [due, False][:times]
        assert self.alerts == before + due
        if due:
            assert row.generation == newest
            assert self.asked

    @rule(name=st.sampled_from(["bob", "dave", "alice"]))
    def acknowledge(self, name: str) -> None:
        last = self.rows.order_by("generation", "step", "repeat").last()
        person, has_it = self.people[name], last.state == DeadlineState.ARMED and last.is_lapse
        if not self.asked or has_it:
            with pytest.raises(ActionRefused):
                acknowledge_deadline(deadline=last, actor=person)
            return
        waiting = acknowledge_deadline(deadline=last, actor=person)
        mine = Acknowledgement.objects.filter(
            object_id=self.incident.pk, purpose=HOLDING, generation=last.generation
        )
        assert mine.filter(person=person).count() == 1
        if waiting:
            assert person not in waiting
            assert not self.rows.armed().filter(acknowledged_at__isnull=False).exists()
            return
        lapse = self.rows.armed().get()
        assert (lapse.generation, lapse.acknowledged_by) == (last.generation + 1, person)
        assert not self.rows.missed().exists()

    @rule()
    def a_reader_tries(self) -> None:
        before = self.rows.values_list("pk", "state", "settled_at")
        seen = list(before)
        with pytest.raises(NotAllowed):
            acknowledge_deadline(deadline=self.rows.last(), actor=self.reader)
        assert list(before.all()) == seen

    @invariant()
    def somebody_is_asked_or_it_is_settled(self) -> None:
        if not hasattr(self, "asked"):
            return
        armed, missed = self.rows.armed().count(), self.rows.missed().exists()
        if self.asked:
            assert armed == 1 or (armed == 0 and missed)
        else:
            assert (armed, missed) == (0, False)

    @invariant()
    def only_the_newest_generation_is_open(self) -> None:
        if not hasattr(self, "asked"):
            return
        generations = set(self.rows.unsettled().values_list("generation", flat=True))
        assert len(generations) <= 1
        if generations:
            assert generations == {self.rows.order_by("generation").last().generation}

    @invariant()
    def alerts_come_in_order_each_with_its_entry(self) -> None:
        if not hasattr(self, "asked"):
            return
        fired = self.rows.filter(state=DeadlineState.FIRED).order_by("entry__seq")
        order = list(fired.values_list("generation", "step", "repeat"))
        assert order == sorted(set(order))
        if not self.asked or self.rows.armed().exists():
            return
        # The last step has fired: that nobody else is alerted is on record.
        last = self.rows.missed().order_by("pk").last()
        said = Entry.objects.filter(
            stream=self.incident.stream, kind="deadline.exhausted", data__deadline=last.pk
        )
        assert said.count() == 1


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_no_order_of_events_loses_or_doubles_an_alert():
    run_state_machine_as_test(
        DeadlineMachine,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_acknowledgement_racing_the_alert_is_first_or_second(steps, activated, dave):
    steps({"tell": ["role:CL", "deputy:CL"], "repeats": 5})
    incident = activated(2)
    for _round in range(30):
        deadline = arm(subject=incident, purpose=HOLDING, level=2, since=timezone.now() - timedelta(hours=2))
        fired = race(deadline, dave)
        row = Deadline.objects.get(pk=deadline.pk)
        assert row.settled_at
        assert row.state == (DeadlineState.FIRED if fired else DeadlineState.CANCELLED)
        lapse = Deadline.objects.of(incident).armed().get(purpose=HOLDING)
        assert (lapse.generation, lapse.acknowledged_by) == (row.generation + 1, dave)
        # The lapse is not due: whoever looks again finds nothing to fire.
        assert not Deadline.objects.due().filter(object_id=incident.pk, purpose=HOLDING).exists()
    said = Entry.objects.filter(kind="deadline.acknowledged", data__purpose=HOLDING)
    assert said.count() == 30


def race(deadline: Deadline, person: Any) -> bool:
    """Fire and acknowledge at the same moment, each in a transaction of its own; did it fire?"""
    gate, fired = threading.Barrier(2), []

    def engine_fires() -> None:
        try:
            gate.wait(timeout=PATIENCE_SECONDS)
            fired.append(engine.fire(deadline.pk))
        finally:
            connection.close()

    def person_acknowledges() -> None:
        try:
            gate.wait(timeout=PATIENCE_SECONDS)
            acknowledge_deadline(deadline=deadline, actor=person)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for run in (engine_fires, person_acknowledges)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return fired[0]
