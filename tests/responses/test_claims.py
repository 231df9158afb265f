"""Claims, private cases, and what they demand before an incident moves on."""

from __future__ import annotations

import pytest

from common.errors import ActionRefused, NotAllowed
from incidents.gates import results
from incidents.models import Incident
from responses import actions
from responses.models import Approval, Claim, Tone

pytestmark = pytest.mark.calendar


@pytest.fixture
def claim(triaged, alice):
    return actions.log_claim(incident=triaged(2), actor=alice, text="The plane caught fire")


def verify(claim, person, verdict="false", sources=(("authoritative", "Fire brigade"),)):
    actions.begin_verifying(claim=claim, actor=person)
    for kind, source in sources:
        actions.add_evidence(claim=claim, actor=person, kind=kind, source=source, finding="No fire.")
    return actions.give_verdict(claim=claim, actor=person, verdict=verdict, reason="The log says so.")


def blockers(incident, to_state, code):
    found = next(result for result in results(incident, to_state) if result.check.code == code)
    return found.blockers


def test_whoever_logged_it_does_not_verify_it(claim, alice):
    with pytest.raises(NotAllowed):
        actions.begin_verifying(claim=claim, actor=alice)


def test_reader_logs_nothing(triaged, erin):
    with pytest.raises(NotAllowed):
        actions.log_claim(incident=triaged(2), actor=erin, text="Something")


@pytest.mark.parametrize(
    ("sources", "enough"),
    [
        ((), False),
        ((("independent", "Witness"),), False),
        ((("independent", "Witness"), ("independent", " witness ")), False),
        ((("independent", "Witness"), ("independent", "Passenger")), True),
        ((("authoritative", "Fire brigade"),), True),
    ],
)
def test_verdict_needs_two_independent_or_one_authoritative_source(claim, bob, sources, enough):
    if enough:
        assert verify(claim, bob, sources=sources).verdict == "false"
    else:
        with pytest.raises(ActionRefused, match="entries of the same name count as one"):
            verify(claim, bob, sources=sources)


def test_unverifiable_needs_no_source(claim, bob):
    assert verify(claim, bob, "unverifiable", ()).verdict == "unverifiable"


def test_true_against_us_is_proven_for_the_incident(claim, bob):
    verify(claim, bob, "true")
    assert Incident.objects.get().claim_proven


def test_false_proves_nothing(claim, bob):
    verify(claim, bob)
    assert not Incident.objects.get().claim_proven


def test_only_what_is_false_is_debunked(claim, bob):
    verify(claim, bob, "true")
    with pytest.raises(ActionRefused):
        actions.decide_answer(claim=claim, actor=bob, answer="debunk")


def test_watching_needs_a_reason_and_settles_directly(claim, bob):
    verify(claim, bob)
    with pytest.raises(ActionRefused):
        actions.decide_answer(claim=claim, actor=bob, answer="watch")
    actions.decide_answer(claim=claim, actor=bob, answer="watch", reason="Eleven people saw it.")
    assert actions.settle_claim(claim=claim, actor=bob, reason="It died down.").state == "settled"


def test_answered_needs_a_published_text(claim, bob, drafted):
    response = drafted(2)
    verify(claim, bob)
    actions.decide_answer(claim=claim, actor=bob, answer="debunk")
    with pytest.raises(ActionRefused):
        actions.mark_answered(claim=claim, actor=bob, response=response)


def test_published_text_answers_it(claim, bob, published):
    response = published()
    verify(claim, bob)
    actions.decide_answer(claim=claim, actor=bob, answer="debunk")
    assert actions.mark_answered(claim=claim, actor=bob, response=response).state == "answered"


def test_new_evidence_reopens_it(claim, bob):
    verify(claim, bob)
    actions.add_evidence(claim=claim, actor=bob, kind="independent", source="Video", finding="Smoke.")
    claim.refresh_from_db()
    assert (claim.state, claim.verdict) == ("logged", "")


@pytest.mark.parametrize(
    ("verdict", "stance", "sound"),
    [
        ("", "fact", False),
        ("false", "fact", False),
        ("unverifiable", "fact", False),
        ("true", "fact", True),
        ("", "refuted", False),
        ("true", "refuted", False),
        ("false", "refuted", True),
        ("misleading", "refuted", True),
        ("", "mentioned", True),
    ],
)
def test_nothing_unverified_is_stated_as_fact(claim, alice, bob, drafted, words, verdict, stance, sound):
    if verdict:
        verify(claim, bob, verdict)
    response = drafted(2, content=words(citations={claim.pk: stance}))
    if sound:
        assert actions.submit(response=response, actor=alice, checklist=Tone.values).state == "in_review"
    else:
        with pytest.raises(ActionRefused):
            actions.submit(response=response, actor=alice, checklist=Tone.values)


