from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from common.errors import ActionRefused, Conflict, Invalid, NotAllowed
from escalations import engine, purposes, working_days
from escalations.missed import record_missed
from escalations.models import Deadline
from incidents import actions as incident_actions
from incidents import gates
from incidents.models import Incident, IncidentState
from journal.models import Entry
from journal.verification import breaks
from notifications.models import Delivery
from postmortems import actions
from postmortems.models import PostMortem, PostMortemState
from postmortems.sections import required_fields
from tests.postmortems.conftest import stand_down, write_all

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def deadline_of(post_mortem):
    return Deadline.objects.of(post_mortem).armed().filter(purpose="postmortem.approval").first()


# Beginning


@pytest.mark.parametrize(("level", "working_days_given"), [(1, 10), (2, 15), (3, 20)])
def test_standing_down_begins_the_post_mortem_and_its_deadline(activated, bob, level, working_days_given):
    post_mortem = stand_down(activated(level), bob)
    assert (post_mortem.state, post_mortem.author) == (PostMortemState.DRAFT, bob)
    resolved_at = post_mortem.incident.resolved_at
    expected = working_days.after(resolved_at, working_days_given * 1440, ZoneInfo("UTC"))
    assert deadline_of(post_mortem).due_at == expected
    assert Entry.objects.filter(stream=post_mortem.incident.stream, kind="postmortem.begun").count() == 1
    assert Delivery.objects.filter(person=bob, entry__kind="postmortem.begun").exists()


def test_issue_has_a_post_mortem_without_a_deadline(activated, bob):
    assert deadline_of(stand_down(activated(4), bob)) is None


def test_reopening_voids_the_review_and_keeps_its_text(approved, alice, bob):
    incident_actions.reopen(incident=approved.incident, actor=alice, reason="A new video")
    approved.refresh_from_db()
    assert (approved.state, approved.approved_by, approved.figures) == (PostMortemState.DRAFT, None, None)
    assert deadline_of(approved) is None
    again = stand_down(approved.incident, bob)
    assert again.pk == approved.pk
    assert again.summary == "About summary."
    assert deadline_of(again) is not None
    kinds = list(Entry.objects.filter(stream=again.incident.stream).values_list("kind", flat=True))
    assert kinds.count("postmortem.begun") == 1
    assert kinds.count("postmortem.resumed") == 1
    assert breaks() == []


def test_a_breach_while_monitoring_needs_no_post_mortem(activated, alice, bob):
    incident = activated(2)
    incident_actions.lifecycle.change_incident_state(
        incident, IncidentState.MONITORING, alice, monitoring_since=timezone.now()
    )
    incident_actions.breach(incident=incident, actor=alice, reason="It flares up")
    assert not PostMortem.objects.exists()


# Writing


def test_writing_records_what_changed(post_mortem, alice):
    changed = actions.write(
        post_mortem=post_mortem,
        actor=alice,
        section="summary",
        before={"summary": ""},
        after={"summary": " Passengers waited.\r\nNine hours. "},
    )
    post_mortem.refresh_from_db()
    assert changed == ["summary"]
    assert post_mortem.summary == "Passengers waited.\nNine hours."
    assert (post_mortem.version, post_mortem.last_editor) == (2, alice)
    entry = Entry.objects.filter(kind="postmortem.written").get()
    assert entry.data["changes"]["summary"] == {"old": "", "new": "Passengers waited.\nNine hours."}


def test_writing_the_same_again_changes_nothing(post_mortem, alice):
    assert (
        actions.write(
            post_mortem=post_mortem, actor=alice, section="summary", before={}, after={"summary": ""}
        )
        == []
    )
    post_mortem.refresh_from_db()
    assert post_mortem.version == 1


def test_a_reader_cannot_write(post_mortem, erin):
    with pytest.raises(NotAllowed):
        actions.write(
            post_mortem=post_mortem, actor=erin, section="summary", before={}, after={"summary": "x"}
        )


def test_two_people_writing_different_fields_lose_nothing(post_mortem, alice, carol):
    before = {"worked": "", "did_not_work": ""}
    actions.write(
        post_mortem=post_mortem,
        actor=alice,
        section="response",
        before=before,
        after={**before, "worked": "Speed"},
    )
    actions.write(
        post_mortem=post_mortem,
        actor=carol,
        section="response",
        before=before,
        after={**before, "did_not_work": "Tone"},
    )
    post_mortem.refresh_from_db()
    assert (post_mortem.worked, post_mortem.did_not_work) == ("Speed", "Tone")


def test_two_people_writing_the_same_field_see_both_versions(post_mortem, alice, carol):
    actions.write(
        post_mortem=post_mortem,
        actor=alice,
        section="response",
        before={"worked": ""},
        after={"worked": "Speed"},
    )
    with pytest.raises(Conflict) as refused:
        actions.write(
            post_mortem=post_mortem,
            actor=carol,
            section="response",
            before={"worked": "", "did_not_work": ""},
            after={"worked": "Calm", "did_not_work": "Tone"},
        )
    assert refused.value.theirs == {"worked": "Speed"}
    post_mortem.refresh_from_db()
    assert (post_mortem.worked, post_mortem.did_not_work) == ("Speed", "")


