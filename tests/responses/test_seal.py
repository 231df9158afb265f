"""The approval seal under attack: at the action, and in the database underneath it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from common.errors import ActionRefused, Conflict, NotAllowed
from escalations import purposes
from escalations.missed import record_missed
from escalations.models import Deadline
from incidents import actions as incident_actions
from journal.models import Entry
from responses import actions
from responses.models import Approval, Publication, Response, Revision, Tone
from tests.factories import UserFactory
from tests.responses.conftest import WORDS

OTHER = "We are sorry. Everybody gets a refund."


def yes(response, person, **more):
    response.refresh_from_db()
    return actions.approve(
        response=response, actor=person, content_hash=response.current.content_hash, **more
    )


def edit(response, person, content, **more):
    response.refresh_from_db()
    base = more.pop("base_number", response.current.number)
    return actions.save_text(
        response=response, actor=person, title=response.title, content=content, base_number=base, **more
    )


# Who ----------------------------------------------------------------------------------------------------------------


def test_at_l2_the_comms_lead_alone_approves(submitted, bob):
    assert yes(submitted(2), bob).state == "approved"


def test_at_l1_three_people_in_three_capacities_approve(submitted, bob, carol, dave):
    response = submitted(1)
    assert yes(response, carol).state == "in_review"
    assert yes(response, bob).state == "in_review"
    assert yes(response, dave).state == "approved"


def test_flagged_rights_ask_legal_too(submitted, bob, carol):
    response = submitted(2, rights_flag=True)
    assert yes(response, bob).state == "in_review"
    assert yes(response, carol).state == "approved"


@pytest.mark.parametrize("role", ["approver", "communicator"])
def test_author_cannot_approve(drafted, alice, role):
    alice.site_role, alice.capacities = role, ["CO"]
    alice.save()
    response = drafted(2)
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    with pytest.raises(NotAllowed):
        yes(response, alice)


def test_last_editor_cannot_approve(drafted, alice, bob, words):
    response = drafted(2)
    edit(response, bob, words(OTHER))
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    with pytest.raises(NotAllowed):
        yes(response, bob)


def test_author_of_an_earlier_revision_cannot_approve_a_later(drafted, alice, bob, words):
    """Else Bob writes, Alice moves a comma, and Bob approves his own words."""
    response = drafted(2)
    edit(response, bob, words(OTHER))
    edit(response, alice, words(OTHER + "!"))
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    with pytest.raises(NotAllowed):
        yes(response, bob)


def test_approver_without_the_capacity_cannot_approve(submitted, carol):
    with pytest.raises(NotAllowed):
        yes(submitted(2), carol)


def test_capacity_that_is_not_held_cannot_be_claimed(submitted, bob):
    with pytest.raises(ActionRefused):
        yes(submitted(1), bob, capacity="LG")


def test_communicator_with_a_capacity_on_paper_cannot_approve(submitted, db):
    gina = UserFactory(site_role="communicator", capacities=["CO"])
    with pytest.raises(NotAllowed):
        yes(submitted(2), gina)


def test_reader_cannot_approve(submitted, erin):
    with pytest.raises(NotAllowed):
        yes(submitted(2), erin)


def test_disabled_approver_cannot_approve_with_an_old_login(submitted, bob):
    response = submitted(2)
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        yes(response, bob)


def test_capacity_taken_away_meanwhile_counts(submitted, bob):
    response = submitted(2)
    type(bob).objects.filter(pk=bob.pk).update(capacities=[])
    with pytest.raises(NotAllowed):
        yes(response, bob)


def test_one_person_cannot_fill_two_capacities(submitted, db):
    gina = UserFactory(site_role="approver", capacities=["CO", "LG", "EX"])
    response = submitted(1)
    yes(response, gina, capacity="CO")
    with pytest.raises(ActionRefused):
        yes(response, gina, capacity="LG")


def test_outsider_of_a_confidential_incident_cannot_approve(drafted, alice, bob):
    response = drafted(2)
    type(response.incident).objects.filter(pk=response.incident_id).update(confidential=True)
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    with pytest.raises(NotAllowed):
        yes(response, bob)


def test_writer_who_lost_sight_of_the_incident_is_not_alerted(drafted, alice, bob, dave, words):
    response = drafted(2)
    edit(response, dave, words(OTHER))
    incident_actions.change_members(incident=response.incident, actor=alice, confidential=True, members=[bob])
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    yes(response, bob)
    assert Entry.objects.get(kind="response.approved").audience == [alice.pk]


# What ---------------------------------------------------------------------------------------------------------------


def test_edit_after_approval_voids_it(approved, alice, words):
    response = edit(approved(), alice, words(OTHER))
    assert response.state == "draft"
    assert not Approval.objects.live().exists()
    assert Entry.objects.filter(kind="response.approval_voided").count() == 1


@pytest.mark.parametrize("part", ["audience", "scheduled_for", "next_update_by", "media"])
@pytest.mark.calendar
def test_every_part_of_what_goes_out_is_sealed(approved, alice, words, account, part):
    from datetime import timedelta

    from django.utils import timezone

    later = timezone.now() + timedelta(hours=9)
    changed = {
        "audience": "media",
        "scheduled_for": later,
        "next_update_by": later,
        "media": {account.pk: [{"url": "https://example.com/a.jpg", "alt": "A plane"}]},
    }
    assert edit(approved(), alice, words(**{part: changed[part]})).state == "draft"
    assert not Approval.objects.live().exists()


def test_save_without_change_keeps_the_approval(approved, alice, words):
    response = edit(approved(), alice, words("  " + WORDS.replace("\n", "\r\n") + "\n"))
    assert response.state == "approved"
    assert Approval.objects.live().count() == 1
    assert Revision.objects.count() == 1


def test_new_title_alone_keeps_the_approval(approved, alice, words):
    response = approved()
    actions.save_text(response=response, actor=alice, title="Renamed", content=words(), base_number=1)
    response.refresh_from_db()
    assert (response.state, response.title) == ("approved", "Renamed")


def test_stale_hash_is_a_conflict_and_decides_nothing(submitted, alice, bob, words):
    response = submitted(2)
    read = response.current.content_hash
    edit(response, alice, words(OTHER))
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    with pytest.raises(Conflict):
        actions.approve(response=response, actor=bob, content_hash=read)
    assert not Approval.objects.exists()


def test_second_editor_gets_a_conflict_with_the_words_of_the_first(drafted, alice, bob, words):
    response = drafted(2)
    edit(response, bob, words(OTHER))
    with pytest.raises(Conflict) as conflict:
        edit(response, alice, words("Mine"), base_number=1)
    assert conflict.value.theirs["renditions"][0]["text"] == OTHER


def test_account_that_changed_after_the_approval_stops_publication(approved, alice, account, posted):
    response = approved()
    account.handle = "@impostor"
    account.save()
    with pytest.raises(ActionRefused, match="account"):
        actions.publish(
            response=response, actor=alice, content_hash=response.current.content_hash, posts=[posted()]
        )


# When ---------------------------------------------------------------------------------------------------------------


def test_request_for_changes_voids_the_others_yes(submitted, bob, carol):
    response = submitted(1)
    yes(response, bob)
    actions.request_changes(
        response=response,
        actor=carol,
        content_hash=response.current.content_hash,
        comment="Name no cause yet.",
    )
    response.refresh_from_db()
    assert response.state == "changes_requested"
    assert not Approval.objects.live().exists()


def test_a_voided_yes_counts_no_more_for_the_same_words(submitted, alice, bob, carol, dave):
    """Bob said yes, Carol asked for changes, and Alice submits the very same words again."""
    response = submitted(1)
    yes(response, bob)
    seal = response.current.content_hash
    actions.request_changes(response=response, actor=carol, content_hash=seal, comment="Name no cause yet.")
    response.refresh_from_db()
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    assert response.current.content_hash == seal
    for person in (carol, dave):
        assert yes(response, person).state == "in_review"
    assert yes(response, bob).state == "approved"


def test_request_for_changes_needs_words(submitted, bob):
    response = submitted(2)
    with pytest.raises(ActionRefused):
        actions.request_changes(
            response=response, actor=bob, content_hash=response.current.content_hash, comment="  "
        )


def test_graver_level_asks_the_missing_capacities(approved, incident, alice, bob, carol, dave, posted):
    from tests.conftest import SCORES

    response = approved()
    incident_actions.assess(incident=incident, actor=alice, scores=SCORES[1])
    response.refresh_from_db()
    assert response.state == "in_review"
    assert Deadline.objects.armed().filter(purpose="draft.approval").exists()
    with pytest.raises(ActionRefused):
        actions.publish(
            response=response, actor=alice, content_hash=response.current.content_hash, posts=[posted()]
        )
    yes(response, carol)
    assert yes(response, dave).state == "approved"


def test_lower_level_asks_nobody_in_vain(submitted, bob):
    response = submitted(1)
    yes(response, bob)
    type(response.incident).objects.update(level=2)
    with transaction.atomic():
        actions.on_level_changed(incident_id=response.incident_id)
    response.refresh_from_db()
    assert response.state == "approved"
    assert not Deadline.objects.armed().filter(purpose="draft.approval").exists()


def test_locked_incident_takes_no_decision(submitted, bob, close_down):
    response = submitted(2)
    close_down(response.incident)
    with pytest.raises(ActionRefused):
        yes(response, bob)


@pytest.mark.calendar
def test_missed_deadline_approves_nothing(submitted):
    response = submitted(2)
    deadline = Deadline.objects.armed().get(purpose="draft.approval")
    entry = record_missed(purposes.get("draft.approval"), response, deadline)
    response.refresh_from_db()
    assert (response.state, entry.kind) == ("in_review", "response.approval_missed")
    assert not Approval.objects.exists()


# Underneath: no path around the actions ------------------------------------------------------------------------------


def refused_by_database(change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def forged(response, person, **more):
    fields = {"capacity": "CO", "decision": "approved", "content_hash": response.current.content_hash, **more}
    return Approval.objects.create(revision=response.current, approver=person, **fields)


def test_database_refuses_an_approval_by_the_author(submitted, alice):
    response = submitted(2)
    refused_by_database(lambda: forged(response, alice))


def test_database_refuses_an_approval_by_a_former_writer(drafted, alice, bob, words):
    response = drafted(2)
    edit(response, bob, words(OTHER))
    response = edit(response, alice, words(WORDS + "!"))
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    response.refresh_from_db()
    refused_by_database(lambda: forged(response, bob))


def test_database_refuses_an_approval_of_other_words(submitted, bob):
    response = submitted(2)
    refused_by_database(lambda: forged(response, bob, content_hash="0" * 64))


def test_database_refuses_an_approval_of_a_draft(drafted, bob):
    response = drafted(2)
    refused_by_database(lambda: forged(response, bob))


@pytest.mark.calendar
def test_database_accepts_the_honest_approval(submitted, bob):
    assert forged(submitted(2), bob).is_live


def test_database_refuses_two_capacities_for_one_person(submitted, bob):
    response = submitted(1)
    forged(response, bob)
    refused_by_database(lambda: forged(response, bob, capacity="LG"))


@pytest.mark.parametrize("change", [{"decision": "changes"}, {"content_hash": "1" * 64}, {"capacity": "EX"}])
def test_database_refuses_to_change_a_decision(approved, change):
    approved()
    refused_by_database(lambda: Approval.objects.update(**change))


def test_database_refuses_to_revive_a_voided_approval(approved, alice, words):
    edit(approved(), alice, words(OTHER))
    refused_by_database(lambda: Approval.objects.update(voided_at=None, void_reason=""))


def test_database_refuses_to_delete_what_was_decided(published):
    published()
    for model in (Approval, Publication, Revision, Response):
        refused_by_database(lambda model=model: model.objects.all().delete())


@pytest.mark.parametrize("change", [{"renditions": []}, {"content_hash": "1" * 64}, {"number": 7}])
def test_database_refuses_to_change_a_revision(approved, change):
    approved()
    refused_by_database(lambda: Revision.objects.update(**change))


@pytest.mark.parametrize("state", ["approved", "published"])
def test_database_refuses_a_state_that_nobody_earned(submitted, state):
    submitted(2)
    refused_by_database(lambda: Response.objects.update(state=state, published_at=Now()))


def test_database_refuses_published_without_a_publication(approved):
    approved()
    refused_by_database(lambda: Response.objects.update(state="published", published_at=Now()))


def test_database_refuses_a_response_that_begins_approved(incident, alice):
    refused_by_database(
        lambda: Response.objects.create(
            incident=incident, kind="holding", title="Sneaked", author=alice, state="approved"
        )
    )


def test_database_refuses_other_words_under_a_live_approval(approved, alice, words):
    response = approved()
    swapped = Revision.objects.create(
        response=response, number=2, author=alice, renditions=[], audience="public", content_hash="2" * 64
    )
    refused_by_database(lambda: Response.objects.update(current=swapped))


@pytest.mark.calendar
def test_database_refuses_a_publication_without_approval(submitted, alice, account):
    response = submitted(2)
    refused_by_database(lambda: _publication(response, alice, account))


def test_database_refuses_a_publication_of_other_words(approved, alice, account):
    response = approved()
    refused_by_database(lambda: _publication(response, alice, account, content_hash="3" * 64))


def test_database_refuses_to_publish_a_draft_with_live_approval(approved, alice, account):
    response = approved()
    Response.objects.update(state="draft")
    refused_by_database(lambda: _publication(response, alice, account))


@pytest.mark.calendar
def test_database_refuses_to_change_what_was_published(published):
    published()
    refused_by_database(lambda: Publication.objects.update(text="Something else"))


def _publication(response, person, account, **more):
    fields = {
        "response": response,
        "revision": response.current,
        "account": account,
        "account_name": account.full_name,
        "text": WORDS,
        "url": "https://example.com/1",
        "published_at": Now(),
        "recorded_by": person,
        "content_hash": response.current.content_hash,
        **more,
    }
    return Publication.objects.create(**fields)


def test_author_of_the_response_cannot_be_exchanged(approved, bob):
    approved()
    refused_by_database(lambda: Response.objects.update(author=bob))
