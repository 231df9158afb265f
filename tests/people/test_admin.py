"""The administration: who gets in, and what administrators set about people there."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_every_page_of_the_administration_opens(client, admin):
    client.force_login(admin)
    for path in (
        "/admin/",
        "/admin/people/user/",
        "/admin/people/user/add/",
        f"/admin/people/user/{admin.pk}/change/",
    ):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_nobody_else_gets_in(client, request, name):
    client.force_login(request.getfixturevalue(name))
    for path in ("/admin/", "/admin/people/user/", "/admin/people/user/add/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 403, path


def test_strangers_come_through_the_door_that_counts_attempts(client):
    assert "/accounts/login/" in client.get("/admin/", follow=True).redirect_chain[-1][0]


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