def test_nobody_edits_while_it_is_reviewed_or_after(in_review, alice, carol):
    write = dict(post_mortem=in_review, actor=alice, section="summary", before={}, after={"summary": "Other"})
    with pytest.raises(ActionRefused, match="being reviewed"):
        actions.write(**write)
    actions.approve(post_mortem=in_review, actor=carol, version=in_review.version)
    with pytest.raises(ActionRefused, match="approved"):
        actions.write(**write)


def test_the_author_can_change_but_not_to_somebody_who_only_reads(post_mortem, alice, erin):
    actions.change_author(post_mortem=post_mortem, actor=alice, author=alice)
    post_mortem.refresh_from_db()
    assert post_mortem.author == alice
    with pytest.raises(Invalid):
        actions.change_author(post_mortem=post_mortem, actor=alice, author=erin)


def test_who_hands_the_authorship_over_cannot_approve(written, bob, alice):
    actions.change_author(post_mortem=written, actor=bob, author=alice)
    actions.submit(post_mortem=written, actor=alice)
    written.refresh_from_db()
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.approve(post_mortem=written, actor=bob, version=written.version)


# Review


def test_submitting_needs_the_required_fields(post_mortem, alice):
    with pytest.raises(ActionRefused, match="Still empty: Summary"):
        actions.submit(post_mortem=post_mortem, actor=alice)


def test_the_short_form_is_enough_below_l2():
    assert set(required_fields(3)) < set(required_fields(2))
    assert required_fields(1) == required_fields(2)


def test_submitting_tells_the_independent_approvers(written, alice, bob, carol, dave, erin):
    actions.submit(post_mortem=written, actor=alice)
    alerted = set(
        Delivery.objects.filter(entry__kind="postmortem.submitted").values_list("person__name", flat=True)
    )
    assert alerted == {"Carol Li", "Dave Okafor"}  # not Bob, who is its author


def test_an_open_incident_has_nothing_to_submit(written, alice):
    incident_actions.reopen(incident=written.incident, actor=alice, reason="Again")
    with pytest.raises(ActionRefused, match="open again"):
        actions.submit(post_mortem=written, actor=alice)


def test_an_independent_approver_approves_and_freezes_the_figures(in_review, carol, bob):
    actions.approve(post_mortem=in_review, actor=carol, version=in_review.version)
    in_review.refresh_from_db()
    assert (in_review.state, in_review.approved_by) == (PostMortemState.APPROVED, carol)
    assert {figure["code"] for figure in in_review.figures} >= {
        "ttd",
        "tta",
        "ttfr",
        "approval",
        "response_rate",
    }
    assert deadline_of(in_review) is None
    assert Delivery.objects.filter(person=bob, entry__kind="postmortem.approved").exists()


def test_the_author_cannot_approve(in_review, bob):
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.approve(post_mortem=in_review, actor=bob, version=in_review.version)


def test_the_last_editor_cannot_approve(written, carol, dave):
    actions.write(
        post_mortem=written,
        actor=carol,
        section="summary",
        before={"summary": written.summary},
        after={"summary": "New"},
    )
    actions.submit(post_mortem=written, actor=carol)
    written.refresh_from_db()
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.approve(post_mortem=written, actor=carol, version=written.version)
    actions.approve(post_mortem=written, actor=dave, version=written.version)


def write_summary(post_mortem, actor, text):
    post_mortem.refresh_from_db()
    before = {"summary": post_mortem.summary}
    actions.write(
        post_mortem=post_mortem, actor=actor, section="summary", before=before, after={"summary": text}
    )


def test_who_ever_wrote_in_it_cannot_approve_though_others_edited_since(written, alice, bob, carol, dave):
    write_summary(written, carol, "By Carol")
    actions.change_author(post_mortem=written, actor=bob, author=alice)
    write_summary(written, alice, "By Carol.")
    actions.submit(post_mortem=written, actor=alice)
    written.refresh_from_db()
    for person in (bob, carol):
        with pytest.raises(NotAllowed, match="Somebody else"):
            actions.approve(post_mortem=written, actor=person, version=written.version)
        assert written not in PostMortem.objects.waiting_for(person)
        with pytest.raises(DatabaseError), transaction.atomic():
            PostMortem.objects.filter(pk=written.pk).update(
                state="approved", approved_by=person, approved_at=timezone.now(), figures=[]
            )
    assert written in PostMortem.objects.waiting_for(dave)
    actions.approve(post_mortem=written, actor=dave, version=written.version)


@pytest.mark.parametrize("who", ["alice", "erin", "admin"])
def test_only_approvers_decide(request, in_review, who):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        actions.approve(post_mortem=in_review, actor=actor, version=in_review.version)
    with pytest.raises(NotAllowed):
        actions.request_changes(post_mortem=in_review, actor=actor, version=in_review.version, comment="More")


