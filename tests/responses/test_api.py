"""The same actions over JSON: same rules, refusals as problem documents, nothing assigned that is not asked for."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import Incident
from responses.models import Approval, Publication, Response, Tone
from tests.responses.conftest import WORDS

pytestmark = pytest.mark.calendar


class Api:
    def __init__(self, person, **options):
        self.client = Client(**options)
        if person:
            self.client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(self, path):
        return self.client.get(f"/api/v1{path}")

    def post(self, path, **body):
        return self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def draft_body(account, **more):
    return {
        "kind": "position",
        "title": "Where we stand",
        "texts": [{"account": account.pk, "text": WORDS}],
        "no_update_reason": "this is all there is to say",
        **more,
    }


def assert_problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert answer.json()["status"] == status


def test_the_whole_way(triaged, decided, account, alice, bob):
    incident = decided(triaged(2))
    write, decide = Api(alice), Api(bob)
    made = write.post(f"/incidents/{incident.pk}/responses", **draft_body(account))
    assert made.status_code == 201
    one = f"/responses/{made.json()['id']}"
    submitted = write.post(f"{one}/submit", checklist=Tone.values).json()
    assert (submitted["state"], submitted["missing"]) == ("in_review", ["CO"])
    approved = decide.post(f"{one}/approve", content_hash=submitted["content_hash"]).json()
    assert (approved["state"], approved["approvals"][0]["approver"]) == ("approved", "Bob Nowak")
    published = write.post(
        f"{one}/publish",
        content_hash=approved["content_hash"],
        posts=[
            {
                "account": account.pk,
                "url": "https://x.com/1",
                "published_at": timezone.now().isoformat(),
            }
        ],
    ).json()
    assert (published["state"], published["publications"][0]["url"]) == ("published", "https://x.com/1")
    assert write.get(f"/incidents/{incident.pk}/responses").json()[0]["id"] == made.json()["id"]


def test_author_cannot_approve(submitted, alice):
    response = submitted(2)
    alice.site_role, alice.capacities = "approver", ["CO"]
    alice.save()
    answer = Api(alice).post(f"/responses/{response.pk}/approve", content_hash=response.current.content_hash)
    assert_problem(answer, 403)
    assert not Approval.objects.exists()


def test_last_editor_cannot_approve(drafted, alice, bob, account):
    response = drafted(2)
    saved = Api(bob).post(
        f"/responses/{response.pk}/revisions",
        title="First word",
        texts=[{"account": account.pk, "text": "Bob's words"}],
        next_update_by=response.current.next_update_by.isoformat(),
        base_number=1,
    )
    assert saved.json()["revision"] == 2
    Api(alice).post(f"/responses/{response.pk}/submit", checklist=Tone.values)
    answer = Api(bob).post(f"/responses/{response.pk}/approve", content_hash=saved.json()["content_hash"])
    assert_problem(answer, 403)


def test_edit_after_approval_voids_it(approved, alice, account, posted):
    response = approved()
    body = {"title": "First word", "texts": [{"account": account.pk, "text": "Else"}], "base_number": 1}
    assert Api(alice).post(f"/responses/{response.pk}/revisions", **body).json()["approvals"] == []
    answer = Api(alice).post(
        f"/responses/{response.pk}/publish",
        content_hash=response.current.content_hash,
        posts=[{"account": account.pk, "url": "https://x.com/1", "published_at": timezone.now().isoformat()}],
    )
    assert_problem(answer, 409)
    assert not Publication.objects.exists()


def test_conflict_carries_the_others_words(drafted, alice, bob, account):
    response = drafted(2)
    body = {"title": "First word", "base_number": 1}
    Api(bob).post(
        f"/responses/{response.pk}/revisions", texts=[{"account": account.pk, "text": "Bob's"}], **body
    )
    answer = Api(alice).post(
        f"/responses/{response.pk}/revisions", texts=[{"account": account.pk, "text": "Mine"}], **body
    )
    assert_problem(answer, 409)
    assert answer.json()["theirs"]["renditions"][0]["text"] == "Bob's"


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "approved"},
        {"author": 1},
        {"content_hash": "0" * 64},
        {"approvals": []},
        {"incident": 1},
        {"current": 1},
    ],
)
def test_nothing_else_can_be_assigned(triaged, account, alice, extra):
    incident = triaged(2)
    answer = Api(alice).post(f"/incidents/{incident.pk}/responses", **draft_body(account), **extra)
    assert_problem(answer, 422)
    assert not Response.objects.exists()


@pytest.mark.parametrize("extra", [{"approver": 1}, {"decision": "approved"}, {"at": "2020-01-01T00:00:00Z"}])
def test_nobody_approves_in_anothers_name(submitted, bob, extra):
    response = submitted(2)
    answer = Api(bob).post(
        f"/responses/{response.pk}/approve", content_hash=response.current.content_hash, **extra
    )
    assert_problem(answer, 422)
    assert not Approval.objects.exists()


def test_outsider_gets_404(drafted, alice, bob):
    response = drafted(2)
    Incident.objects.update(confidential=True)
    api = Api(bob)
    assert_problem(api.get(f"/responses/{response.pk}"), 404)
    assert_problem(api.get(f"/incidents/{response.incident_id}/responses"), 404)
    for verb in ("approve", "request-changes"):
        assert_problem(api.post(f"/responses/{response.pk}/{verb}", content_hash="0", comment="x"), 404)
    assert_problem(api.post(f"/responses/{response.pk}/submit", checklist=[]), 404)
    assert_problem(api.post(f"/responses/{response.pk}/publish", content_hash="0", posts=[]), 404)
    assert Api(alice).get(f"/responses/{response.pk}").status_code == 200


def test_reader_reads_and_changes_nothing(submitted, erin, account):
    response = submitted(2)
    api = Api(erin)
    assert api.get(f"/responses/{response.pk}").status_code == 200
    assert_problem(api.post(f"/incidents/{response.incident_id}/responses", **draft_body(account)), 403)
    words = response.current.content_hash
    assert_problem(api.post(f"/responses/{response.pk}/approve", content_hash=words), 403)
    assert_problem(
        api.post(f"/responses/{response.pk}/request-changes", content_hash=words, comment="x"), 403
    )


def test_disabled_user_is_nobody(submitted, bob):
    response = submitted(2)
    api = Api(bob)
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    assert_problem(api.post(f"/responses/{response.pk}/approve", content_hash="0"), 401)


def test_nobody_gets_401(submitted):
    response = submitted(2)
    assert_problem(Api(None).get(f"/responses/{response.pk}"), 401)


def test_a_write_needs_the_csrf_token(submitted, bob):
    response = submitted(2)
    api = Api(bob, enforce_csrf_checks=True)
    answer = api.post(f"/responses/{response.pk}/approve", content_hash=response.current.content_hash)
    assert answer.status_code == 403
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "position", "title": "No texts", "texts": []},
        {"kind": "nonsense", "title": "Where", "texts": [{"account": 1, "text": "x"}]},
        {"kind": "position", "title": "Where", "texts": [{"account": 10**30, "text": "x"}]},
        {"kind": "position", "title": "Where", "texts": [{"account": 1, "text": "x"}]},
    ],
)
def test_nonsense_is_a_problem_and_stores_nothing(triaged, alice, body):
    incident = triaged(2)
    assert_problem(Api(alice).post(f"/incidents/{incident.pk}/responses", **body), 422)
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"next_update_by": "2026-11-20T15:00:00"},  # in which zone?
        {"next_update_by": "0001-01-01T00:00:00+14:00"},
        {"scheduled_for": "9999-12-31T23:59:59-12:00"},
        {"audience": "nobody"},
        {"citations": [{"claim": 1, "stance": "fact"}]},
        {"title": "\x00\x00\x00"},
        {"texts": [{"account": 1, "text": "\x00 \n"}]},
    ],
)
def test_implausible_values_are_refused(triaged, account, alice, more):
    incident = triaged(2)
    body = {**draft_body(account), **more}
    assert_problem(Api(alice).post(f"/incidents/{incident.pk}/responses", **body), 422)
    assert not Response.objects.exists()


def test_description_is_for_those_who_are_signed_in(client, alice):
    assert client.get("/api/v1/openapi.json").status_code == 302
    assert Api(alice).get("/openapi.json").json()["info"]["title"] == "Crisis Desk"


def test_locked_incident_says_so(triaged, account, alice, close_down):
    incident = close_down(triaged(2))
    assert_problem(Api(alice).post(f"/incidents/{incident.pk}/responses", **draft_body(account)), 409)
