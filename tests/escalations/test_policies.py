"""Administrators set targets and steps in the app; what would tell nobody is refused, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from common.errors import Conflict, Invalid, NotAllowed
from escalations.models import Deadline, Policy, PolicyStep
from escalations.policies import change_policy, facts_of, version_of
from escalations.preview import words_of
from journal.models import Entry
from people.models import CrisisRole, DutyShift
from tests.factories import UserFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
ADDRESS = "/escalations/policies/incident.acknowledge/2/"

ENDLESS = "9" * 5000  # more digits than Python reads


@pytest.fixture
def policy() -> Policy:
    found = Policy.objects.get(purpose="incident.acknowledge", level=2)
    found.steps.all().delete()
    for position, (times, tell, facts) in enumerate(
        (
            (1, ["deputy:CL"], {"repeats": 3, "repeat_minutes": 5}),
            (2, ["level"], {"raise_level": True}),
            (4, ["administrators"], {"everyone": True}),
        )
    ):
        PolicyStep.objects.create(policy=found, position=position, times_target=times, tell=tell, **facts)
    return found


@pytest.fixture
def bob_on_duty(bob):
    now = timezone.now()
    DutyShift.objects.create(
        role=CrisisRole.CRISIS_LEAD,
        user=bob,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=8),
    )


def form_of(policy: Policy, **changes: Any) -> dict[str, Any]:
    """The page's form as it stands, with `changes`; None takes a field away, as an unticked box."""
    facts = facts_of(policy)
    form = {
        "minutes": facts["minutes"],
        "lapse_minutes": facts["lapse_minutes"] or "",
        "seen": version_of(policy),
        "form-TOTAL_FORMS": len(facts["steps"]),
        "form-INITIAL_FORMS": 0,
    }
    for number, step in enumerate(facts["steps"]):
        flags = {name: "on" for name in ("raise_level", "everyone") if step[name]}
        step = {
            name: value for name, value in step.items() if name not in ("raise_level", "everyone")
        } | flags
        form |= {f"form-{number}-{name}": value for name, value in step.items()}
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def change(policy: Policy, actor, **changes: Any) -> Policy:
    facts = facts_of(policy)
    facts["steps"] = [{**step, "times_target": Decimal(step["times_target"])} for step in facts["steps"]]
    key = {"purpose": policy.purpose, "level": policy.level, "seen": version_of(policy)}
    return change_policy(actor=actor, **{**facts, **key, **changes})


def stored(policy: Policy) -> Policy:
    return Policy.objects.prefetch_related("steps").get(pk=policy.pk)


def test_minutes_and_steps_can_be_changed(client, admin, carol, policy):
    client.force_login(admin)
    tell = ["duty:CL", "role:SM", "administrators", "level:1", f"person:{carol.pk}"]
    assert client.post(ADDRESS, form_of(policy, minutes=10, **{"form-0-tell": tell})).status_code == 302
    found = stored(policy)
    assert found.minutes == 10
    assert set(found.steps.get(position=0).tell) == set(tell)
    assert [step.repeats for step in found.steps.all()] == [3, 0, 0]
    assert [step.raise_level for step in found.steps.all()] == [False, True, False]


def test_change_is_recorded_and_other_administrators_are_alerted(client, admin, policy):
    other = UserFactory(site_role="administrator")
    client.force_login(admin)
    client.post(ADDRESS, form_of(policy, minutes=10))
    entry = Entry.objects.get(stream="policies")
    assert (entry.data["before"]["minutes"], entry.data["after"]["minutes"]) == (15, 10)
    assert len(entry.data["after"]["steps"]) == 3
    assert entry.audience == [other.pk]
    assert "Acknowledge" in entry.sentence
    client.post(ADDRESS, form_of(stored(policy)))
    assert Entry.objects.filter(stream="policies").count() == 1  # saved without a change


def test_running_deadline_keeps_what_it_was_armed_with(client, admin, policy, incident):
    before = Deadline.objects.of(incident).armed().get()
    client.force_login(admin)
    client.post(ADDRESS, form_of(policy, minutes=1, **{"form-0-tell": ["administrators"]}))
    after = Deadline.objects.of(incident).armed().get()
    assert (after.due_at, after.steps) == (before.due_at, before.steps)


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_nobody_else_may(client, request, policy, name):
    user = request.getfixturevalue(name)
    client.force_login(user)
    assert client.get("/escalations/policies/").status_code == 403
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, form_of(policy, minutes=999)).status_code == 403
    with pytest.raises(NotAllowed):
        change(policy, user, minutes=999)
    assert stored(policy).minutes == 15