def test_a_decision_counts_for_the_version_that_was_read(in_review, alice, carol):
    seen = in_review.version
    actions.take_back(post_mortem=in_review, actor=alice)
    actions.write(
        post_mortem=in_review,
        actor=alice,
        section="summary",
        before={"summary": "About summary."},
        after={"summary": "B"},
    )
    actions.submit(post_mortem=in_review, actor=alice)
    with pytest.raises(Conflict):
        actions.approve(post_mortem=in_review, actor=carol, version=seen)


def test_nothing_is_approved_twice_or_from_draft(written, approved, carol, dave):
    with pytest.raises(ActionRefused):
        actions.approve(post_mortem=approved, actor=dave, version=approved.version)


def test_asking_for_changes_needs_words_and_returns_it(in_review, carol, bob, alice):
    with pytest.raises(Invalid):
        actions.request_changes(post_mortem=in_review, actor=carol, version=in_review.version, comment=" ")
    actions.request_changes(
        post_mortem=in_review, actor=carol, version=in_review.version, comment="Name the cause"
    )
    in_review.refresh_from_db()
    assert (in_review.state, in_review.review_comment) == (PostMortemState.DRAFT, "Name the cause")
    alerted = set(
        Delivery.objects.filter(entry__kind="postmortem.changes_requested").values_list(
            "person__name", flat=True
        )
    )
    assert alerted == {bob.name, alice.name}


def test_database_refuses_approval_by_author_or_writer(in_review, bob, alice):
    for person in (bob, alice):
        with pytest.raises(DatabaseError), transaction.atomic():
            PostMortem.objects.filter(pk=in_review.pk).update(
                state="approved", approved_by=person, approved_at=timezone.now(), figures=[]
            )


def test_the_database_refuses_approved_without_approver(in_review):
    with pytest.raises(IntegrityError), transaction.atomic():
        PostMortem.objects.filter(pk=in_review.pk).update(state="approved")


def test_missed_approval_alerts_author_and_the_policys_people(post_mortem, bob):
    with transaction.atomic():
        locked = PostMortem.objects.select_for_update().get(pk=post_mortem.pk)
        entry = record_missed(purposes.get("postmortem.approval"), locked, deadline_of(post_mortem))
    assert bob.pk in entry.audience


@pytest.mark.django_db(transaction=True)
def test_the_engine_fires_a_missed_approval_and_arms_the_next_step(activated, bob):
    post_mortem = stand_down(activated(2), bob)
    Deadline.objects.filter(pk=deadline_of(post_mortem).pk).update(
        due_at=timezone.now() - timedelta(minutes=1)
    )
    assert engine.tick() == 1
    assert Entry.objects.filter(stream=post_mortem.incident.stream, kind="postmortem.overdue").count() == 1
    assert deadline_of(post_mortem).step == 1


# The gate of closing the incident


def blockers(incident):
    return {
        result.check.code: [str(blocker.text) for blocker in result.blockers]
        for result in gates.results(incident, IncidentState.CLOSED)
        if not result.passed
    }


def test_an_incident_closes_after_approval_cause_and_owned_actions(in_review, alice, bob, carol):
    incident = in_review.incident
    assert set(blockers(incident)) == {"postmortem.approved", "postmortem.cause"}
    with pytest.raises(ActionRefused, match="not approved yet"):
        incident_actions.close(incident=incident, actor=bob)
    actions.approve(post_mortem=in_review, actor=carol, version=in_review.version)
    incident_actions.change_situation(
        incident=incident,
        actor=alice,
        before={"cause": "", "cause_investigation": ""},
        after={"cause": "quality", "cause_investigation": "Pump logs read."},
    )
    incident.refresh_from_db()
    assert blockers(incident) == {}
    assert incident_actions.close(incident=incident, actor=bob).state == IncidentState.CLOSED


def test_an_action_without_owner_or_date_keeps_the_incident_open(written, alice, carol):
    actions.add_corrective_action(post_mortem=written, actor=alice, title="Second pump")
    actions.submit(post_mortem=written, actor=alice)
    written.refresh_from_db()
    actions.approve(post_mortem=written, actor=carol, version=written.version)
    assert blockers(written.incident)["postmortem.actions"] == ["“Second pump” has no owner or no due date"]


def test_an_issue_closes_without_an_approved_post_mortem(activated, bob):
    incident = stand_down(activated(4), bob).incident
    assert "postmortem.approved" not in blockers(incident)


# Who sees it


def test_confidential_post_mortem_is_seen_by_who_sees_the_incident(post_mortem, alice, bob, carol, erin):
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    assert PostMortem.objects.visible_to(bob).exists()
    assert not PostMortem.objects.visible_to(carol).exists()
    assert not PostMortem.objects.visible_to(erin).exists()
    with pytest.raises(NotAllowed):
        actions.write(
            post_mortem=post_mortem, actor=carol, section="summary", before={}, after={"summary": "x"}
        )


def test_approvers_outside_a_confidential_incident_get_no_alert(post_mortem, alice, dave, carol):
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    post_mortem.refresh_from_db()
    write_all(post_mortem, alice)
    actions.submit(post_mortem=post_mortem, actor=alice)
    alerted = set(
        Delivery.objects.filter(entry__kind="postmortem.submitted").values_list("person__name", flat=True)
    )
    assert alerted == {"Dave Okafor"}  # the deputy lead; Carol has no part in it
