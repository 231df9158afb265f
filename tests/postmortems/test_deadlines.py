"""After the incident: the review meeting, and what somebody promised to change."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, NotAllowed
from escalations import engine, working_days
from escalations.models import Deadline
from incidents import actions as incident_actions
from incidents.models import Incident
from journal.models import Entry, Urgency
from notifications.models import Delivery, DeliveryState
from people.models import User
from postmortems import actions
from tests.factories import UserFactory
from tests.postmortems.conftest import stand_down

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
UTC_ZONE = ZoneInfo("UTC")
DAY = timedelta(days=1)


def of(subject, purpose: str) -> Deadline | None:
    found = Deadline.objects.of(subject).filter(purpose=purpose).unsettled()
    return found.order_by("generation", "step", "repeat").last()


def run_out(deadline: Deadline) -> Entry:
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now(), target_at=timezone.now())
    assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk).entry


# The review meeting


@pytest.mark.parametrize(("level", "days"), [(2, 5), (3, 10)])
def test_the_team_meets_within_working_days(activated, bob, level, days):
    post_mortem = stand_down(activated(level), bob)
    resolved_at = Incident.objects.get(pk=post_mortem.incident_id).resolved_at
    expected = working_days.after(resolved_at, days * 1440, UTC_ZONE)
    assert of(post_mortem, "review.meeting").target_at == expected


def test_review_meeting_is_due_in_three_days_and_never_for_an_issue(activated, bob):
    crisis = stand_down(activated(1), bob)
    resolved_at = Incident.objects.get(pk=crisis.incident_id).resolved_at
    assert of(crisis, "review.meeting").target_at == resolved_at + 3 * DAY


def test_an_issue_has_no_meeting(activated, bob):
    assert of(stand_down(activated(4), bob), "review.meeting") is None


def test_missed_meeting_alerts_author_and_lead_until_recorded(post_mortem, alice, bob, erin):
    entry = run_out(of(post_mortem, "review.meeting"))
    assert entry.kind == "postmortem.meeting_overdue"
    assert bob.pk in entry.audience
    with pytest.raises(NotAllowed):
        actions.record_meeting(post_mortem=post_mortem, actor=erin)
    held = actions.record_meeting(post_mortem=post_mortem, actor=alice)
    assert held.review_held_at
    assert of(post_mortem, "review.meeting") is None
    with pytest.raises(ActionRefused, match="recorded already"):
        actions.record_meeting(post_mortem=post_mortem, actor=bob)
    assert of(post_mortem, "postmortem.approval")


def test_reopening_ends_deadlines_and_asks_for_another_meeting(post_mortem, alice, bob):
    actions.record_meeting(post_mortem=post_mortem, actor=alice)
    incident_actions.reopen(incident=post_mortem.incident, actor=alice, reason="it burns again")
    post_mortem.refresh_from_db()
    assert post_mortem.review_held_at is None
    assert not Deadline.objects.of(post_mortem).unsettled().exists()
    with pytest.raises(ActionRefused, match="open again"):
        actions.record_meeting(post_mortem=post_mortem, actor=alice)
    stand_down(Incident.objects.get(pk=post_mortem.incident_id), bob)
    assert of(post_mortem, "review.meeting")


def test_one_button_records_the_meeting(client, post_mortem, alice, erin):
    page, button = post_mortem.get_absolute_url(), reverse("postmortems:meeting", args=[post_mortem.pk])
    client.force_login(erin)
    assert button not in client.get(page).content.decode()
    assert client.post(button).status_code == 403
    client.force_login(alice)
    assert button in client.get(page).content.decode()
    assert client.post(button).status_code == 302
    shown = client.get(page).content.decode()
    assert button not in shown
    assert "review meeting held" in shown


# Actions


@pytest.fixture
def owner(db) -> User:
    return UserFactory(name="Olga Owner", time_zone="Pacific/Auckland")


@pytest.fixture
def action(post_mortem, alice, owner):
    due_on = timezone.localdate() + 10 * DAY
    return actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="List certificates", owner=owner, due_on=due_on
    )


def test_an_action_is_due_when_the_day_ends_where_its_owner_is(action):
    midnight = datetime.combine(action.due_on + DAY, datetime.min.time(), ZoneInfo("Pacific/Auckland"))
    assert of(action, "corrective_action.due").target_at == midnight


def test_without_an_owner_the_day_ends_in_the_sites_zone(post_mortem, alice):
    due_on = timezone.localdate() + DAY
    action = actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="Somebody should", due_on=due_on
    )
    midnight = datetime.combine(due_on + DAY, datetime.min.time(), UTC_ZONE)
    assert of(action, "corrective_action.due").target_at == midnight
    loose = actions.add_corrective_action(post_mortem=post_mortem, actor=alice, title="One day")
    assert of(loose, "corrective_action.due") is None


def test_late_action_alerts_owner_and_lead_until_done(action, owner, alice, bob):
    actions.accept_corrective_action(action=action, actor=owner)
    actions.start_corrective_action(action=action, actor=owner)
    entry = run_out(of(action, "corrective_action.due"))
    assert set(entry.audience) == {owner.pk, bob.pk}
    assert entry.sentence.startswith("“List certificates” was due on")
    actions.complete_corrective_action(action=action, actor=owner, result="84 listed")
    assert of(action, "corrective_action.due") is None
    assert not Delivery.objects.filter(entry=entry, state=DeliveryState.PENDING).exists()
    actions.return_corrective_action(action=action, actor=alice, verification="two are missing")
    assert of(action, "corrective_action.due").target_at > timezone.now()
    actions.cancel_corrective_action(action=action, actor=alice, reason="the system is gone")
    assert of(action, "corrective_action.due") is None


def test_what_is_due_on_a_day_wakes_nobody(action, bob):
    while deadline := Deadline.objects.of(action).armed().first():
        run_out(deadline)
    last = Entry.objects.filter(kind="deadline.exhausted").get()
    assert last.urgency == Urgency.SOON
    assert "Corrective action “List certificates”" in last.sentence


def test_late_action_when_returned_gets_the_policys_time(action, owner, alice):
    actions.accept_corrective_action(action=action, actor=owner)
    actions.start_corrective_action(action=action, actor=owner)
    actions.complete_corrective_action(action=action, actor=owner, result="84 listed")
    type(action).objects.filter(pk=action.pk).update(due_on=timezone.localdate() - 5 * DAY)
    actions.return_corrective_action(action=action, actor=alice, verification="two are missing")
    assert round((of(action, "corrective_action.due").target_at - timezone.now()) / DAY) == 3


def test_another_date_or_owner_moves_the_deadline(action, alice, carol):
    before = of(action, "corrective_action.due")
    facts = {"title": action.title, "detail": "", "verifier": None, "lesson": None}
    same = actions.change_corrective_action(
        action=action, actor=alice, owner=action.owner, due_on=action.due_on, **facts
    )
    assert of(same, "corrective_action.due") == before
    later = action.due_on + 3 * DAY
    actions.change_corrective_action(action=action, actor=alice, owner=carol, due_on=later, **facts)
    midnight = datetime.combine(later + DAY, datetime.min.time(), UTC_ZONE)
    assert of(action, "corrective_action.due").target_at == midnight


def test_owner_without_access_is_not_alerted(action, owner, alice, bob):
    incident_actions.change_members(
        incident=action.post_mortem.incident, actor=alice, confidential=True, members=[]
    )
    entry = run_out(of(action, "corrective_action.due"))
    assert owner.pk not in entry.audience
    assert bob.pk in entry.audience
