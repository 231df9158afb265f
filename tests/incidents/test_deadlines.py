"""Whatever can be forgotten in an incident alerts somebody, and stops when it is done or no longer matters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from escalations import engine
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline, Policy
from incidents import actions, running_deadlines
from incidents.models import Incident, IncidentState, Playbook, RoleAssignment, StepPhase, TaskState
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from people.models import CrisisRole, DutyShift, User
from tests.conftest import SCORES
from tests.factories import UserFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
MINUTE = timedelta(minutes=1)


def of(subject, purpose: str) -> Deadline | None:
    """What runs, or has run out and nobody has acted; the last of it."""
    found = Deadline.objects.of(subject).filter(purpose=purpose).unsettled()
    return found.order_by("generation", "step", "repeat").last()


def minutes(deadline: Deadline, since) -> int:
    return round((deadline.target_at - since) / MINUTE)


def run_out(deadline: Deadline) -> Entry:
    Deadline.objects.filter(pk=deadline.pk).update(due_at=timezone.now(), target_at=timezone.now())
    assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk).entry


def staff(incident, by, *roles: str):
    """Somebody new for each role; returns them in that order."""
    people = [UserFactory() for _role in roles]
    for role, person in zip(roles, people, strict=True):
        actions.assign_role(incident=incident, actor=by, role=role, user=person)
    return people


def began(incident, ago: timedelta) -> None:
    """As though the response had been activated so long ago."""
    Incident.objects.filter(pk=incident.pk).update(activated_at=timezone.now() - ago)
    incident.refresh_from_db()


# Activation


def test_activation_arms_every_deadline_of_the_response(activated):
    incident = activated(2)
    assert minutes(of(incident, "incident.sitrep"), incident.activated_at) == 60
    assert minutes(of(incident, "role.vacant"), incident.activated_at) == 20
    for task in incident.tasks.filter(state=TaskState.OPEN):
        deadline = of(task, "task.ageing")
        assert (deadline and deadline.target_at) == task.due_at
    for notice in incident.stakeholder_notices.all():
        assert of(notice, "stakeholder.notice").target_at == notice.due_at


def test_an_issue_needs_no_situation_reports(activated):
    assert of(activated(4), "incident.sitrep") is None


def test_a_long_playbook_costs_as_many_queries_as_a_short_one(triaged, alice, bob, dave):
    incident = triaged(2)
    for role, user, is_deputy in (("CL", bob, False), ("CL", dave, True), ("SC", alice, False)):
        actions.assign_role(incident=incident, actor=alice, role=role, user=user, is_deputy=is_deputy)
    counts = []
    for size in (1, 3, 100):  # the first one also fills caches
        playbook = Playbook.objects.create(slug=f"of-{size}", name=f"Of {size}")
        for position in range(size):
            playbook.steps.create(
                phase=StepPhase.OWN, position=position, role="SM", text=f"Step {position}", target_minutes=30
            )
        running_deadlines.stop_everything(incident)
        incident.tasks.all().delete()
        incident.stakeholder_notices.all().delete()
        Incident.objects.filter(pk=incident.pk).update(state=IncidentState.TRIAGED)
        with CaptureQueriesContext(connection) as queries:
            actions.activate(incident=incident, actor=alice, playbook=playbook)
        counts.append(len(queries))
        running = Deadline.objects.armed().filter(purpose="task.ageing")
        assert running.filter(object_id__in=incident.tasks.values("pk")).count() >= size
    assert counts[1] == counts[2]


# Situation reports


def test_each_report_arms_the_deadline_of_the_next(activated, alice, bob):
    incident = activated(2)
    first = of(incident, "incident.sitrep")
    reported = actions.report_situation(incident=incident, actor=alice, next_steps="Bob calls the airport.")
    again = of(incident, "incident.sitrep")
    assert (again.generation, reported.sitrep_count) == (first.generation + 1, 1)
    assert minutes(again, reported.last_sitrep_at) == 60
    entry = Entry.objects.get(kind="incident.sitrep")
    assert bob.pk in entry.audience
    assert alice.pk not in entry.audience
    assert "Bob calls the airport." in entry.sentence


def test_crisis_reports_half_hourly_then_hourly_after_two_hours(activated, alice):
    incident = activated(1)
    began(incident, timedelta(minutes=100))
    early = actions.report_situation(incident=incident, actor=alice, next_steps="Go on.")
    assert minutes(of(incident, "incident.sitrep"), early.last_sitrep_at) == 30
    began(incident, timedelta(minutes=121))
    late = actions.report_situation(incident=incident, actor=alice, next_steps="Go on.")
    assert minutes(of(incident, "incident.sitrep"), late.last_sitrep_at) == 60


@pytest.mark.parametrize("level", [2, 3])
def test_below_a_crisis_the_rhythm_of_reports_stays(activated, alice, level):
    incident = activated(level)
    usual = Policy.objects.get(purpose="incident.sitrep", level=level).minutes
    for ago in (timedelta(minutes=100), timedelta(hours=3)):
        began(incident, ago)
        reported = actions.report_situation(incident=incident, actor=alice, next_steps="Go on.")
        assert minutes(of(incident, "incident.sitrep"), reported.last_sitrep_at) == usual


def test_a_missing_report_tells_scribe_and_lead(activated, alice, bob):
    entry = run_out(of(activated(2), "incident.sitrep"))
    assert entry.kind == "incident.sitrep_missed"
    assert set(entry.audience) == {alice.pk, bob.pk}


def test_a_report_needs_a_response_and_a_next_step(incident, activated, alice, erin):
    with pytest.raises(ActionRefused, match="Activate"):
        actions.report_situation(incident=incident, actor=alice, next_steps="Wait.")
    incident = activated(2)
    with pytest.raises(Invalid):
        actions.report_situation(incident=incident, actor=alice, next_steps=" ")
    with pytest.raises(NotAllowed):
        actions.report_situation(incident=incident, actor=erin, next_steps="Wait.")
    assert not Entry.objects.filter(kind="incident.sitrep").exists()


def test_the_page_reports_and_shows_the_reports_before(client, activated, alice):
    incident = activated(2)
    page = reverse("incidents:sitrep", args=[incident.pk])
    client.force_login(alice)
    assert client.get(page).status_code == 200
    assert client.post(page, {"next_steps": ""}).status_code == 422
    assert client.post(page, {"next_steps": "Bob calls."}).status_code == 302
    assert "Bob calls." in client.get(page).content.decode()
    assert page in client.get(incident.get_absolute_url()).content.decode()


# Roles


def test_demanded_role_is_missed_until_somebody_accepts(activated, alice, bob):
    incident = activated(3)
    entry = run_out(of(incident, "role.vacant"))
    assert entry.kind == "role.vacant"
    assert "Comms lead, Social media manager, Subject lead, Customer care" in entry.sentence
    staff(incident, alice, "CO", "SM", "SME")
    assert of(incident, "role.vacant")
    staff(incident, alice, "CC")
    assert of(incident, "role.vacant") is None


def test_a_declined_role_is_vacant_again(activated, alice):
    incident = activated(3)
    [person, *_others] = staff(incident, alice, "CO", "SM", "SME", "CC")
    actions.decline_role(
        assignment=RoleAssignment.objects.get(user=person), actor=person, reason="I am on a plane"
    )
    assert of(incident, "role.vacant")


def test_before_the_response_no_role_is_vacant(triaged):
    assert of(triaged(2), "role.vacant") is None


def test_a_rise_demands_more_roles_and_a_fall_waives_them(activated, alice, bob):
    incident = activated(4)
    staff(incident, alice, "SM", "CC")
    assert of(incident, "role.vacant") is None
    actions.assess(incident=incident, actor=alice, scores=SCORES[3])
    assert of(incident, "role.vacant")
    for _twice in range(2):
        actions.assess(incident=incident, actor=bob, scores=SCORES[4])
    incident.refresh_from_db()
    assert incident.level == 4
    assert of(incident, "role.vacant") is None


def test_whoever_is_asked_and_does_not_answer_is_missed(activated, alice, bob, carol):
    incident = activated(2)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    deadline = of(role, "role.unaccepted")
    assert minutes(deadline, role.assigned_at) == 10
    entry = run_out(deadline)
    assert set(entry.audience) == {alice.pk, bob.pk}  # Carol was asked, and is not alerted to call herself
    assert entry.sentence.startswith("Carol Li was asked to be Legal and has not answered.")
    run_out(of(role, "role.unaccepted"))
    repeated = run_out(of(role, "role.unaccepted"))
    assert repeated.kind == "deadline.repeated"
    assert "Answer to a role “Carol Li”" in repeated.sentence
    actions.accept_role(assignment=role, actor=carol)
    assert of(role, "role.unaccepted") is None
    assert not Delivery.objects.filter(entry=repeated, state=DeliveryState.PENDING).exists()


def test_who_was_asked_is_alerted_only_when_nobody_else_is_left(activated, alice, bob, carol, dave):
    incident = activated(2)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    User.objects.exclude(pk=carol.pk).update(is_active=False)
    assert run_out(of(role, "role.unaccepted")).audience == [carol.pk]


def test_declined_handed_over_or_own_role_is_not_waited_for(activated, alice, carol, dave):
    incident = activated(2)
    own = RoleAssignment.objects.get(user=alice)
    assert of(own, "role.unaccepted") is None
    asked = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    actions.decline_role(assignment=asked, actor=carol, reason="conflict of interest")
    assert of(asked, "role.unaccepted") is None
    deputy = RoleAssignment.objects.get(user=dave)
    successor = actions.hand_over_role(assignment=deputy, actor=dave, to=carol, briefing="All is open.")
    assert of(deputy, "role.unaccepted") is None
    assert of(successor, "role.unaccepted")


# Tasks and stakeholders to be notified


def test_a_late_task_tells_its_role_and_stops_when_it_is_done(activated, alice):
    incident = activated(2)
    [manager] = staff(incident, alice, "SM")
    task = incident.tasks.filter(role="SM", due_at__isnull=False).first()
    entry = run_out(of(task, "task.ageing"))
    assert entry.kind == "task.overdue"
    assert set(entry.audience) == {manager.pk, alice.pk}  # the role's holder and the scribe
    assert task.text in entry.sentence
    assert entry.path.endswith("#tasks")
    actions.settle_task(task=task, actor=manager, state=TaskState.SKIPPED, text="not on this channel")
    assert of(task, "task.ageing") is None


def test_task_added_with_a_time_has_a_deadline(activated, alice):
    incident = activated(2)
    due_at = timezone.now() + timedelta(hours=3)
    timed = actions.add_task(incident=incident, actor=alice, role="SM", text="Look again", due_at=due_at)
    loose = actions.add_task(incident=incident, actor=alice, role="SM", text="Some day")
    assert of(timed, "task.ageing").target_at == due_at
    assert of(loose, "task.ageing") is None


@pytest.mark.parametrize("how", ["notified", "skipped"])
def test_whoever_must_hear_from_us_is_not_forgotten(activated, alice, how):
    incident = activated(2)
    [care] = staff(incident, alice, "CC")
    notice = incident.stakeholder_notices.get(sender_role="CC")
    entry = run_out(of(notice, "stakeholder.notice"))
    assert care.pk in entry.audience
    assert "Affected people should have heard from us" in entry.sentence
    if how == "notified":
        actions.notify_stakeholder(notice=notice, actor=care)
    else:
        actions.skip_stakeholder(notice=notice, actor=care, reason="they called us")
    assert of(notice, "stakeholder.notice") is None


def test_an_acknowledged_task_lapses_when_it_is_not_done(activated, alice):
    incident = activated(2)
    task = incident.tasks.filter(state=TaskState.OPEN, due_at__isnull=False).first()
    entry = run_out(of(task, "task.ageing"))
    acknowledge_deadline(deadline=entry.deadline, actor=alice)
    lapsed = run_out(of(task, "task.ageing"))
    assert lapsed.kind == "deadline.lapsed"
    assert task.text in lapsed.sentence


def test_only_those_who_see_a_confidential_incident_are_alerted(activated, alice, bob, dave):
    incident = activated(2)
    actions.change_members(incident=incident, actor=alice, confidential=True, members=[])
    outsider = UserFactory()
    now = timezone.now()
    DutyShift.objects.create(
        role=CrisisRole.SOCIAL_MANAGER,
        user=outsider,
        starts_at=now - MINUTE,
        ends_at=now + timedelta(hours=8),
    )
    task = incident.tasks.filter(role="SM", due_at__isnull=False).first()
    entry = run_out(of(task, "task.ageing"))
    assert outsider.pk not in entry.audience
    assert set(entry.audience) <= {alice.pk, bob.pk, dave.pk}


def test_who_asked_and_may_not_see_it_any_more_is_not_alerted(activated, alice, bob, carol, dave):
    incident = activated(2)
    asked = actions.assign_role(incident=incident, actor=UserFactory(), role="LG", user=carol)
    actions.change_members(incident=incident, actor=alice, confidential=True, members=[])
    assert set(run_out(of(asked, "role.unaccepted")).audience) == {bob.pk}


# Tasks that tick themselves


def open_texts(incident) -> set[str]:
    return set(incident.tasks.filter(state=TaskState.OPEN).values_list("text", flat=True))


def test_task_is_done_when_its_deed_is_done_elsewhere(activated, alice, bob):
    incident = activated(2)
    assert "Score the incident and name the roles" not in open_texts(incident)
    pause = incident.tasks.get(text__startswith="Pause scheduled")
    actions.change_situation(
        incident=incident,
        actor=alice,
        before={"known": "", "scheduled_content": "undecided"},
        after={"known": "Check-in is down", "scheduled_content": "paused"},
    )
    assert pause.text not in open_texts(incident)
    assert of(pause, "task.ageing") is None
    speak = incident.tasks.get(text__startswith="Publish the approved")
    assert speak.text in open_texts(incident)
    actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
    speak.refresh_from_db()
    assert (speak.state, speak.settled_by) == (TaskState.DONE, bob)
    tell = incident.tasks.get(text="Notify the responsible department")
    actions.notify_department(incident=incident, actor=alice, department="Ground handling")
    assert tell.text not in open_texts(incident)


def test_other_changes_tick_nothing(activated, alice):
    incident = activated(2)
    before = open_texts(incident)
    actions.change_situation(
        incident=incident, actor=alice, before={"known": ""}, after={"known": "It rains"}
    )
    assert open_texts(incident) == before


# The level


def test_a_rise_counts_from_the_beginning_and_puts_nothing_off(activated, alice):
    incident = activated(3)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=UserFactory())
    vacant, sitrep = of(incident, "role.vacant"), of(incident, "incident.sitrep")
    soon = timezone.now() + MINUTE
    Deadline.objects.filter(pk=sitrep.pk).update(target_at=soon)  # closer than L1 would have it
    actions.assess(incident=incident, actor=alice, scores=SCORES[1])
    assert of(incident, "incident.sitrep").target_at == soon
    assert minutes(of(incident, "role.vacant"), vacant.armed_at) == 10
    assert minutes(of(role, "role.unaccepted"), role.assigned_at) == 5
    assert of(incident, "role.vacant").level == 1


def test_rise_past_a_target_alerts_once_then_step_by_step(activated, alice):
    incident = activated(3)
    ago = timezone.now() - timedelta(hours=3)
    Incident.objects.filter(pk=incident.pk).update(detected_at=ago, logged_at=ago)
    Deadline.objects.of(incident).filter(purpose="incident.holding_statement").update(armed_at=ago)
    actions.assess(incident=incident, actor=alice, scores=SCORES[2])
    assert of(incident, "incident.holding_statement").target_at < timezone.now()
    while engine.tick():
        pass
    incident.refresh_from_db()
    assert incident.level == 2  # twice the target has passed as well, but nobody had an hour to act
    following = of(incident, "incident.holding_statement")
    assert following.step == 1
    assert 59 <= (following.due_at - timezone.now()) / MINUTE <= 60


@pytest.mark.parametrize(("times", "kept"), [(9, True), (1, False)])
def test_rise_puts_no_alert_off(activated, alice, times, kept):
    incident = activated(3)
    Policy.objects.get(purpose="incident.sitrep", level=1).steps.update(times_target=times)
    before = of(incident, "incident.sitrep")
    actions.assess(incident=incident, actor=alice, scores=SCORES[1])
    after = of(incident, "incident.sitrep")
    assert after.due_at <= before.due_at
    assert (after == before) is kept
    assert after.level == (3 if kept else 1)


def test_rise_to_a_level_without_target_keeps_the_deadline(activated, alice):
    incident = activated(3)
    Policy.objects.filter(purpose="incident.sitrep", level=1).delete()
    before = of(incident, "incident.sitrep")
    actions.assess(incident=incident, actor=alice, scores=SCORES[1])
    assert of(incident, "incident.sitrep") == before


def test_fall_gives_more_time_but_keeps_what_is_acknowledged(activated, alice, bob, carol):
    incident = activated(2)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    taken = actions.assign_role(incident=incident, actor=alice, role="MA", user=UserFactory())
    acknowledge_deadline(deadline=of(taken, "role.unaccepted"), actor=bob)
    lapse = of(taken, "role.unaccepted")
    for _twice in range(2):
        actions.assess(incident=incident, actor=bob, scores=SCORES[3])
    assert minutes(of(role, "role.unaccepted"), role.assigned_at) == 60
    assert of(taken, "role.unaccepted") == lapse


def test_rise_by_a_missed_deadline_moves_the_others_along(activated, alice):
    incident = activated(3)
    policy = Policy.objects.get(purpose="incident.sitrep", level=3)
    policy.steps.filter(position=0).update(raise_level=True)
    actions.report_situation(incident=incident, actor=alice, next_steps="Wait.")
    entry = run_out(of(incident, "incident.sitrep"))
    assert entry.kind == "deadline.missed_raised"
    assert minutes(of(incident, "role.vacant"), incident.activated_at) == 20
    following = of(incident, "incident.sitrep")
    assert (following.generation, following.step) == (entry.deadline.generation, 1)


# The end, and the beginning again


def stand_down(incident, bob) -> None:
    actions.decide_no_response(incident=incident, actor=bob, reason="a joke")
    actions.begin_monitoring(incident=incident, actor=bob)
    for check in ("stakeholders", "department"):
        actions.waive_check(incident=incident, actor=bob, check_code=check, reason="nobody concerned")
    actions.sign_off(incident=incident, actor=bob, role=CrisisRole.CRISIS_LEAD)
    actions.resolve(incident=incident, actor=bob)


def test_everything_stops_with_the_incident_and_resumes_with_it(activated, alice, bob, carol):
    incident = activated(2)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    first, *_others, last = incident.tasks.filter(state=TaskState.OPEN, due_at__isnull=False).order_by(
        "due_at"
    )
    missed = run_out(of(first, "task.ageing"))
    stand_down(incident, bob)
    assert not running_deadlines.deadlines_ending_with(incident).unsettled().exists()
    assert not Delivery.objects.filter(entry=missed, state=DeliveryState.PENDING).exists()
    actions.add_task(incident=incident, actor=alice, role="SM", text="Later", due_at=timezone.now() + MINUTE)
    assert not running_deadlines.deadlines_ending_with(incident).unsettled().exists()

    incident.tasks.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(days=1))
    actions.reopen(incident=incident, actor=alice, reason="it burns again")
    now = timezone.now()
    assert minutes(of(incident, "incident.sitrep"), now) == 60
    assert minutes(of(incident, "role.vacant"), now) == 20
    assert minutes(of(role, "role.unaccepted"), now) == 10
    assert of(last, "task.ageing").target_at == last.due_at
    assert minutes(of(first, "task.ageing"), now) == 30  # its time has passed: the policy's counts
    assert of(incident, "incident.holding_statement") is None  # decided
    assert not Deadline.objects.due().exists()


def test_a_dismissed_incident_asks_nobody_and_a_reopened_one_does(triaged, alice, carol):
    incident = triaged(3)
    role = actions.assign_role(incident=incident, actor=alice, role="LG", user=carol)
    actions.dismiss(incident=incident, actor=alice, reason="satire")
    assert not running_deadlines.deadlines_ending_with(incident).unsettled().exists()
    actions.reopen(incident=incident, actor=alice, reason="not satire")
    assert of(role, "role.unaccepted")
    assert minutes(of(incident, "incident.acknowledge"), timezone.now()) == 60


# Playbooks


@pytest.fixture
def outage(db):
    playbook = Playbook.objects.get(slug="outage")
    actions.schedule_review(playbook)
    return playbook


def test_playbook_is_reviewed_within_a_year_by_who_may_change_it(outage, alice, admin):
    today = timezone.localdate()
    assert outage.review_due_on > today + timedelta(days=360)
    with pytest.raises(NotAllowed):
        actions.review_playbook(playbook=outage, actor=alice, next_on=today + timedelta(days=30))
    for wrong in (today, today + timedelta(days=400)):
        with pytest.raises(Invalid):
            actions.review_playbook(playbook=outage, actor=admin, next_on=wrong)
    reviewed = actions.review_playbook(playbook=outage, actor=admin, next_on=today + timedelta(days=30))
    deadline = of(outage, "playbook.review")
    assert reviewed.review_due_on == today + timedelta(days=30)
    # the midnight with which that day ends, UTC
    assert deadline.target_at.date() == today + timedelta(days=31)
    assert Entry.objects.get(kind="playbook.reviewed").actor == admin


def test_aged_playbook_alerts_administrators_until_reviewed(outage, admin):
    entry = run_out(of(outage, "playbook.review"))
    assert entry.kind == "playbook.review_due"
    assert entry.audience == [admin.pk]
    assert entry.path == reverse("readiness:playbook", args=["outage"])
    actions.review_playbook(playbook=outage, actor=admin, next_on=timezone.localdate() + timedelta(days=200))
    assert of(outage, "playbook.review").state == "armed"


def test_the_review_is_recorded_on_a_page(client, outage, admin, alice):
    page = reverse("incidents:review_playbook", args=["outage"])
    shown = reverse("readiness:playbook", args=["outage"])
    client.force_login(alice)
    assert page not in client.get(shown).content.decode()
    client.force_login(admin)
    assert page in client.get(shown).content.decode()
    assert client.post(page, {"next_on": "2020-01-01"}).status_code == 422
    next_on = timezone.localdate() + timedelta(days=100)
    assert client.post(page, {"next_on": next_on.isoformat()}).status_code == 302
    outage.refresh_from_db()
    assert outage.review_due_on == next_on


def test_another_day_in_the_administration_moves_the_deadline(client, outage, admin):
    client.force_login(admin)
    page = reverse("admin:incidents_playbook_change", args=[outage.pk])
    day = timezone.localdate() + timedelta(days=50)
    steps = list(outage.steps.all())
    inline = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": len(steps)}
    for number, step in enumerate(steps):
        inline |= {
            f"steps-{number}-id": step.pk,
            f"steps-{number}-playbook": outage.pk,
            f"steps-{number}-position": step.position,
            f"steps-{number}-role": step.role,
            f"steps-{number}-text": step.text,
            f"steps-{number}-target_minutes": step.target_minutes or "",
        }
    before = of(outage, "playbook.review")
    shown = {"initial-review_due_on": outage.review_due_on.isoformat()}  # hidden beside the field
    facts = {"name": outage.name, "slug": outage.slug, **shown, **inline}
    client.post(page, {**facts, "review_due_on": outage.review_due_on.isoformat()})
    assert of(outage, "playbook.review") == before
    assert client.post(page, {**facts, "review_due_on": "9999-12-31"}).status_code == 200
    answer = client.post(page, {**facts, "review_due_on": day.isoformat()})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert of(outage, "playbook.review").target_at.date() == day + timedelta(days=1)
