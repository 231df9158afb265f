"""Claims that nobody answers, approvals that nobody gives, and the next word that was promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import ActionRefused, Invalid
from desk.work_queue import work_items_of
from escalations import engine
from escalations.models import Deadline
from incidents import actions as incident_actions
from incidents.running_deadlines import deadlines_ending_with
from journal.models import Entry
from responses import actions
from responses.listing import rows_of
from responses.models import Answer, Response, ResponseKind, SourceKind, Tone, Verdict, hash_of
from tests.conftest import SCORES

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def of(subject, purpose: str) -> Deadline | None:
    found = Deadline.objects.of(subject).filter(purpose=purpose).unsettled()
    return found.order_by("generation", "step", "repeat").last()


def minutes(deadline: Deadline, since) -> int:
    return round((deadline.target_at - since) / timedelta(minutes=1))


def run_out(deadline: Deadline) -> Entry:
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now(), target_at=timezone.now())
    assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk).entry


def test_whoever_may_decide_has_one_row_for_a_text_however_late(submitted, bob):
    response = submitted()
    entry = run_out(of(response, "draft.approval"))
    assert bob.pk in entry.audience
    about = [item for item in work_items_of(bob) if item.url.startswith(f"/responses/{response.pk}/")]
    assert [(item.kind, str(item.step.label), item.alerted) for item in about] == [
        ("approval", "Read and decide", True)
    ]
    assert work_items_of(bob)[0] == about[0]


# Claims


@pytest.fixture
def claim(activated, alice):
    incident = activated(2)
    return actions.log_claim(incident=incident, actor=alice, text="The crew laughed at her")


def verify(claim, actor) -> None:
    actions.begin_verifying(claim=claim, actor=actor)
    actions.add_evidence(
        claim=claim, actor=actor, kind=SourceKind.AUTHORITATIVE, source="Cabin log", finding="Nobody laughed"
    )
    actions.give_verdict(claim=claim, actor=actor, verdict=Verdict.FALSE, reason="The log")


def test_a_claim_waits_until_somebody_decides_what_we_answer(claim, bob, carol):
    assert minutes(of(claim, "claim.unanswered"), claim.logged_at) == 75
    verify(claim, carol)
    entry = run_out(of(claim, "claim.unanswered"))
    assert entry.kind == "claim.unanswered"
    assert carol.pk in entry.audience  # whoever verifies it
    assert "The crew laughed at her" in entry.sentence
    actions.decide_answer(claim=claim, actor=bob, answer=Answer.DEBUNK)
    assert of(claim, "claim.unanswered") is None


def test_new_evidence_arms_the_deadline_again(claim, bob, carol):
    verify(claim, carol)
    actions.decide_answer(claim=claim, actor=bob, answer=Answer.DEBUNK)
    actions.reopen_claim(claim=claim, actor=bob, reason="a second video")
    assert minutes(of(claim, "claim.unanswered"), timezone.now()) == 75


def test_claim_before_triage_has_a_deadline_and_follows_the_level(incident, triaged, alice):
    claim = actions.log_claim(incident=incident, actor=alice, text="The crew laughed at her")
    assert of(claim, "claim.unanswered").level == 2
    triaged(1)
    assert minutes(of(claim, "claim.unanswered"), claim.logged_at) == 40


# Approvals


def test_rise_shortens_approval_time_counted_from_submission(submitted, alice):
    response = submitted(3)
    first = of(response, "draft.approval")
    incident_actions.assess(incident=response.incident, actor=alice, scores=SCORES[1])
    after = of(response, "draft.approval")
    assert minutes(first, response.submitted_at) == 60
    assert minutes(after, response.submitted_at) == 10


def test_text_needing_more_approvals_gets_the_whole_time(approved, alice):
    response = approved()
    incident_actions.assess(incident=response.incident, actor=alice, scores=SCORES[1])
    response.refresh_from_db()
    assert response.state == "in_review"
    assert minutes(of(response, "draft.approval"), timezone.now()) == 10


def test_review_deadline_stops_with_the_incident_and_resumes(submitted, alice):
    response = submitted(3)
    incident_actions.dismiss(incident=response.incident, actor=alice, reason="satire")
    assert of(response, "draft.approval") is None
    assert not deadlines_ending_with(response.incident).unsettled().exists()
    incident_actions.reopen(incident=response.incident, actor=alice, reason="not satire")
    assert minutes(of(response, "draft.approval"), timezone.now()) == 60


def test_approval_after_its_last_alert_shows_as_overdue(client, submitted, bob):
    response = submitted(2)
    while deadline := Deadline.objects.of(response).armed().first():
        run_out(deadline)
    [row] = rows_of(Response.objects.with_seal(), bob)
    assert row.deadline
    assert row.deadline.target_at <= timezone.now()
    [item] = [item for item in work_items_of(bob) if item.kind == "approval"]
    assert item.due_at == row.deadline.target_at
    client.force_login(bob)
    for page in (f"/responses/{response.pk}/", f"/responses/{response.pk}/approve/", "/responses/approvals/"):
        assert "overdue" in client.get(page).content.decode(), page


# The next word


@pytest.mark.parametrize("kind", [kind for kind in ResponseKind if kind != ResponseKind.RECOVERY])
def test_every_public_text_promises_the_next_word_or_says_why_not(drafted, words, alice, kind):
    response = drafted(2, kind=kind, content=words(next_update_by=None))
    with pytest.raises(ActionRefused, match="next update"):
        actions.submit(response=response, actor=alice, checklist=Tone.values)
    reason = words(next_update_by=None, no_update_reason="it is over")
    response = actions.save_text(
        response=response, actor=alice, title="First word", content=reason, base_number=1
    )
    assert actions.submit(response=response, actor=alice, checklist=Tone.values).state == "in_review"


def test_an_answer_to_an_issue_need_not_promise_anything(drafted, words, alice):
    response = drafted(4, content=words(next_update_by=None))
    assert actions.submit(response=response, actor=alice, checklist=Tone.values).state == "in_review"


def test_a_promise_and_a_reason_for_none_contradict_each_other(drafted, words):
    with pytest.raises(Invalid, match="not both"):
        drafted(2, content=words(no_update_reason="it is over"))
    with pytest.raises(Invalid, match="300"):
        drafted(2, content=words(next_update_by=None, no_update_reason="x" * 301))


def test_the_reason_for_no_update_is_sealed_as_the_words_are(drafted, words, alice):
    response = drafted(2)
    before = response.current
    assert before.computed_hash() == before.content_hash == hash_of(before.content)
    reason = words(next_update_by=None, no_update_reason="it is over")
    response = actions.save_text(
        response=response, actor=alice, title="First word", content=reason, base_number=1
    )
    assert response.current.content["no_update_reason"] == "it is over"
    assert response.current.computed_hash() == response.current.content_hash != before.content_hash
    other = words(next_update_by=None, no_update_reason="nothing more is known")
    changed = actions.save_text(
        response=response, actor=alice, title="First word", content=other, base_number=2
    )
    assert changed.current.number == 3


def test_what_an_issue_promises_has_a_deadline_too(drafted, alice, bob, posted):
    response = drafted(4)
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    hashed = response.current.content_hash
    response = actions.approve(response=response, actor=bob, content_hash=hashed)
    actions.publish(response=response, actor=alice, content_hash=hashed, posts=[posted()])
    assert of(response.incident, "update.promised").target_at == response.current.next_update_by


def test_what_was_published_ticks_the_task_that_asked_for_it(activated, decided, words, posted, alice, bob):
    incident = decided(activated(2))
    task = incident.tasks.get(text__startswith="Publish the approved")
    response = actions.start_response(
        incident=incident, actor=alice, kind=ResponseKind.HOLDING, title="First word", content=words()
    )
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    hashed = response.current.content_hash
    response = actions.approve(response=response, actor=bob, content_hash=hashed)
    task.refresh_from_db()
    assert task.state == "open"
    actions.publish(response=response, actor=alice, content_hash=hashed, posts=[posted()])
    task.refresh_from_db()
    assert (task.state, task.settled_by) == ("done", alice)
