"""Publication: what it demands at that moment, what it records, what it does to the incident's deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from common.errors import ActionRefused, Conflict, NotAllowed
from escalations import purposes
from escalations.missed import record_missed
from escalations.models import Deadline
from incidents.models import Incident
from journal.models import Entry
from responses import actions
from responses.models import Approval, Publication, Response, Tone
from tests.factories import BrandFactory

pytestmark = pytest.mark.calendar


def go(response, person, *posts, **more):
    words = more.pop("content_hash", response.current.content_hash)
    return actions.publish(response=response, actor=person, content_hash=words, posts=posts)


def test_records_exactly_the_approved_words(approved, alice, posted, account):
    response = go(approved(), alice, posted())
    publication = Publication.objects.get()
    assert (response.state, publication.account) == ("published", account)
    assert publication.text == response.current.renditions[0]["text"]
    assert publication.content_hash == Approval.objects.get().content_hash
    assert Entry.objects.filter(kind="response.published").count() == 1


def test_publishing_meets_one_deadline_and_arms_the_promised_one(approved, alice, posted):
    response = go(approved(), alice, posted())
    armed = set(Deadline.objects.armed().values_list("purpose", flat=True))
    assert "incident.holding_statement" not in armed
    assert {"update.promised"} <= armed
    incident = Incident.objects.get(pk=response.incident_id)
    assert incident.first_response_at == response.published_at
    assert incident.next_update_by == response.current.next_update_by


def test_draft_cannot_be_published(drafted, alice, posted):
    with pytest.raises(ActionRefused):
        go(drafted(2), alice, posted())


def test_reader_cannot_publish(approved, erin, posted):
    with pytest.raises(NotAllowed):
        go(approved(), erin, posted())


def test_stale_hash_is_refused(approved, alice, posted):
    with pytest.raises(Conflict):
        go(approved(), alice, posted(), content_hash="0" * 64)


def test_locked_incident_publishes_nothing(approved, alice, posted, close_down):
    response = approved()
    close_down(response.incident)
    with pytest.raises(ActionRefused, match="locked"):
        go(response, alice, posted())


def test_level_is_asked_again_at_publication_whoever_raised_it(approved, alice, bob, carol, dave, posted):
    response = approved()
    Incident.objects.update(level=1)  # by a path that told nobody
    with pytest.raises(ActionRefused, match="not approved by"):
        go(response, alice, posted())
    for person in (carol, dave):
        actions.approve(response=response, actor=person, content_hash=response.current.content_hash)
    assert go(response, alice, posted()).state == "published"


@pytest.mark.parametrize("change", ["platform", "brand"])
def test_approved_words_go_to_no_other_platform_or_brand(approved, alice, posted, account, change):
    response = approved()
    other = {"platform": "facebook", "brand": BrandFactory(name="Other", slug="other")}
    setattr(account, change, other[change])
    account.save()
    with pytest.raises(ActionRefused, match="was changed"):
        go(response, alice, posted())


def test_scheduled_content_must_be_decided(approved, alice, posted):
    response = approved()
    Incident.objects.update(scheduled_content="undecided")
    with pytest.raises(ActionRefused, match="scheduled"):
        go(response, alice, posted())


def test_incomplete_checklist_is_asked_again_at_publication(approved, alice, posted):
    response = approved()
    Response.objects.update(checklist=["plain"])
    with pytest.raises(ActionRefused, match="checklist"):
        go(response, alice, posted())


@pytest.mark.parametrize("left_out", Tone.values)
def test_every_point_of_the_tone_checklist_is_needed(drafted, alice, left_out):
    with pytest.raises(ActionRefused, match="checklist"):
        actions.submit(
            response=drafted(2), actor=alice, checklist=[tone for tone in Tone.values if tone != left_out]
        )


def test_holding_statement_must_promise_the_next_word(drafted, alice, words):
    response = drafted(2, content=words(next_update_by=None))
    with pytest.raises(ActionRefused, match="next update"):
        actions.submit(response=response, actor=alice, checklist=Tone.values)


def test_text_beyond_the_platforms_limit_is_not_submitted(drafted, alice, words):
    response = drafted(2, content=words("x" * 281))
    with pytest.raises(ActionRefused, match="280"):
        actions.submit(response=response, actor=alice, checklist=Tone.values)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.com/1", "example", "", "https://exa mple.com"]
)
def test_address_must_be_a_web_address(approved, alice, posted, url):
    with pytest.raises(ActionRefused):
        go(approved(), alice, posted(url=url))


def test_time_in_the_future_is_refused(approved, alice, posted):
    with pytest.raises(ActionRefused, match="future"):
        go(approved(), alice, posted(published_at=timezone.now() + timedelta(minutes=2)))


def test_time_before_the_approval_is_refused(approved, alice, posted):
    with pytest.raises(ActionRefused, match="approved later"):
        go(approved(), alice, posted(published_at=timezone.now() - timedelta(hours=1)))


def test_late_approval_publishes_nothing_past_the_promise(submitted, bob, alice, posted):
    response = submitted(2)
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        response = actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
        assert (response.state, Publication.objects.count()) == ("approved", 0)
        with pytest.raises(ActionRefused, match="promised time"):
            go(response, alice, posted())


def test_not_before_the_time_that_was_approved(drafted, alice, bob, words, posted):
    later = timezone.now() + timedelta(minutes=30)
    response = drafted(2, content=words(scheduled_for=later))
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    response = actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
    with pytest.raises(ActionRefused, match="later time"):
        go(response, alice, posted())
    with time_machine.travel(later + timedelta(minutes=1)):
        assert go(response, alice, posted(published_at=later)).state == "published"


def test_second_account_follows_later_and_none_twice(
    drafted, alice, bob, words, account, site_account, posted
):
    response = drafted(2, content=words(texts={account.pk: "Short.", site_account.pk: "Long."}))
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    response = actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
    go(response, alice, posted())
    with pytest.raises(ActionRefused, match="recorded already"):
        go(response, alice, posted(url="https://x.com/other"))
    go(response, alice, posted(account=site_account.pk, url="https://kestrel.example/news/1"))
    assert response.publications.count() == 2


def test_account_without_approved_text_is_refused(approved, alice, posted, site_account):
    with pytest.raises(ActionRefused):
        go(approved(), alice, posted(account=site_account.pk))


def test_published_text_cannot_be_edited(published, alice, words):
    with pytest.raises(ActionRefused):
        actions.save_text(
            response=published(), actor=alice, title="First word", content=words("Else."), base_number=1
        )


def test_correction_and_withdrawal_need_a_reason_keep_the_words(published, alice):
    response = published()
    with pytest.raises(ActionRefused):
        actions.withdraw(response=response, actor=alice, reason=" ")
    actions.mark_corrected(response=response, actor=alice, reason="The time was wrong.")
    response = actions.withdraw(response=response, actor=alice, reason="Replaced.")
    assert (response.state, response.publications.count()) == ("withdrawn", 1)


def test_locked_incident_takes_no_new_draft_submission_or_edit(drafted, incident, alice, words, close_down):
    response = drafted(2)
    locked = close_down(incident)
    for change in (
        lambda: actions.start_response(
            incident=locked, actor=alice, kind="holding", title="Late word", content=words()
        ),
        lambda: actions.submit(response=response, actor=alice, checklist=Tone.values),
        lambda: actions.save_text(
            response=response, actor=alice, title="First word", content=words("Else."), base_number=1
        ),
    ):
        with pytest.raises(ActionRefused, match="locked"):
            change()


def test_recovery_post_after_stand_down_takes_lead_and_executive(
    activated, alice, bob, dave, words, posted, close_down
):
    incident = activated(2)  # Bob leads
    with pytest.raises(ActionRefused, match="after stand-down"):
        actions.start_response(
            incident=incident, actor=alice, kind="recovery", title="Thank you", content=words()
        )
    close_down(incident)
    response = actions.start_response(
        incident=incident, actor=alice, kind="recovery", title="Thank you", content=words()
    )
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    response = actions.approve(response=response, actor=dave, content_hash=response.current.content_hash)
    assert response.state == "in_review"
    response = actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
    assert go(response, alice, posted()).state == "published"
    assert Incident.objects.get(pk=incident.pk).state == "resolved"


def test_take_back_stops_the_deadline_and_voids(approved, alice):
    response = actions.take_back(response=approved(), actor=alice)
    assert response.state == "draft"
    assert not Approval.objects.live().exists()
    assert not Deadline.objects.armed().filter(purpose="draft.approval").exists()


def test_submission_alerts_approvers_and_arms_their_deadline(submitted, bob, carol, dave, erin):
    response = submitted(1)
    entry = Entry.objects.get(kind="response.submitted")
    assert set(entry.audience) == {bob.pk, carol.pk, dave.pk}
    assert entry.urgency == "now"
    assert Deadline.objects.of(response).armed().get().purpose == "draft.approval"


def test_missed_approval_alerts_policys_people_and_approvers(submitted, activated, carol, dave):
    response = submitted(1)
    deadline = Deadline.objects.of(response).armed().get()
    entry = record_missed(purposes.get("draft.approval"), response, deadline)
    assert {carol.pk, dave.pk} <= set(entry.audience)


def test_confidential_incident_names_no_outsider(drafted, alice, bob, carol):
    response = drafted(2)
    Incident.objects.update(confidential=True)
    Incident.objects.get().members.add(bob)
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    assert Entry.objects.get(kind="response.submitted").audience == [bob.pk]