def test_approval_expires_when_a_cited_claim_changes(claim, alice, bob, carol, drafted, words, posted):
    verify(claim, carol)
    response = drafted(2, content=words(citations={claim.pk: "refuted"}))
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    response.refresh_from_db()
    actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
    actions.reopen_claim(claim=claim, actor=carol, reason="A second video.")
    response.refresh_from_db()
    assert response.state == "expired"
    assert not Approval.objects.live().exists()
    with pytest.raises(ActionRefused):
        actions.publish(
            response=response, actor=alice, content_hash=response.current.content_hash, posts=[posted()]
        )


def test_approval_of_a_text_that_cites_another_claim_stays(claim, alice, carol, approved):
    approved()
    verify(claim, carol)
    assert Approval.objects.live().count() == 1


def test_claim_of_another_incident_cannot_be_cited(claim, alice, brand, words):
    from incidents import actions as incident_actions

    other = incident_actions.log_incident(actor=alice, brand=brand, title="Something else")
    with pytest.raises(ActionRefused):
        actions.start_response(
            incident=other,
            actor=alice,
            kind="position",
            title="Wrong",
            content=words(citations={claim.pk: "mentioned"}),
        )


# Gates ---------------------------------------------------------------------------------------------------


def test_open_claim_blocks_standing_down(claim, bob):
    incident = claim.incident
    assert blockers(incident, "resolved", "responses.claims")[0].path == claim.get_absolute_url()
    verify(claim, bob)
    actions.decide_answer(claim=claim, actor=bob, answer="watch", reason="Small.")
    actions.settle_claim(claim=claim, actor=bob, reason="Over.")
    assert not blockers(incident, "resolved", "responses.claims")


def test_case_without_owner_blocks_standing_down(incident, alice, bob):
    case = actions.open_case(incident=incident, actor=alice, reference="T-1")
    assert blockers(incident, "resolved", "responses.cases")
    actions.own_case(case=case, actor=bob, owner=bob)
    assert not blockers(incident, "resolved", "responses.cases")


def test_reader_cannot_own_a_case(incident, alice, erin):
    with pytest.raises(ActionRefused):
        actions.open_case(incident=incident, actor=alice, reference="T-1", owner=erin)


def test_case_goes_on_after_stand_down(triaged, alice, close_down):
    incident = triaged(2)
    case = actions.open_case(incident=incident, actor=alice, reference="T-1", owner=alice)
    close_down(incident)
    assert actions.resolve_case(case=case, actor=alice, note="Refunded.").state == "resolved"


def test_text_under_way_blocks_standing_down(submitted, alice):
    response = submitted(2)
    assert blockers(response.incident, "resolved", "responses.finished")
    actions.take_back(response=response, actor=alice)
    assert not blockers(response.incident, "resolved", "responses.finished")


def test_monitoring_needs_a_word_or_a_decision_against_one(incident, published):
    assert blockers(incident, "monitoring", "responses.spoken")
    Incident.objects.update(no_response_reason="It feeds the troll.")
    incident.refresh_from_db()
    assert not blockers(incident, "monitoring", "responses.spoken")
    Incident.objects.update(no_response_reason="")
    response = published()
    assert not blockers(response.incident, "monitoring", "responses.spoken")


def test_claims_page_walks_through(client, claim, bob):
    client.force_login(bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = claim.get_absolute_url()
    client.post(path, {"step": "begin"})
    refused = client.post(
        path, {"step": "verdict", "verdict-verdict": "false", "verdict-reason": "Typed reason"}
    )
    assert refused.status_code == 409
    assert b"Typed reason" in refused.content
    client.post(
        path,
        {
            "step": "evidence",
            "evidence-kind": "authoritative",
            "evidence-source": "Fire brigade",
            "evidence-finding": "No fire.",
        },
    )
    client.post(path, {"step": "verdict", "verdict-verdict": "false", "verdict-reason": "Log."})
    client.post(path, {"step": "answer", "answer-answer": "watch", "answer-reason": "Small."})
    client.post(path, {"step": "settle", "settle-reason": "Over."})
    assert Claim.objects.get().state == "settled"
