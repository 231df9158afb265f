"""Administrators edit targets and steps; what would tell nobody is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from escalations.models import Policy, PolicyStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy() -> Policy:
    return Policy.objects.get(purpose="incident.acknowledge", level=2)


def form_of(policy: Policy, minutes: int = 15, **changes: str) -> dict[str, str]:
    """The page's form as it stands, with `changes`."""
    steps = list(policy.steps.all())
    facts = {
        "minutes": str(minutes),
        "steps-TOTAL_FORMS": str(len(steps)),
        "steps-INITIAL_FORMS": str(len(steps)),
        "steps-MIN_NUM_FORMS": "1",
        "steps-MAX_NUM_FORMS": "1000",
    }
    for number, step in enumerate(steps):
        facts |= {
            f"steps-{number}-id": str(step.pk),
            f"steps-{number}-policy": str(policy.pk),
            f"steps-{number}-position": str(step.position),
            f"steps-{number}-times_target": str(step.times_target),
            f"steps-{number}-tell": ", ".join(step.tell),
        }
    return facts | changes


def address(policy: Policy) -> str:
    return f"/admin/escalations/policy/{policy.pk}/change/"


def test_every_page_of_the_administration_opens(client, admin, policy):
    client.force_login(admin)
    for path in (
        "/admin/",
        "/admin/escalations/policy/",
        "/admin/escalations/policy/add/",
        address(policy),
        "/admin/people/user/",
        "/admin/people/user/add/",
        f"/admin/people/user/{admin.pk}/change/",
    ):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_nobody_else_gets_in(client, request, policy, name):
    client.force_login(request.getfixturevalue(name))
    for path in ("/admin/", address(policy), "/admin/people/user/add/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 403, path
    client.post(address(policy), form_of(policy, minutes=999))
    policy.refresh_from_db()
    assert policy.minutes == 15


def test_strangers_come_through_the_door_that_counts_attempts(client):
    assert "/accounts/login/" in client.get("/admin/", follow=True).redirect_chain[-1][0]


def test_minutes_and_steps_can_be_changed(client, admin, policy):
    client.force_login(admin)
    changes = {"steps-0-tell": "duty:CL role:SM, administrators"}
    assert client.post(address(policy), form_of(policy, minutes=10, **changes)).status_code == 302
    policy.refresh_from_db()
    assert policy.minutes == 10
    assert policy.steps.get(position=0).tell == ["duty:CL", "role:SM", "administrators"]
    assert (policy.purpose, policy.level) == ("incident.acknowledge", 2)


@pytest.mark.parametrize("tell", ["", "nobody", "role:", "role:XX", "deputy", "levels", "role:CL, boss"])
def test_what_means_nobody_is_refused(client, admin, policy, tell):
    client.force_login(admin)
    before = policy.steps.get(position=0).tell
    answer = client.post(address(policy), form_of(policy, **{"steps-0-tell": tell}))
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert policy.steps.get(position=0).tell == before


@pytest.mark.parametrize(
    "changes",
    [{"minutes": "0"}, {"steps-1-times_target": "1"}, {"steps-1-times_target": "0.5"}],
)
def test_steps_come_one_after_the_other(client, admin, policy, changes):
    client.force_login(admin)
    assert client.post(address(policy), form_of(policy) | changes).status_code == 200
    assert policy.steps.get(position=1).times_target == Decimal("2.0")


def test_a_step_can_go_but_not_the_last_one(client, admin, policy):
    client.force_login(admin)
    steps = policy.steps.count()
    assert client.post(address(policy), form_of(policy, **{"steps-2-DELETE": "on"})).status_code == 302
    assert policy.steps.count() == steps - 1
    everything = {f"steps-{number}-DELETE": "on" for number in range(steps - 1)}
    assert client.post(address(policy), form_of(policy, **everything)).status_code == 200
    assert PolicyStep.objects.filter(policy=policy).count() == steps - 1


def test_a_policy_is_never_deleted(client, admin, policy):
    client.force_login(admin)
    assert client.post(f"/admin/escalations/policy/{policy.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Policy.objects.filter(pk=policy.pk).exists()


def test_a_new_person_gets_a_role_and_what_they_approve_for(client, admin, carol):
    client.force_login(admin)
    facts = {
        "email": carol.email,
        "name": "Carol Li",
        "is_active": "on",
        "site_role": "approver",
        "capacities": ["LG", "EX"],
        "language": "pl",
        "time_zone": "Europe/Warsaw",
    }
    answer = client.post(f"/admin/people/user/{carol.pk}/change/", facts)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    carol.refresh_from_db()
    assert (carol.capacities, carol.language, carol.time_zone) == (["LG", "EX"], "pl", "Europe/Warsaw")
