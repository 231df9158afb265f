from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline
from incidents.models import Incident
from journal.models import Entry
from notifications.models import Delivery
from postmortems import actions
from postmortems.models import CorrectiveAction, CorrectiveActionState, LessonState, PostMortemState

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def action(post_mortem, alice, bob, carol):
    """Proposed by Alice, owned by Bob, verified by Carol."""
    return actions.add_corrective_action(
        post_mortem=post_mortem,
        actor=alice,
        title="Second pump",
        owner=bob,
        due_on=tomorrow(),
        verifier=carol,
    )


@pytest.fixture
def done(action, bob):
    actions.accept_corrective_action(action=action, actor=bob)
    actions.start_corrective_action(action=action, actor=bob)
    return actions.complete_corrective_action(action=action, actor=bob, result="Installed; see the log.")


def alerted(kind):
    return set(Delivery.objects.filter(entry__kind=kind).values_list("person__name", flat=True))


def test_from_proposed_to_verified_by_somebody_else(done, carol, bob):
    actions.verify_corrective_action(action=done, actor=carol, verification="Ran it.")
    done.refresh_from_db()
    assert (done.state, done.verified_by, done.result) == (
        CorrectiveActionState.VERIFIED,
        carol,
        "Installed; see the log.",
    )
    assert alerted("corrective_action.proposed") == {"Bob Nowak"}
    assert alerted("corrective_action.done") == {"Carol Li"}
    assert alerted("corrective_action.verified") == {"Bob Nowak"}


def test_adding_counts_as_an_edit(action, post_mortem, alice):
    post_mortem.refresh_from_db()
    assert (post_mortem.last_editor, post_mortem.version) == (alice, 2)


def test_a_reader_cannot_add_but_can_own(post_mortem, erin, alice):
    with pytest.raises(NotAllowed):
        actions.add_corrective_action(post_mortem=post_mortem, actor=erin, title="X")
    owned = actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="X", owner=erin, due_on=tomorrow()
    )
    actions.accept_corrective_action(action=owned, actor=erin)
    assert CorrectiveAction.objects.get().state == CorrectiveActionState.ACCEPTED


@pytest.mark.parametrize("step", [actions.accept_corrective_action, actions.start_corrective_action])
def test_only_the_owner_carries_it_out(action, step, alice, carol):
    for person in (alice, carol):
        with pytest.raises(NotAllowed, match="owner"):
            step(action=action, actor=person)


def test_steps_come_in_order(action, bob, carol):
    with pytest.raises(ActionRefused):
        actions.start_corrective_action(action=action, actor=bob)
    with pytest.raises(ActionRefused):
        actions.complete_corrective_action(action=action, actor=bob, result="Done")
    with pytest.raises(ActionRefused):
        actions.verify_corrective_action(action=action, actor=carol, verification="Fine")


def test_accepting_needs_a_due_date(post_mortem, alice, bob):
    open_ended = actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="Some day", owner=bob
    )
    with pytest.raises(ActionRefused, match="due date"):
        actions.accept_corrective_action(action=open_ended, actor=bob)


def test_the_owner_never_verifies(done, bob, dave):
    with pytest.raises(NotAllowed, match="somebody else"):
        actions.verify_corrective_action(action=done, actor=bob, verification="Fine")
    with pytest.raises(NotAllowed, match="Only the verifier"):
        actions.verify_corrective_action(action=done, actor=dave, verification="Fine")
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=done.pk).update(
            state="verified", verified_by=bob, verified_at=timezone.now()
        )


def test_any_worker_but_the_owner_verifies_without_named_verifier(post_mortem, alice, bob, erin):
    free = actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="X", owner=bob, due_on=tomorrow()
    )
    actions.accept_corrective_action(action=free, actor=bob)
    actions.start_corrective_action(action=free, actor=bob)
    actions.complete_corrective_action(action=free, actor=bob, result="Done")
    with pytest.raises(NotAllowed):
        actions.verify_corrective_action(action=free, actor=erin, verification="Fine")
    actions.verify_corrective_action(action=free, actor=alice, verification="Fine")