@pytest.mark.parametrize(
    "tell", [[], ["nobody"], ["role:"], ["role:XX"], ["deputy"], ["level:5"], ["person:0"], ["person:x"]]
)
def test_what_means_nobody_is_refused(client, admin, policy, tell):
    client.force_login(admin)
    answer = client.post(ADDRESS, form_of(policy, **{"form-0-tell": tell, "minutes": 17}))
    assert answer.status_code == 422
    assert 'value="17"' in answer.content.decode()  # what was typed stays
    assert stored(policy).steps.get(position=0).tell == ["deputy:CL"]


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 0},
        {"minutes": 10**9},
        {"minutes": "ten"},
        {"form-1-times_target": "1"},
        {"form-1-times_target": "0.5"},
        {"form-1-times_target": "1000000"},
        {"form-0-repeats": 21},
        {"form-0-repeat_minutes": 0},
        {"form-TOTAL_FORMS": 0},
        {"form-TOTAL_FORMS": "many"},
    ],
)
def test_what_makes_no_sense_is_refused(client, admin, policy, changes):
    client.force_login(admin)
    before = facts_of(policy)
    assert client.post(ADDRESS, form_of(policy, **changes)).status_code == 422
    assert facts_of(stored(policy)) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"form-TOTAL_FORMS": ENDLESS},
        {"form-TOTAL_FORMS": "1000000"},
        {"form-TOTAL_FORMS": ENDLESS, "do": "add"},
        {"form-0-tell": f"person:{ENDLESS}"},
        {"form-0-tell": f"person:{ENDLESS}", "do": "preview"},
        {"do": f"up-{ENDLESS}"},
    ],
)
def test_numbers_that_nobody_types_store_nothing(client, admin, policy, changes):
    before = facts_of(policy)
    client.force_login(admin)
    assert client.post(ADDRESS, form_of(policy, **changes)).status_code in (200, 422)
    assert facts_of(Policy.objects.get(pk=policy.pk)) == before


def test_the_action_itself_refuses_what_tells_nobody(admin, policy):
    step = {**facts_of(policy)["steps"][0], "times_target": Decimal(1)}
    for steps in ([], [{**step, "tell": []}], [{**step, "tell": ["role:XX"]}], [step, step]):
        with pytest.raises(Invalid):
            change(policy, admin, steps=steps)
    assert len(facts_of(stored(policy))["steps"]) == 3


def test_steps_are_added_removed_and_moved_without_saving(client, admin, policy):
    client.force_login(admin)

    def page(what: str) -> list[list[str]]:
        answer = client.post(ADDRESS, form_of(policy, do=what, minutes=17))
        assert answer.status_code == 200
        assert 'value="17"' in answer.content.decode()
        return [form.chosen for form in answer.context["steps"]]

    assert page("add") == [["deputy:CL"], ["level"], ["administrators"], []]
    assert page("remove-1") == [["deputy:CL"], ["administrators"]]
    assert page("up-2") == [["deputy:CL"], ["administrators"], ["level"]]
    assert page("down-0") == [["level"], ["deputy:CL"], ["administrators"]]
    for senseless in ("up-0", "down-2", "remove-9", "remove-x", "explode"):
        assert page(senseless) == [["deputy:CL"], ["level"], ["administrators"]]
    assert stored(policy).minutes == 15


def test_a_level_without_a_target_gets_one(client, admin):
    Policy.objects.filter(purpose="draft.approval", level=4).delete()
    client.force_login(admin)
    address = "/escalations/policies/draft.approval/4/"
    assert client.get(address).status_code == 200
    form = {
        "minutes": 30,
        "seen": "",
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 0,
        "form-0-times_target": "1",
        "form-0-tell": ["role:CL"],
        "form-0-repeats": 0,
        "form-0-repeat_minutes": 5,
    }
    assert client.post(address, form).status_code == 302
    assert Policy.objects.get(purpose="draft.approval", level=4).steps.get().tell == ["role:CL"]


@pytest.mark.parametrize("address", ["no.such/2/", "incident.acknowledge/5/", "incident.acknowledge/0/"])
def test_what_does_not_exist_is_not_found(client, admin, address):
    client.force_login(admin)
    assert client.get(f"/escalations/policies/{address}").status_code == 404


