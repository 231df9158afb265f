"""The room always shows what fires next, whom it reaches, who has what, and what was sent with which result."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from desk.work_queue import work_items_of
from escalations import engine
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline, Policy
from incidents import actions, running_deadlines
from incidents.escalation_facts import escalation_of
from notifications.models import ContactPoint, Delivery
from people.models import DutyShift
from tests.factories import UserFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
HOLDING = "incident.holding_statement"


def room(client, incident) -> str:
    return " ".join(client.get(f"/incidents/{incident.pk}/").content.decode().split())


def part(page: str, name: str) -> str:
    """What stands between the element with this id and the next section."""
    return page.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]


def strip(page: str) -> str:
    return page.split('id="strip"', 1)[1].split('id="asks"', 1)[0]


def miss(incident, purpose: str = HOLDING, times: int = 1) -> Deadline:
    for _time in range(times):
        deadline = Deadline.objects.of(incident).armed().get(purpose=purpose)
        then = timezone.now() - timedelta(minutes=1)
        Deadline.objects.filter(pk=deadline.pk).update(due_at=then, target_at=then)
        assert engine.fire(deadline.pk)
    return Deadline.objects.get(pk=deadline.pk)


def only(incident, purpose: str = HOLDING) -> None:
    """Leave one deadline running, so that it is the one that fires next."""
    Deadline.objects.exclude(purpose=purpose).delete()


def test_what_was_sent_tells_of_every_urgent_message(client, incident, brand, alice, bob):
    client.force_login(bob)
    assert "Nothing has been sent yet" in part(room(client, incident), "escalation")  # nobody was on duty
    now = timezone.now()
    DutyShift.objects.create(role="CL", user=bob, starts_at=now, ends_at=now + timedelta(hours=8))
    other = actions.log_incident(actor=alice, brand=brand, title="Fuel prices")
    panel = part(room(client, other), "escalation")
    assert "logged the incident" in panel
    assert "Nothing has been sent yet" not in panel


def test_what_fires_next_and_whom_it_reaches(client, activated, bob):
    incident = activated(2)
    only(incident)
    client.force_login(bob)
    page = room(client, incident)
    assert "Fires next: <strong>Holding statement</strong>" in part(page, "escalation")
    assert "Bob Nowak" in part(page, "escalation").split("It will reach", 1)[1]
    assert "then reaches" in strip(page)
    assert "Missed: " not in part(page, "escalation")


def test_the_strip_stays_small_however_many_are_alerted(client, activated, bob):
    incident = activated(2)
    people = [
        UserFactory(name=name)
        for name in ["Ann", "Ben", "Cleo", "Dirk", "Ewa", "Finn", "Gita", "Hans", "Ines", "Jale"]
    ]
    tell = [f"person:{person.pk}" for person in people]
    Policy.objects.get(purpose=HOLDING, level=2).steps.update(tell=tell)
    running_deadlines.restart(incident, HOLDING)
    only(incident)
    client.force_login(bob)
    page = room(client, incident)
    assert "and 7 more" in strip(page)
    assert [str(person) in strip(page) for person in people] == [True] * 3 + [False] * 7
    assert all(str(person) in part(page, "escalation") for person in people)


@pytest.mark.parametrize(("level", "raises"), [(2, True), (1, False)])
def test_who_is_named_is_who_is_alerted_after_the_rise(client, activated, bob, alice, level, raises):
    incident = activated(level)
    Policy.objects.get(purpose=HOLDING, level=level).steps.update(raise_level=True, tell=["level"])
    actions.assign_role(incident=incident, actor=alice, role="SP", user=UserFactory(name="Harriet Hall"))
    running_deadlines.restart(incident, HOLDING)
    only(incident)
    client.force_login(bob)
    page = part(room(client, incident), "escalation")
    assert ("It raises the level." in page) is raises
    forecast = {person.pk for person in escalation_of(incident, bob, []).reaches}
    entry = miss(incident).entry
    assert forecast == set(entry.audience)
    assert (entry.kind == "deadline.missed_raised") is raises


def test_each_alert_shows_person_channel_and_result(client, activated, bob, dave):
    incident = activated(2)
    entry = miss(incident).entry
    Delivery.objects.filter(entry=entry, person=bob, channel="in_app").update(read_at=timezone.now())
    Delivery.objects.filter(entry=entry, person=dave, channel="email").update(state="dead")
    client.force_login(bob)
    sent = part(room(client, incident), "escalation").split("<details", 1)[1]
    of_bob, of_dave = (
        sent.split(name, 1)[1].split("</li>", 1)[0] for name in ("Bob Nowak</span>", "Dave Okafor</span>")
    )
    assert "read" in of_bob
    assert "Waiting" in of_bob  # the mail
    assert "Given up" in of_dave
    assert "not read yet" in of_dave


def test_who_acknowledged_is_said_and_no_target_pretends_to_run(client, activated, bob, dave):
    incident = activated(2)
    only(incident)
    missed = miss(incident)
    acknowledge_deadline(deadline=missed, actor=dave)
    only(incident)
    client.force_login(bob)
    page = room(client, incident)
    assert "Holding statement: acknowledged by Dave Okafor, lapses" in strip(page)
    assert "overdue by" not in strip(page)
    assert "acknowledged by Dave Okafor" in part(page, "escalation")
    assert "Acknowledge<span" not in part(page, "escalation")


def test_acknowledged_incident_has_no_acknowledge_countdown(client, incident, carol):
    actions.acknowledge(incident=incident, actor=carol)
    client.force_login(carol)
    assert "Acknowledge: acknowledged by Carol Li, lapses" in strip(room(client, incident))


def test_what_was_missed_to_the_end_does_not_vanish(client, activated, bob):
    incident = activated(2)
    only(incident)
    while Deadline.objects.of(incident).armed().filter(purpose=HOLDING).exists():
        miss(incident)
    only(incident)
    client.force_login(bob)
    page = room(client, incident)
    assert "nobody else is alerted" in strip(page)
    assert "overdue by" in strip(page)
    assert "missed, nobody else is alerted" in part(page, "escalation")
    assert "Acknowledge<span" in part(page, "escalation")
    for address in ("/", "/incidents/"):
        assert "overdue by" in client.get(address).content.decode(), address


def test_the_desk_puts_an_alert_that_reached_me_on_top(client, activated, bob, dave, carol):
    incident = activated(2)
    miss(incident)
    client.force_login(bob)
    work_items = client.get("/").context["work_items"]
    assert work_items[0].kind == "alert"
    assert work_items[0].step.is_post
    assert "Alerted: Bob Nowak" in work_items[0].why or "Dave Okafor" in work_items[0].why
    client.post(work_items[0].step.url)
    assert [
        item.kind for item in client.get("/").context["work_items"] if item.kind in ("alert", "acknowledged")
    ] == ["acknowledged"]
    client.force_login(dave)  # was alerted as well, and Bob has acknowledged
    assert "alert" not in {item.kind for item in client.get("/").context["work_items"]}
    client.force_login(carol)  # was never alerted
    assert "alert" not in {item.kind for item in client.get("/").context["work_items"]}


def test_where_everybody_must_the_desk_says_who_has_acknowledged(activated, bob, dave):
    incident = activated(2)
    steps = Policy.objects.get(purpose=HOLDING, level=2).steps
    steps.update(everyone=True, tell=["role:CL", "deputy:CL"])
    running_deadlines.restart(incident, HOLDING)
    missed = miss(incident)
    acknowledge_deadline(deadline=missed, actor=dave)
    item = work_items_of(bob)[0]
    assert (item.kind, item.why) == ("alert", "Missed. Acknowledged by Dave Okafor; yours is still missing.")
    assert "alert" not in {item.kind for item in work_items_of(dave)}


def test_what_hangs_on_the_incident_is_there_too(client, activated, bob):
    incident = activated(2)
    task = incident.tasks.filter(state="open", due_at__isnull=False).first()
    row = Deadline.objects.of(task).armed().get()
    Deadline.objects.exclude(pk=row.pk).delete()
    client.force_login(bob)
    assert escape(task.text) in part(room(client, incident), "escalation")


def test_the_lead_sees_whom_nobody_can_wake(client, activated, alice, bob, dave, carol):
    incident = activated(2)
    only(incident)
    ContactPoint.objects.exclude(person=alice).update(verified_at=timezone.now())
    client.force_login(bob)
    notice, others = "No verified way to wake:", "Others of the team without a verified way to wake them:"
    page = part(room(client, incident), "escalation")
    assert "Alice Kaya" in page.split(others, 1)[1].split("</p>", 1)[0]
    assert notice not in page  # Alice is not among those whom the next alert reaches
    client.force_login(carol)  # works here and does not lead
    page = part(room(client, incident), "escalation")
    assert notice not in page
    assert others not in page
    ContactPoint.objects.filter(person=bob).update(failures=5)
    page = part(room(client, incident), "escalation")  # he would be alerted next: everybody should know
    assert "Bob Nowak" in page.split(notice, 1)[1].split("</div>", 1)[0]
    assert others not in page


def test_what_is_missed_looks_missed(client, activated, bob):
    incident = activated(2)
    miss(incident)  # its next step comes later than eight other deadlines
    client.force_login(bob)
    assert 'class="state state-overdue"' in part(room(client, incident), "escalation")


def test_a_level_set_by_hand_says_why_until_the_machine_raises_it(client, triaged, bob):
    incident = triaged(2, override_level=3, override_reason="A bank holiday")
    client.force_login(bob)
    assert "A bank holiday" in room(client, incident)
    type(incident).objects.filter(pk=incident.pk).update(level=2)  # as a missed deadline does
    assert "A bank holiday" not in room(client, incident)


def test_readers_see_it_and_have_no_button(client, activated, erin):
    incident = activated(2)
    miss(incident)
    client.force_login(erin)
    page = part(room(client, incident), "escalation")
    assert "Holding statement" in page
    assert "Acknowledge<span" not in page


def test_everything_that_was_sent_has_a_page_of_its_own(client, activated, bob, erin):
    incident = activated(2)
    miss(incident)
    address = f"/incidents/{incident.pk}/escalation/"
    client.force_login(bob)
    page = client.get(address).content.decode()
    assert "What was sent, to whom, with which result" in page
    assert "Missed: Holding statement" in page
    partial = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    assert "Fires next" in " ".join(partial.split())
    type(incident).objects.filter(pk=incident.pk).update(confidential=True)
    client.force_login(erin)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/incidents/{}/", "/incidents/{}/escalation/", "/"])
def test_fifty_deadlines_cost_as_much_as_one(client, activated, bob, django_assert_max_num_queries, address):
    incident = activated(2)
    miss(incident)
    task = incident.tasks.filter(state="open", due_at__isnull=False).first()
    keep = Deadline.objects.of(task).armed().get()
    Deadline.objects.armed().exclude(pk=keep.pk).exclude(purpose=HOLDING).delete()
    missed = miss(task, keep.purpose)
    client.force_login(bob)
    client.get(address.format(incident.pk))  # content types are remembered
    with django_assert_max_num_queries(80) as few:
        client.get(address.format(incident.pk))
    for number in range(50):
        other = incident.tasks.create(
            role="SC", text=f"Task {number}", position=number, due_at=timezone.now()
        )
        deadline = Deadline.objects.of(other).armed().first() or Deadline.objects.create(
            **{
                name: getattr(missed, name)
                for name in (
                    "content_type",
                    "stream",
                    "purpose",
                    "level",
                    "generation",
                    "steps",
                    "lapse_seconds",
                    "armed_at",
                    "target_at",
                    "due_at",
                )
            },
            object_id=other.pk,
        )
        engine.fire(deadline.pk)
    assert len(escalation_of(incident, bob, []).deadlines) >= 51
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address.format(incident.pk))