def test_owner_and_verifier_are_two_people(post_mortem, alice, bob):
    with pytest.raises(Invalid, match="own work"):
        actions.add_corrective_action(
            post_mortem=post_mortem, actor=alice, title="X", owner=bob, verifier=bob
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.create(
            post_mortem=post_mortem, title="X", owner=bob, verifier=bob, added_by=alice
        )


def test_a_verifier_sends_it_back(done, carol):
    actions.return_corrective_action(action=done, actor=carol, verification="No log found")
    done.refresh_from_db()
    assert (done.state, done.done_at) == (CorrectiveActionState.IN_PROGRESS, None)
    assert alerted("corrective_action.returned") == {"Bob Nowak"}


def test_cancelling_needs_a_reason(action, alice):
    with pytest.raises(Invalid):
        actions.cancel_corrective_action(action=action, actor=alice, reason=" ")
    actions.cancel_corrective_action(action=action, actor=alice, reason="Pump withdrawn")
    action.refresh_from_db()
    assert action.state == CorrectiveActionState.CANCELLED
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=action.pk).update(cancel_reason="")


def test_a_settled_action_moves_no_more(done, carol, bob, alice):
    actions.verify_corrective_action(action=done, actor=carol, verification="Ran it.")
    with pytest.raises(ActionRefused):
        actions.cancel_corrective_action(action=done, actor=alice, reason="Late")
    with pytest.raises(ActionRefused):
        actions.start_corrective_action(action=done, actor=bob)


def test_an_owner_cannot_take_back_what_was_reported_done(done, bob):
    with pytest.raises(ActionRefused, match="verifier sends it back"):
        actions.start_corrective_action(action=done, actor=bob)


def change(action, actor, **values):
    stored = {
        name: getattr(action, name) for name in ("title", "detail", "owner", "due_on", "verifier", "lesson")
    }
    return actions.change_corrective_action(action=action, actor=actor, **{**stored, **values})


def test_a_new_owner_has_to_accept_again(action, alice, bob, dave):
    actions.accept_corrective_action(action=action, actor=bob)
    action.refresh_from_db()
    change(action, alice, owner=dave)
    action.refresh_from_db()
    assert (action.owner, action.state) == (dave, CorrectiveActionState.PROPOSED)


def test_after_the_review_began_only_who_and_when_can_change(written, alice, carol, dave):
    action = actions.add_corrective_action(post_mortem=written, actor=alice, title="Second pump")
    actions.submit(post_mortem=written, actor=alice)
    action.refresh_from_db()
    with pytest.raises(ActionRefused, match="words were reviewed"):
        change(action, alice, title="Third pump")
    change(action, alice, owner=dave, due_on=tomorrow())
    with pytest.raises(ActionRefused, match="being reviewed"):
        actions.add_corrective_action(post_mortem=written, actor=alice, title="Another")
    written.refresh_from_db()
    actions.approve(
        post_mortem=written, actor=carol, version=written.version
    )  # the words are the same: not voided


def test_who_may_not_see_the_incident_gets_no_part_in_it(post_mortem, alice, carol):
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    with pytest.raises(Invalid, match="may not see"):
        actions.add_corrective_action(post_mortem=post_mortem, actor=alice, title="X", owner=carol)


def test_due_dates_lie_ahead(post_mortem, alice):
    with pytest.raises(Invalid, match="past"):
        actions.add_corrective_action(
            post_mortem=post_mortem, actor=alice, title="X", due_on=timezone.localdate() - timedelta(days=1)
        )


def test_what_waits_for_somebody(action, done, bob, carol, alice):
    assert list(CorrectiveAction.objects.waiting_for(carol)) == [done]
    assert list(CorrectiveAction.objects.waiting_for(bob)) == []
    CorrectiveAction.objects.filter(pk=done.pk).update(state="in_progress", due_on=timezone.localdate())
    assert list(CorrectiveAction.objects.waiting_for(bob)) == [done]
    assert list(CorrectiveAction.objects.overdue(tomorrow())) == [done]