def test_two_at_once_see_both_versions_and_lose_neither(client, admin, policy):
    mine = form_of(policy, minutes=20)
    change(policy, UserFactory(site_role="administrator"), minutes=7)
    client.force_login(admin)
    answer = client.post(ADDRESS, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "(target, 7 min)" in page
    assert 'value="20"' in page
    assert stored(policy).minutes == 7
    again = {**mine, "seen": answer.context["form"]["seen"].value()}
    assert client.post(ADDRESS, again).status_code == 302
    assert stored(policy).minutes == 20


def test_who_saw_an_old_version_is_refused_by_the_action(admin, policy):
    with pytest.raises(Conflict) as conflict:
        change(policy, admin, minutes=3, seen="something older")
    assert conflict.value.theirs["minutes"] == 15


def lines(policy: Policy) -> list[str]:
    begins = timezone.now().replace(hour=13, minute=45)
    return [f"{line.when}: {line.what}" for line in words_of([stored(policy)], begins)[policy.pk]]


def test_the_preview_says_who_is_alerted_when(policy, bob_on_duty):
    first, second, third, last = lines(policy)
    assert first == (
        "At 14:00 (target, 15 min): alerts the deputy of Crisis lead, or who is on duty (just now Bob Nowak). "
        # The fourth alert would fall together with the next step, which wins.
        "Again every 5 min, 2 times."
    )
    assert second == "At 14:15 (after 30 min): raises to L1 and alerts everybody of the level at that time."
    assert third == "At 14:45 (after 1 h): alerts the administrators. Everybody alerted must acknowledge."
    assert last.startswith("After that: the administrators learn that nobody has acted")


def test_preview_says_that_a_repeat_never_comes(policy, bob_on_duty, carol):
    now = timezone.now()
    DutyShift.objects.create(role="LG", user=carol, starts_at=now, ends_at=now + timedelta(hours=8))
    tell = ["role:CL", "role:LG", "deputy:CL"]
    policy.steps.filter(position=0).update(tell=tell, repeats=2, repeat_minutes=15)
    assert lines(policy)[0] == (
        "At 14:00 (target, 15 min): alerts Crisis lead, or who is on duty (just now Bob Nowak); "
        "the deputy of Crisis lead, or who is on duty (just now the same); "
        "Legal, or who is on duty (just now Carol Li). It is never repeated: step 2 comes first."
    )


def test_the_preview_is_what_the_engine_then_does(policy, incident, admin):
    """Walks the same frozen steps: as many alerts, at the same distances."""
    begins = timezone.now()
    deadline = Deadline.objects.of(incident).armed().get()
    deadline.steps, seen = stored(policy).frozen_steps(), []
    deadline.due_at = begins + timedelta(minutes=15)
    while deadline:
        seen.append((deadline.step, deadline.due_at))
        step, repeat, due_at = deadline.following or (None, None, None)
        deadline = Deadline(steps=deadline.steps, step=step, repeat=repeat, due_at=due_at) if due_at else None
    assert [step for step, _at in seen] == [0, 0, 0, 1, 2]
    assert "2 times" in lines(policy)[0]


def test_the_preview_answers_while_one_types(client, admin, policy):
    client.force_login(admin)
    answer = client.post(ADDRESS, form_of(policy, do="preview", minutes=40), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "(target, 40 min)" in page
    assert "<html" not in page
    whole = client.post(ADDRESS, form_of(policy, do="preview", minutes=40)).content.decode()
    assert "(target, 40 min)" in whole
    assert "<html" in whole
    broken = client.post(ADDRESS, form_of(policy, do="preview", minutes=""), headers={"HX-Request": "true"})
    assert "Something is missing" in broken.content.decode()
    assert stored(policy).minutes == 15


def test_who_is_gone_is_still_named_and_can_be_taken_off(client, admin, carol, policy):
    policy.steps.filter(position=0).update(tell=[f"person:{carol.pk}"])
    carol.is_active = False
    carol.save()
    client.force_login(admin)
    page = client.get(ADDRESS).content.decode()
    assert "Carol Li (not active any more)" in page


def test_the_list_costs_the_same_however_many_steps(client, admin, policy, django_assert_max_num_queries):
    client.force_login(admin)
    policy.steps.filter(position=0).update(tell=["duty:CL", f"person:{admin.pk}"])
    with django_assert_max_num_queries(14) as few:
        client.get("/escalations/policies/")
    for row in Policy.objects.all():
        for position in range(10, 18):
            PolicyStep.objects.create(
                policy=row, position=position, times_target=position, tell=["duty:CL", f"person:{admin.pk}"]
            )
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get("/escalations/policies/").status_code == 200


def test_who_cannot_act_on_an_alert_is_not_offered_and_refused(client, admin, bob, erin, policy):
    client.force_login(admin)
    page = client.get(ADDRESS).content.decode()
    assert f'value="person:{bob.pk}"' in page
    assert f'value="person:{erin.pk}"' not in page
    before = facts_of(policy)
    answer = client.post(ADDRESS, {**form_of(policy), "form-2-tell": [f"person:{erin.pk}"]})
    assert answer.status_code == 422
    assert "Not able to act on an alert: Erin Reader" in answer.content.decode()
    assert facts_of(stored(policy)) == before
    assert client.post(ADDRESS, {**form_of(policy), "form-2-tell": [f"person:{bob.pk}"]}).status_code == 302


def test_a_step_that_tells_nobody_has_its_boxes_marked(client, admin, policy):
    client.force_login(admin)
    typed = {name: value for name, value in form_of(policy).items() if name != "form-0-tell"}
    page = client.post(ADDRESS, typed).content.decode()
    boxes = re.findall(r'<input[^>]*name="form-(\d)-tell"[^>]*>', page)
    marked = re.findall(
        r'<input[^>]*is-invalid[^>]*name="form-(\d)-tell"[^>]*aria-invalid="true"[^>]*>', page
    )
    assert set(marked) == {"0"} < set(boxes)
    assert len(marked) == boxes.count("0")
