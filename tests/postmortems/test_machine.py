"""Random walks through the life of a post-mortem and one of its actions: no forbidden state is ever reached."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from common.errors import ActionRefused
from incidents import actions as incident_actions
from incidents.models import IncidentState, Playbook
from postmortems import actions
from postmortems.models import CorrectiveAction, PostMortem, PostMortemState
from postmortems.rules import CORRECTIVE_ACTION_LIFE, POST_MORTEM_LIFE
from tests.conftest import SCORES
from tests.examples import examples
from tests.factories import BrandFactory, UserFactory
from tests.postmortems.conftest import stand_down, write_all

pytestmark = pytest.mark.calendar

PEOPLE = st.sampled_from(["alice", "bob", "carol", "dave", "erin"])


class Walk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        roles = {
            "alice": "communicator",
            "bob": "approver",
            "carol": "approver",
            "dave": "approver",
            "erin": "reader",
        }
        self.people = {name: UserFactory(name=name, site_role=role) for name, role in roles.items()}
        alice, bob, dave = self.people["alice"], self.people["bob"], self.people["dave"]
        incident = incident_actions.log_incident(
            actor=alice, brand=BrandFactory(), title="Stranded passengers"
        )
        incident_actions.assess(incident=incident, actor=alice, scores=SCORES[2], category="service_outage")
        for role, user, deputy in (("CL", bob, False), ("CL", dave, True), ("SC", alice, False)):
            incident_actions.assign_role(
                incident=incident, actor=alice, role=role, user=user, is_deputy=deputy
            )
        incident = incident_actions.activate(
            incident=incident, actor=alice, playbook=Playbook.objects.get(slug="outage")
        )
        self.post_mortem = stand_down(incident, bob)
        write_all(self.post_mortem, alice)
        self.action = actions.add_corrective_action(
            post_mortem=self.post_mortem,
            actor=alice,
            title="Second pump",
            owner=bob,
            due_on=timezone.localdate() + timedelta(days=1),
        )
        self.states = (PostMortemState.DRAFT, "proposed")
        self.words = 0

    def attempt(self, act, **arguments) -> None:  # type: ignore[no-untyped-def]
        """A refusal is a fine answer; anything else that goes wrong is not."""
        try:
            act(**arguments)
        except ActionRefused:
            return

    @rule(who=PEOPLE)
    def write(self, who):
        self.words += 1
        stored = PostMortem.objects.get(pk=self.post_mortem.pk).summary
        self.attempt(
            actions.write,
            post_mortem=self.post_mortem,
            actor=self.people[who],
            section="summary",
            before={"summary": stored},
            after={"summary": f"Words {self.words}"},
        )

    @rule(who=PEOPLE, act=st.sampled_from([actions.submit, actions.take_back, actions.close]))
    def move(self, who, act):
        self.attempt(act, post_mortem=self.post_mortem, actor=self.people[who])

    @rule(who=PEOPLE, stale=st.booleans())
    def approve(self, who, stale):
        version = PostMortem.objects.get(pk=self.post_mortem.pk).version - stale
        self.attempt(actions.approve, post_mortem=self.post_mortem, actor=self.people[who], version=version)

    @rule(who=PEOPLE)
    def request_changes(self, who):
        version = PostMortem.objects.get(pk=self.post_mortem.pk).version
        self.attempt(
            actions.request_changes,
            post_mortem=self.post_mortem,
            actor=self.people[who],
            version=version,
            comment="More",
        )

    @rule(who=PEOPLE, author=PEOPLE)
    def change_author(self, who, author):
        self.attempt(
            actions.change_author,
            post_mortem=self.post_mortem,
            actor=self.people[who],
            author=self.people[author],
        )

    @rule(who=PEOPLE)
    def reopen_or_stand_down(self, who):
        incident = self.post_mortem.incident
        incident.refresh_from_db()
        if incident.state == IncidentState.RESOLVED:
            self.attempt(incident_actions.reopen, incident=incident, actor=self.people[who], reason="Again")
        else:
            stand_down(incident, self.people["bob"])

    @rule(
        who=PEOPLE,
        step=st.sampled_from(
            [
                (actions.accept_corrective_action, {}),
                (actions.start_corrective_action, {}),
                (actions.complete_corrective_action, {"result": "Done"}),
                (actions.verify_corrective_action, {"verification": "Seen"}),
                (actions.return_corrective_action, {"verification": "Missing"}),
            ]
        ),
    )
    def carry_out(self, who, step):
        act, words = step
        self.attempt(act, action=self.action, actor=self.people[who], **words)

    @invariant()
    def only_allowed_moves(self):
        now = PostMortem.objects.get(pk=self.post_mortem.pk)
        action = CorrectiveAction.objects.get(pk=self.action.pk)
        before, before_action = self.states
        assert now.state == before or POST_MORTEM_LIFE.allows(before, now.state)
        assert action.state == before_action or CORRECTIVE_ACTION_LIFE.allows(before_action, action.state)
        self.states = (now.state, action.state)

    @invariant()
    def approved_means_somebody_else_read_it(self):
        now = PostMortem.objects.get(pk=self.post_mortem.pk)
        if now.is_approved:
            assert now.approved_by not in (None, now.author, *now.writers.all())
            assert now.approved_by.site_role == "approver"
            assert now.figures
            assert not now.incident.is_open
        else:
            assert (now.approved_by, now.figures) == (None, None)

    @invariant()
    def verified_means_somebody_else_looked(self):
        action = CorrectiveAction.objects.get(pk=self.action.pk)
        if action.state == "verified":
            assert action.verified_by not in (None, action.owner)

    @invariant()
    def closed_means_settled(self):
        now = PostMortem.objects.get(pk=self.post_mortem.pk)
        if now.state == PostMortemState.CLOSED:
            assert not now.actions.unsettled().exists()


@pytest.mark.django_db
class TestWalk(TestCase, Walk.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=examples(6), stateful_step_count=25, deadline=None)