# Lessons


@pytest.fixture
def lesson(post_mortem, alice):
    return actions.add_lesson(post_mortem=post_mortem, actor=alice, text="Facts first.")


def test_from_identified_to_learned(lesson, alice):
    with pytest.raises(ActionRefused):
        actions.learn_lesson(lesson=lesson, actor=alice, evidence="Drill 3")
    actions.implement_lesson(lesson=lesson, actor=alice, change="Playbook step added")
    actions.learn_lesson(lesson=lesson, actor=alice, evidence="Drill 3")
    lesson.refresh_from_db()
    assert (lesson.state, lesson.change, lesson.evidence) == (
        LessonState.LEARNED,
        "Playbook step added",
        "Drill 3",
    )


def test_a_lesson_needs_words_at_every_step(post_mortem, lesson, alice, erin):
    for call in (
        lambda: actions.add_lesson(post_mortem=post_mortem, actor=alice, text=" "),
        lambda: actions.implement_lesson(lesson=lesson, actor=alice, change=" "),
    ):
        with pytest.raises(Invalid):
            call()
    with pytest.raises(NotAllowed):
        actions.implement_lesson(lesson=lesson, actor=erin, change="Done")


def test_a_lesson_is_removed_from_a_draft_only(lesson, alice):
    actions.remove_lesson(lesson=lesson, actor=alice)
    assert Entry.objects.get(kind="lesson.removed").data["lesson"] == "Facts first."
    kept = actions.add_lesson(post_mortem=lesson.post_mortem, actor=alice, text="Second.")
    actions.implement_lesson(lesson=kept, actor=alice, change="Roster")
    with pytest.raises(ActionRefused):
        actions.remove_lesson(lesson=kept, actor=alice)


# Closing


def test_closing_waits_for_actions_and_lessons(written, alice, bob, carol):
    action = actions.add_corrective_action(
        post_mortem=written, actor=alice, title="Pump", owner=bob, due_on=tomorrow(), verifier=carol
    )
    lesson = actions.add_lesson(post_mortem=written, actor=alice, text="Facts first.")
    actions.submit(post_mortem=written, actor=alice)
    written.refresh_from_db()
    with pytest.raises(ActionRefused, match="Only an approved"):
        actions.close(post_mortem=written, actor=alice)
    actions.approve(post_mortem=written, actor=carol, version=written.version)
    with pytest.raises(ActionRefused, match="Not yet"):
        actions.close(post_mortem=written, actor=alice)
    actions.cancel_corrective_action(action=action, actor=alice, reason="Other way found")
    actions.implement_lesson(lesson=lesson, actor=alice, change="Playbook")
    actions.close(post_mortem=written, actor=alice)
    written.refresh_from_db()
    assert written.state == PostMortemState.CLOSED
    actions.learn_lesson(lesson=lesson, actor=alice, evidence="Drill, months later")


def test_owner_acknowledges_the_deadline_of_a_corrective_action(action, bob):
    actions.accept_corrective_action(action=action, actor=bob)
    deadline = Deadline.objects.of(action).armed().get()
    acknowledge_deadline(deadline=deadline, actor=bob)
    entry = Entry.objects.get(kind="deadline.acknowledged")
    assert entry.data["action"] == "Second pump"
    assert entry.path.endswith(f"#action-{action.pk}")


def test_a_due_date_moves_to_no_past_day_and_a_missed_one_stays(action, alice):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(Invalid, match="past"):
        change(action, alice, due_on=yesterday)
    CorrectiveAction.objects.filter(pk=action.pk).update(due_on=yesterday)
    action.refresh_from_db()
    change(action, alice, due_on=yesterday, title="Third pump")
    action.refresh_from_db()
    assert (action.title, action.due_on) == ("Third pump", yesterday)
