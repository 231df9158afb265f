"""A response through any sequence of deeds by anybody: it never reaches a state that nobody earned."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.errors import ActionRefused
from incidents import actions as incident_actions
from incidents.models import Incident
from responses import actions
from responses.content import Content
from responses.models import Account, Approval, Publication, Response, Revision, Tone
from tests.conftest import SCORES
from tests.examples import examples
from tests.factories import BrandFactory, UserFactory

# What each level demands, written down a second time on purpose: the test must not ask the code that it tests.
DEMANDED = {1: {"CO", "LG", "EX"}, 2: {"CO"}}
ALLOWED_MOVES = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "changes_requested"),
    ("in_review", "approved"),
    ("in_review", "expired"),
    ("changes_requested", "draft"),
    ("changes_requested", "in_review"),
    ("approved", "draft"),
    ("approved", "in_review"),
    ("approved", "changes_requested"),
    ("approved", "expired"),
    ("approved", "published"),
    ("expired", "draft"),
    ("expired", "in_review"),
    ("published", "corrected"),
    ("published", "withdrawn"),
    ("corrected", "withdrawn"),
}
people = st.sampled_from(["alice", "bob", "carol", "dave", "gina", "erin"])
writers = st.sampled_from(["alice", "alice", "alice", "bob", "erin"])
deciders = st.sampled_from(["bob", "bob", "carol", "dave", "gina", "alice"])
texts = st.sampled_from(["We are sorry.", "We are looking into it.", "Nobody is hurt."])


class ResponseLife(RuleBasedStateMachine):
    @initialize(level=st.sampled_from([1, 2]), text=texts)
    def begin(self, level: int, text: str) -> None:
        self.example = transaction.atomic()
        self.example.__enter__()
        person = {
            "alice": {"site_role": "communicator", "capacities": ["CO"]},  # a capacity without the site role
            "bob": {"site_role": "approver", "capacities": ["CO"]},
            "carol": {"site_role": "approver", "capacities": ["LG"]},
            "dave": {"site_role": "approver", "capacities": ["EX"]},
            "gina": {"site_role": "approver", "capacities": ["CO", "LG", "EX"]},
            "erin": {"site_role": "reader", "capacities": ["CO"]},
        }
        self.people = {name: UserFactory(**facts) for name, facts in person.items()}
        brand = BrandFactory()
        self.account = Account.objects.create(brand=brand, platform="site", name="News")
        alice, bob = self.people["alice"], self.people["bob"]
        incident = incident_actions.log_incident(actor=alice, brand=brand, title="Trouble")
        self.incident = incident_actions.assess(
            incident=incident, actor=alice, scores=SCORES[level], category="rumour"
        )
        Incident.objects.filter(pk=incident.pk).update(scheduled_content="paused")
        self.claim = actions.log_claim(incident=incident, actor=alice, text="It burnt")
        actions.begin_verifying(claim=self.claim, actor=bob)
        self.response = actions.start_response(
            incident=incident, actor=alice, kind="position", title="Word", content=self.content(text)
        )
        self.hashes = [self.response.current.content_hash]
        self.state = "draft"
        self.locked = False

    def content(self, text: str) -> Content:
        return Content(texts={self.account.pk: text}, citations={self.claim.pk: "mentioned"})

    def try_(self, deed) -> bool:
        """Do it; True when it was done. Whatever happened, only an allowed move may have followed."""
        try:
            deed()
            done = True
        except ActionRefused:
            done = False
        self.response = Response.objects.select_related("current").get(pk=self.response.pk)
        if self.response.state != self.state:
            assert done, "a refused deed changed the state"
            assert (self.state, self.response.state) in ALLOWED_MOVES
            if self.locked:
                assert self.response.state in ("draft", "withdrawn")
            self.state = self.response.state
        if self.response.current.content_hash not in self.hashes:
            self.hashes.append(self.response.current.content_hash)
        return done

    @rule(who=writers, text=texts, stale=st.sampled_from([False, False, True]))
    def edit(self, who: str, text: str, stale: bool) -> None:
        was_public = self.state in ("published", "corrected", "withdrawn")
        before = self.response.current_id
        self.try_(
            lambda: actions.save_text(
                response=self.response,
                actor=self.people[who],
                title="Word",
                content=self.content(text),
                base_number=self.response.current.number - stale,
            )
        )
        changed = self.response.current_id != before
        assert not (changed and (was_public or self.locked or who == "erin"))
        assert not changed or self.state == "draft"

    @rule(who=writers, complete=st.sampled_from([True, True, True, False]))
    def submit(self, who: str, complete: bool) -> None:
        ticked = Tone.values if complete else Tone.values[1:]
        done = self.try_(
            lambda: actions.submit(response=self.response, actor=self.people[who], checklist=ticked)
        )
        assert not (done and (not complete or self.locked or who == "erin"))

    @rule(
        who=deciders,
        which=st.sampled_from([0, 0, 0, 1, 2]),
        capacity=st.sampled_from(["", "", "", "CO", "EX", "CL"]),
    )
    def approve(self, who: str, which: int, capacity: str) -> None:
        read = self.hashes[-1 - which % len(self.hashes)]
        wrote = Revision.objects.filter(response=self.response, author=self.people[who]).exists()
        stored = self.response.current.content_hash
        done = self.try_(
            lambda: actions.approve(
                response=self.response, actor=self.people[who], content_hash=read, capacity=capacity
            )
        )
        assert not (done and (wrote or read != stored or self.locked or who in ("alice", "erin")))

    @rule(who=people)
    def request_changes(self, who: str) -> None:
        self.try_(
            lambda: actions.request_changes(
                response=self.response,
                actor=self.people[who],
                content_hash=self.response.current.content_hash,
                comment="Say it more plainly.",
            )
        )

    @rule(text=texts)
    def write_anew_and_submit(self, text: str) -> None:
        self.edit(who="alice", text=text, stale=False)
        self.submit(who="alice", complete=True)

    @rule(which=st.sampled_from([0, 0, 0, 1]))
    def hand_in_and_everybody_approves(self, which: int) -> None:
        self.submit(who="alice", complete=True)
        for who in ("carol", "bob", "dave"):
            self.approve(who=who, which=which, capacity="")

    @rule(who=people)
    def take_back(self, who: str) -> None:
        self.try_(lambda: actions.take_back(response=self.response, actor=self.people[who]))

    @rule(who=people, which=st.sampled_from([0, 0, 0, 1, 2]))
    def publish(self, who: str, which: int) -> None:
        sealed = self.hashes[-1 - which % len(self.hashes)]
        post = actions.Post(self.account.pk, "https://example.com/1", timezone.now())
        done = self.try_(
            lambda: actions.publish(
                response=self.response, actor=self.people[who], content_hash=sealed, posts=[post]
            )
        )
        if done:
            assert not self.locked
            level = Incident.objects.values_list("level", flat=True).get(pk=self.incident.pk)
            yes = Approval.objects.filter(
                revision=self.response.current, content_hash=sealed, decision="approved", voided_at=None
            )
            assert set(yes.values_list("capacity", flat=True)) >= DEMANDED[level]
            assert len(set(yes.values_list("approver", flat=True))) >= len(DEMANDED[level])

    @rule(level=st.sampled_from([1, 2]))
    def rescore(self, level: int) -> None:
        if not self.locked:
            alice = self.people["alice"]
            self.try_(
                lambda: incident_actions.assess(incident=self.incident, actor=alice, scores=SCORES[level])
            )

    @precondition(lambda self: not self.claim.verdict)
    @rule()
    def claim_changes(self) -> None:
        bob = self.people["bob"]
        self.try_(
            lambda: actions.give_verdict(
                claim=self.claim, actor=bob, verdict="unverifiable", reason="No source."
            )
        )
        self.claim.refresh_from_db()

    @rule(locked=st.sampled_from([False, False, False, True]))
    def stand_down_or_reopen(self, locked: bool) -> None:
        self.locked = locked
        Incident.objects.filter(pk=self.incident.pk).update(
            state="resolved" if locked else "active", resolved_at=timezone.now()
        )

    @rule(who=people, action=st.sampled_from([actions.mark_corrected, actions.withdraw]))
    def take_from_public(self, who: str, action) -> None:
        self.try_(lambda: action(response=self.response, actor=self.people[who], reason="A typo."))

    @invariant()
    def a_live_approval_is_for_these_words_by_somebody_else(self) -> None:
        if not hasattr(self, "response"):
            return
        writers = set(self.response.revisions.values_list("author", flat=True))
        for approval in Approval.objects.filter(decision="approved", voided_at=None):
            assert approval.revision_id == self.response.current_id
            assert approval.content_hash == self.response.current.content_hash
            assert approval.approver_id not in writers
            assert self.state not in ("draft", "changes_requested", "expired")

    @invariant()
    def approved_has_everybody_whom_the_level_demands(self) -> None:
        if getattr(self, "state", "") != "approved":
            return
        level = Incident.objects.values_list("level", flat=True).get(pk=self.incident.pk)
        given = Approval.objects.filter(revision=self.response.current, decision="approved", voided_at=None)
        assert set(given.values_list("capacity", flat=True)) >= DEMANDED[level]

    @invariant()
    def what_is_public_is_what_was_approved(self) -> None:
        if not hasattr(self, "response"):
            return
        for publication in Publication.objects.select_related("revision"):
            assert self.state in ("published", "corrected", "withdrawn")
            assert publication.text in [item["text"] for item in publication.revision.renditions]
            assert publication.revision.computed_hash() == publication.content_hash
            assert publication.revision_id == self.response.current_id

    def teardown(self) -> None:
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_no_sequence_of_deeds_reaches_a_forbidden_state():
    run_state_machine_as_test(
        ResponseLife,
        settings=settings(
            max_examples=examples(15),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
