"""Drives incidents through every order of actions that the pages allow and looks for a forbidden state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from common.errors import ActionRefused
from escalations.models import Deadline, DeadlineState
from incidents import actions, gates
from incidents.models import Incident, IncidentState, Playbook
from incidents.rules import INCIDENT_LIFE
from incidents.running_deadlines import deadlines_ending_with
from incidents.signals import incident_moved
from journal.models import Entry
from journal.verification import breaks
from people.models import CrisisRole, SiteRole
from tests.conftest import SCORES
from tests.examples import examples
from tests.factories import BrandFactory, UserFactory

pytestmark = pytest.mark.calendar

people = st.sampled_from(["alice", "bob", "dave", "erin"])
texts = st.sampled_from(["", "because"])


class IncidentLife(RuleBasedStateMachine):
    """Every action may be refused; what must never happen is checked after each of them."""

    @initialize(start=st.sampled_from(["detected", "active", "monitoring", "resolved"]))
    def log(self, start: str) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.moves: list[tuple[str, str]] = []
        self.people = {
            "alice": UserFactory(site_role=SiteRole.COMMUNICATOR),
            "bob": UserFactory(site_role=SiteRole.APPROVER),
            "dave": UserFactory(site_role=SiteRole.APPROVER),
            "erin": UserFactory(site_role=SiteRole.READER),
        }
        self.incident = actions.log_incident(
            actor=self.people["alice"], brand=BrandFactory(), title="Something burns"
        )
        incident_moved.connect(self._moved, weak=False, dispatch_uid="state-machine")
        self._advance(start)

    def _advance(self, start: str) -> None:
        """Begin late in an incident's life as well: blind steps alone seldom get there."""
        if start == "detected":
            return
        alice, bob, dave = (self.people[name] for name in ("alice", "bob", "dave"))
        incident = self.incident
        actions.assess(incident=incident, actor=alice, scores=SCORES[3], category="service_outage")
        for role, user, is_deputy in (("CL", bob, False), ("CL", dave, True), ("SC", alice, False)):
            actions.assign_role(incident=incident, actor=alice, role=role, user=user, is_deputy=is_deputy)
        actions.acknowledge(incident=incident, actor=bob)
        actions.activate(incident=incident, actor=bob, playbook=Playbook.objects.get(slug="outage"))
        if start == "active":
            return
        actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
        actions.begin_monitoring(incident=incident, actor=bob)
        if start == "monitoring":
            return
        for check in ("stakeholders", "department"):
            actions.waive_check(incident=incident, actor=bob, check_code=check, reason="nobody concerned")
        actions.sign_off(incident=incident, actor=bob, role=CrisisRole.CRISIS_LEAD)
        actions.resolve(incident=incident, actor=bob)

    def _moved(self, *, incident: Incident, from_state: str, to_state: str, **_: object) -> None:
        self.moves.append((from_state, to_state))

    def attempt(self, action, **arguments) -> None:
        who = arguments.pop("who")
        before = Entry.objects.count()
        try:
            action(actor=self.people[who], **arguments)
        except ActionRefused:
            assert Entry.objects.count() == before, "a refused action left a trace"
        else:
            assert who != "erin", "a reader changed something"
            assert Entry.objects.count() > before, "a change without a journal entry"

    @rule(who=people)
    def acknowledge(self, who: str) -> None:
        self.attempt(actions.acknowledge, who=who, incident=self.incident)

    @rule(who=people, level=st.sampled_from([1, 2, 3, 4]))
    def assess(self, who: str, level: int) -> None:
        self.attempt(
            actions.assess, who=who, incident=self.incident, scores=SCORES[level], category="service_outage"
        )

    @rule(
        who=people,
        to=st.sampled_from(["alice", "bob", "dave"]),
        role=st.sampled_from([CrisisRole.CRISIS_LEAD, CrisisRole.SCRIBE, CrisisRole.EXECUTIVE]),
        is_deputy=st.booleans(),
    )
    def assign(self, who: str, to: str, role: str, is_deputy: bool) -> None:
        self.attempt(
            actions.assign_role,
            who=who,
            incident=self.incident,
            user=self.people[to],
            role=role,
            is_deputy=is_deputy,
        )

    @rule(who=people)
    def activate(self, who: str) -> None:
        playbook = Playbook.objects.get(slug="outage")
        self.attempt(actions.activate, who=who, incident=self.incident, playbook=playbook)

    @rule(who=people, reason=texts)
    def decide_no_response(self, who: str, reason: str) -> None:
        self.attempt(actions.decide_no_response, who=who, incident=self.incident, reason=reason)

    @rule(who=people)
    def begin_monitoring(self, who: str) -> None:
        self.attempt(actions.begin_monitoring, who=who, incident=self.incident)

    @rule(who=people, reason=texts)
    def breach(self, who: str, reason: str) -> None:
        self.attempt(actions.breach, who=who, incident=self.incident, reason=reason)

    @rule(who=people, role=st.sampled_from([CrisisRole.CRISIS_LEAD, CrisisRole.EXECUTIVE]))
    def sign(self, who: str, role: str) -> None:
        self.attempt(actions.sign_off, who=who, incident=self.incident, role=role)

    @rule(who=people, check=st.sampled_from(["stakeholders", "department", "signed"]), reason=texts)
    def waive(self, who: str, check: str, reason: str) -> None:
        self.attempt(actions.waive_check, who=who, incident=self.incident, check_code=check, reason=reason)

    @rule(who=people, next_steps=texts)
    def report(self, who: str, next_steps: str) -> None:
        self.attempt(actions.report_situation, who=who, incident=self.incident, next_steps=next_steps)

    @rule(who=people, name=people, accepts=st.booleans())
    def answer_role(self, who: str, name: str, accepts: bool) -> None:
        asked = self.incident.role_assignments.filter(user=self.people[name], state="assigned").first()
        if asked and accepts:
            self.attempt(actions.accept_role, who=who, assignment=asked)
        elif asked:
            self.attempt(actions.decline_role, who=who, assignment=asked, reason="away")

    @rule(who=people, hours=st.sampled_from([None, 2]))
    def add_task(self, who: str, hours: int | None) -> None:
        due_at = timezone.now() + timedelta(hours=hours) if hours else None
        self.attempt(
            actions.add_task, who=who, incident=self.incident, role="SM", text="Look again", due_at=due_at
        )

    @rule(who=people, state=st.sampled_from(["done", "skipped"]), reason=texts)
    def settle_task(self, who: str, state: str, reason: str) -> None:
        if task := self.incident.tasks.filter(state="open").first():
            self.attempt(actions.settle_task, who=who, task=task, state=state, text=reason)

    @rule(who=people)
    def resolve(self, who: str) -> None:
        self.attempt(actions.resolve, who=who, incident=self.incident)

    @rule(who=people)
    def close(self, who: str) -> None:
        self.attempt(actions.close, who=who, incident=self.incident)

    @rule(who=people, reason=texts)
    def reopen(self, who: str, reason: str) -> None:
        self.attempt(actions.reopen, who=who, incident=self.incident, reason=reason)

    @rule(who=people, reason=texts)
    def dismiss(self, who: str, reason: str) -> None:
        self.attempt(actions.dismiss, who=who, incident=self.incident, reason=reason)

    @invariant()
    def only_allowed_moves(self) -> None:
        if not hasattr(self, "incident"):
            return
        for from_state, to_state in self.moves:
            assert INCIDENT_LIFE.allows(from_state, to_state)

    @invariant()
    def locked_means_signed_and_silent(self) -> None:
        if not hasattr(self, "incident"):
            return
        incident = Incident.objects.get(pk=self.incident.pk)
        running = Deadline.objects.of(incident).filter(state=DeadlineState.ARMED)
        everything = deadlines_ending_with(incident).unsettled()
        if incident.is_locked:
            assert not everything.exists(), "over, and something still alerts people"
        if incident.state in (IncidentState.ACTIVE, IncidentState.MONITORING):
            assert everything.exists(), "the response runs and nothing would be missed"
        if incident.state in (IncidentState.RESOLVED, IncidentState.CLOSED):
            assert incident.sign_offs.filter(role=CrisisRole.CRISIS_LEAD).exists()
            assert all(result.passed for result in gates.results(incident, IncidentState.RESOLVED))
        if incident.is_open and not incident.acknowledged_at:
            assert running.filter(purpose="incident.acknowledge").exists(), "unacknowledged and no deadline"
        leads = incident.role_assignments.active().filter(role=CrisisRole.CRISIS_LEAD, is_deputy=False)
        assert leads.count() <= 1

    def teardown(self) -> None:
        if not hasattr(self, "transaction"):
            return
        incident_moved.disconnect(dispatch_uid="state-machine")
        whole = breaks() == []
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        assert whole


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_no_order_of_actions_reaches_a_forbidden_state():
    run_state_machine_as_test(
        IncidentLife,
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
