from __future__ import annotations

import json

import pytest

from incidents.models import Incident
from postmortems.models import CorrectiveAction, PostMortemState

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
ROOT = "/api/v1/post-mortems"


def post(client, path, **body):
    return client.post(f"{ROOT}/{path}", json.dumps(body), content_type="application/json")


def test_reading(client, erin, approved):
    client.force_login(erin)
    assert [item["id"] for item in client.get(ROOT).json()] == [approved.pk]
    assert client.get(f"{ROOT}?state=draft").json() == []
    found = client.get(f"{ROOT}/{approved.pk}").json()
    assert found["texts"]["summary"] == "About summary."
    assert {"code": "tta", "value": None, "unit": "min", "note": "nobody acknowledged it"} in found["figures"]


def test_a_confidential_one_is_not_there(client, carol, approved):
    Incident.objects.filter(pk=approved.incident_id).update(confidential=True)
    client.force_login(carol)
    assert client.get(ROOT).json() == []
    assert client.get(f"{ROOT}/{approved.pk}").status_code == 404
    assert post(client, f"{approved.pk}/submit").status_code == 404


def test_submitting_and_deciding(client, written, alice, carol):
    client.force_login(alice)
    assert post(client, f"{written.pk}/submit").json()["state"] == PostMortemState.IN_REVIEW
    client.force_login(carol)
    answer = post(client, f"{written.pk}/approve", version=written.version)
    assert (answer.json()["state"], answer.json()["approved_by"]) == (PostMortemState.APPROVED, "Carol Li")


def test_the_author_is_refused_here_too(client, in_review, bob):
    client.force_login(bob)
    answer = post(client, f"{in_review.pk}/approve", version=in_review.version)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    in_review.refresh_from_db()
    assert in_review.state == PostMortemState.IN_REVIEW


def test_state_and_approver_cannot_be_sent_along(client, in_review, carol):
    client.force_login(carol)
    for path in ("approve", "request-changes"):
        answer = post(
            client,
            f"{in_review.pk}/{path}",
            version=in_review.version,
            comment="No",
            state="closed",
            approved_by=1,
        )
        assert answer.status_code == 422
    in_review.refresh_from_db()
    assert in_review.state == PostMortemState.IN_REVIEW


def test_changes_are_asked_for(client, in_review, carol):
    client.force_login(carol)
    answer = post(
        client, f"{in_review.pk}/request-changes", version=in_review.version, comment="Name the cause"
    )
    assert answer.json()["state"] == PostMortemState.DRAFT


# The admin site shows, and changes nothing.


@pytest.mark.parametrize("model", ["postmortem", "lesson", "correctiveaction"])
def test_the_admin_site_is_read_only(client, admin, approved, model, alice):
    action = CorrectiveAction.objects.create(post_mortem=approved, title="Pump", added_by=alice)
    lesson = approved.lessons.create(text="Facts first", added_by=alice)
    pk = {"postmortem": approved, "lesson": lesson, "correctiveaction": action}[model].pk
    client.force_login(admin)
    assert client.get(f"/admin/postmortems/{model}/").status_code == 200
    assert client.get(f"/admin/postmortems/{model}/{pk}/change/").status_code == 200
    assert client.post(f"/admin/postmortems/{model}/{pk}/change/", {"state": "closed"}).status_code == 403
    assert client.get(f"/admin/postmortems/{model}/add/").status_code == 403
    assert client.post(f"/admin/postmortems/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_admin_site_hides_what_is_confidential(client, admin, approved):
    Incident.objects.filter(pk=approved.incident_id).update(confidential=True)
    client.force_login(admin)
    assert "Videos" not in client.get("/admin/postmortems/postmortem/").content.decode()
