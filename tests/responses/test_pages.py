"""The pages: what they show, what they refuse, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import Invalid
from incidents.models import Incident
from responses import actions
from responses.content import Content
from responses.models import Approval, Publication, Response, Tone
from tests.beside import assert_beside
from tests.factories import UserFactory

pytestmark = pytest.mark.calendar


@pytest.fixture
def as_(client):
    def log_in(person):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in


def url(name, *args):
    return reverse(f"responses:{name}", args=args)


def typed(account, text, **more):
    return {"title": "First word", "audience": "public", f"text_{account.pk}": text, **more}


# Writing ----------------------------------------------------------------------------------------------------


def test_draft_through_the_page(as_, alice, incident, account):
    page = as_(alice).post(
        url("new", incident.pk), typed(account, "We are sorry.", kind="holding"), follow=True
    )
    response = Response.objects.get()
    assert (response.state, response.current.renditions[0]["text"]) == ("draft", "We are sorry.")
    assert "We are sorry." in page.content.decode()


def test_refused_draft_keeps_what_was_typed(as_, alice, incident, account):
    page = as_(alice).post(
        url("new", incident.pk),
        typed(account, "", kind="holding", next_update_by="2026-11-20T15:00", title="Kept title"),
    )
    assert page.status_code == 422
    assert b"Kept title" in page.content
    assert not Response.objects.exists()


def test_conflict_shows_both_texts_and_a_second_save_works(as_, alice, bob, drafted, words, account):
    response = drafted(2)
    actions.save_text(
        response=response, actor=bob, title="First word", content=words("Bob's words"), base_number=1
    )
    page = as_(alice).post(url("edit", response.pk), typed(account, "Alice's words", base_number=1))
    html = page.content.decode()
    assert page.status_code == 409
    assert "Alice&#x27;s words</textarea>" in html
    assert "Bob" in html
    base = re.search(r'name="base_number" value="(\d+)"', html)[1]
    assert base == "2"
    as_(alice).post(url("edit", response.pk), typed(account, "Alice's words", base_number=base))
    response.refresh_from_db()
    assert response.current.renditions[0]["text"] == "Alice's words"


def test_second_save_reverts_nothing_that_the_writer_left_alone(
    as_, alice, bob, drafted, words, account, site_account
):
    texts = {account.pk: "Short.", site_account.pk: "Long."}
    response = drafted(2, content=words(texts=texts))
    theirs = words(texts={**texts, site_account.pk: "Bob's long."}, audience="media")
    actions.save_text(response=response, actor=bob, title="First word", content=theirs, base_number=1)
    promised = timezone.localtime(response.current.next_update_by).strftime("%Y-%m-%dT%H:%M")
    mine = typed(account, "Alice's short.", base_number=1, next_update_by=promised)
    page = as_(alice).post(url("edit", response.pk), {**mine, f"text_{site_account.pk}": "Long.\r\n"})
    form = page.context["form"]
    assert (page.status_code, form["audience"].value()) == (409, "media")
    assert form[f"text_{account.pk}"].value() == "Alice's short."
    assert form[f"text_{site_account.pk}"].value() == "Bob's long."


def test_refused_submission_keeps_the_ticks(as_, alice, drafted):
    response = drafted(2)
    page = as_(alice).post(url("submit", response.pk), {"checklist": ["plain", "empathy"]})
    assert page.status_code == 409
    assert page.content.decode().count("checked") == 2


def test_submit_through_the_page(as_, alice, drafted):
    response = drafted(2)
    as_(alice).post(url("submit", response.pk), {"checklist": Tone.values})
    response.refresh_from_db()
    assert (response.state, response.submitted_by) == ("in_review", alice)


def test_revision_page_marks_the_difference(as_, alice, erin, drafted, words):
    response = drafted(2)
    actions.save_text(
        response=response,
        actor=alice,
        title="First word",
        content=words("We are sorry. Truly."),
        base_number=1,
    )
    html = as_(erin).get(url("revision", response.pk, 2)).content.decode()
    assert "<ins>" in html
    assert "<del>" in html
    assert as_(erin).get(url("revision", response.pk, 3)).status_code == 404


def test_words_are_shown_as_words(as_, erin, drafted, words):
    response = drafted(2, content=words("<script>alert(1)</script> & {{ x }}"))
    html = as_(erin).get(url("draft", response.pk)).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ x }}" in html


# Deciding ---------------------------------------------------------------------------------------------------


def decide(client, response, decision="approve", **more):
    words = {"content_hash": response.current.content_hash, "decision": decision, "comment": "", **more}
    return client.post(url("approve", response.pk), words)


def test_approve_through_the_page(as_, bob, submitted):
    response = submitted(2)
    assert decide(as_(bob), response).status_code == 302
    response.refresh_from_db()
    assert response.state == "approved"


def test_looking_at_the_page_approves_nothing(as_, bob, submitted):
    response = submitted(2)
    as_(bob).get(url("approve", response.pk) + "?decision=approve")
    assert not Approval.objects.exists()


def test_author_sees_why_not_and_posting_anyway_is_refused(as_, alice, submitted):
    response = submitted(2)
    assert b"Only approvers decide" in as_(alice).get(url("approve", response.pk)).content
    assert decide(as_(alice), response).status_code == 403
    assert not Approval.objects.exists()


def test_stale_page_shows_what_changed_and_keeps_the_comment(as_, alice, bob, submitted, words):
    response = submitted(2)
    read = response.current.content_hash
    actions.save_text(
        response=response, actor=alice, title="First word", content=words("Refund for all."), base_number=1
    )
    response.refresh_from_db()
    actions.submit(response=response, actor=alice, checklist=Tone.values)
    page = as_(bob).post(
        url("approve", response.pk), {"content_hash": read, "decision": "approve", "comment": "My remark"}
    )
    html = page.content.decode()
    assert page.status_code == 409
    assert "What changed since you read it" in html
    assert "My remark" in html
    assert f'value="{response.current.content_hash}"' in html
    assert not Approval.objects.exists()


def test_open_page_learns_that_the_words_moved(as_, bob, submitted):
    response = submitted(2)
    path = url("approve", response.pk)
    sign = "Something changed since you opened this page"
    assert sign not in as_(bob).get(path, {"shown": response.current.content_hash}).content.decode()
    assert sign in as_(bob).get(path, {"shown": "0" * 64}).content.decode()


def test_changes_without_comment_are_refused_then_done_with_one(as_, bob, submitted):
    response = submitted(2)
    assert decide(as_(bob), response, "changes").status_code == 422
    assert decide(as_(bob), response, "changes", comment="Say sorry first.").status_code == 302
    response.refresh_from_db()
    assert response.state == "changes_requested"


def test_approvals_list_puts_mine_first(as_, alice, bob, carol, submitted):
    submitted(2)
    assert as_(bob).get(url("approvals")).context["mine"]
    page = as_(carol).get(url("approvals"))
    assert (page.context["mine"], len(page.context["others"])) == ([], 1)


# Publishing -------------------------------------------------------------------------------------------------


def test_publish_through_the_page(as_, alice, approved, account):
    response = approved()
    as_(alice).post(
        url("publish", response.pk),
        {
            "content_hash": response.current.content_hash,
            f"url_{account.pk}": "https://x.com/kestrelair/status/1",
            f"at_{account.pk}": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        },
    )
    assert Publication.objects.get().account == account


def test_refused_publication_keeps_the_address(as_, alice, approved, account):
    response = approved()
    Incident.objects.update(scheduled_content="undecided")
    page = as_(alice).post(
        url("publish", response.pk),
        {"content_hash": response.current.content_hash, f"url_{account.pk}": "https://x.com/kept"},
    )
    assert page.status_code == 409
    assert b"https://x.com/kept" in page.content
    assert not Publication.objects.exists()


# Who sees what ----------------------------------------------------------------------------------------------

FOR_WORKERS = ("edit", "submit", "take_back", "publish", "correct", "withdraw")


def test_reader_reads_and_changes_nothing(as_, erin, submitted):
    response = submitted(2)
    client = as_(erin)
    for name in ("draft", "approve"):
        assert client.get(url(name, response.pk)).status_code == 200
    assert decide(client, response).status_code == 403
    for name in FOR_WORKERS:
        assert client.get(url(name, response.pk)).status_code == 403
        assert client.post(url(name, response.pk)).status_code == 403
    assert client.get(url("new", response.incident_id)).status_code == 403
    for name in ("claims", "cases"):
        assert client.get(url(name, response.incident_id)).status_code == 200
        assert client.post(url(name, response.incident_id)).status_code == 403


def test_outsider_of_a_confidential_incident_learns_nothing(as_, bob, drafted, alice):
    response = drafted(2)
    claim = actions.log_claim(incident=response.incident, actor=alice, text="It burnt")
    case = actions.open_case(incident=response.incident, actor=alice, reference="T-1")
    Incident.objects.update(confidential=True)
    client = as_(bob)
    for name in ("draft", "approve", *FOR_WORKERS):
        assert client.get(url(name, response.pk)).status_code == 404
    for name in ("approve", *FOR_WORKERS):
        assert client.post(url(name, response.pk)).status_code == 404
    for name in ("list", "new", "claims", "cases"):
        assert client.get(url(name, response.incident_id)).status_code == 404
    assert client.get(url("revision", response.pk, 1)).status_code == 404
    assert client.get(url("claim", claim.pk)).status_code == 404
    assert client.post(url("case_step", case.pk)).status_code == 404
    page = client.get(url("approvals"))
    assert not any(page.context[name] for name in ("mine", "others", "approved"))


def test_nobody_is_sent_to_the_login(client, submitted):
    response = submitted(2)
    page = client.get(url("approve", response.pk))
    assert page.status_code == 302
    assert "login" in page.url


def test_disabled_user_is_logged_out(as_, bob, submitted):
    response = submitted(2)
    client = as_(bob)
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    assert decide(client, response).status_code == 302
    assert not Approval.objects.exists()


# Query counts -----------------------------------------------------------------------------------------------


def fill(incident, alice, bob, account, numbers):
    """A text in review, approved by one of three, a claim and a private case for each number."""
    content = Content(texts={account.pk: "We are sorry."}, next_update_by=timezone.now() + timedelta(hours=2))
    for number in numbers:
        response = actions.start_response(
            incident=incident, actor=alice, kind="holding", title=f"Text {number}", content=content
        )
        response = actions.submit(response=response, actor=alice, checklist=Tone.values)
        actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
        actions.log_claim(incident=incident, actor=alice, text=f"Claim {number}")
        actions.open_case(incident=incident, actor=alice, reference=f"Case {number}", owner=bob)


@pytest.mark.parametrize("page", ["approvals", "list", "claims", "cases", "room"])
def test_lists_take_a_fixed_number_of_queries(as_, triaged, alice, bob, carol, account, page):
    incident = triaged(1)
    client = as_(carol)
    paths = {"approvals": url("approvals"), "room": incident.get_absolute_url()}
    path = paths.get(page) or url(page, incident.pk)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    fill(incident, alice, bob, account, range(3))
    queries()  # what is cached once per process
    few = queries()
    fill(incident, alice, bob, account, range(3, 15))
    UserFactory.create_batch(5, site_role="approver", capacities=["LG"])
    assert queries() <= few


# Beside the field ---------------------------------------------------------------------------------------------


def test_a_bad_media_address_is_refused_beside_it(as_, alice, incident, account):
    media = f"media_{account.pk}"
    words = typed(account, "We are sorry.", kind="holding", **{media: "nowhere | The gate"})
    answer = as_(alice).post(url("new", incident.pk), words)
    assert_beside(answer, media, "A picture or video is given by its https address")


def test_an_open_checklist_is_refused_beside_it(as_, alice, drafted):
    answer = as_(alice).post(url("submit", drafted(2).pk), {"checklist": Tone.values[:2]})
    assert_beside(answer, "checklist", "The tone checklist is not complete")


@pytest.mark.parametrize(
    ("address", "hours", "wrong", "says"),
    [
        ("", 0, "url", "Give the address of at least one post."),
        ("nowhere", 0, "url", "is not an address that begins with https://"),
        ("https://x.com/1", 3, "at", "lies in the future"),
        ("https://x.com/1", -3, "at", "These words were approved later than that."),
    ],
)
def test_a_refused_publication_marks_the_row(as_, alice, approved, account, address, hours, wrong, says):
    response = approved()
    at = timezone.localtime() + timedelta(hours=hours)
    data = {
        "content_hash": response.current.content_hash,
        f"url_{account.pk}": address,
        f"at_{account.pk}": at.strftime("%Y-%m-%dT%H:%M"),
    }
    assert_beside(as_(alice).post(url("publish", response.pk), data), f"{wrong}_{account.pk}", says)


# In two tabs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2])
def approved_in_one_tab(as_, bob, response):
    """Bob's browser, and what he sent."""
    typed = {
        "content_hash": response.current.content_hash,
        "capacity": "CO",
        "decision": "approve",
        "comment": "Name no cause yet.",
    }
    browser = as_(bob)
    assert browser.post(url("approve", response.pk), typed).status_code == 302
    return browser, typed


@pytest.mark.parametrize("level", [1, 2])
def test_who_approved_in_one_tab_reads_so_in_the_other(as_, bob, submitted, level):
    response = submitted(level)
    browser, typed = approved_in_one_tab(as_, bob, response)
    answer = browser.post(url("approve", response.pk), typed)
    assert answer.status_code == 409
    assert "You have approved this text already" in answer.content.decode()
    assert "Select a valid choice" not in answer.content.decode()
    assert Approval.objects.live().count() == 1


@pytest.mark.parametrize("level", [1, 2])
def test_who_approved_may_think_again_and_the_approval_is_void(as_, bob, submitted, level):
    response = submitted(level)
    browser, typed = approved_in_one_tab(as_, bob, response)
    assert browser.post(url("approve", response.pk), {**typed, "decision": "changes"}).status_code == 302
    response.refresh_from_db()
    assert (response.state, Approval.objects.live().count()) == ("changes_requested", 0)


def test_a_capacity_that_another_filled_meanwhile_is_refused_with_the_reason(as_, bob, carol, submitted):
    response = submitted(1)
    carol.capacities = ["CO", "LG"]
    carol.save()
    actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)
    typed = {"content_hash": response.current.content_hash, "capacity": "CO", "decision": "approve"}
    answer = as_(carol).post(url("approve", response.pk), typed)
    assert answer.status_code == 409
    assert "does not need an approval in that capacity" in answer.content.decode()
    assert as_(carol).post(url("approve", response.pk), {**typed, "capacity": "LG"}).status_code == 302


# To come ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["next_update_by", "scheduled_for"])
def test_a_text_promises_no_time_that_has_passed(as_, alice, incident, account, field):
    words = typed(account, "We are sorry.", kind="holding")
    answer = as_(alice).post(url("new", incident.pk), {**words, field: "2000-01-01T15:00"})
    assert_beside(answer, field, "This time has passed already.")
    soon = timezone.localtime() + timedelta(hours=1)
    answer = as_(alice).post(url("new", incident.pk), {**words, field: soon.strftime("%Y-%m-%dT%H:%M")})
    assert answer.status_code == 302


def test_a_promise_that_has_passed_meanwhile_stays_while_the_words_change(alice, drafted, words):
    response = drafted(2)
    promised = response.current.next_update_by
    change = {"response": response, "actor": alice, "title": "First word", "base_number": 1}
    with time_machine.travel(promised + timedelta(hours=1)):
        actions.save_text(**change, content=words("Other words."))
        earlier = words("Again.", next_update_by=promised - timedelta(minutes=30))
        with pytest.raises(Invalid, match="has passed already"):
            actions.save_text(**{**change, "base_number": 2}, content=earlier)
    response.refresh_from_db()
    assert response.current.renditions[0]["text"] == "Other words."


# What saving did ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title", "says"),
    [
        (
            "Other words.",
            "First word",
            "Saved. Approvals given so far no longer count: submit the text again.",
        ),
        (None, "First word", "Nothing was changed."),
        (None, "Another title", "Saved."),
    ],
)
def test_saving_says_what_became_of_the_approval(as_, alice, approved, words, account, text, title, says):
    response = approved()
    promised = timezone.localtime(response.current.next_update_by).strftime("%Y-%m-%dT%H:%M")
    text = text or response.current.renditions[0]["text"]
    form = typed(account, text, base_number=1, next_update_by=promised)
    page = as_(alice).post(url("edit", response.pk), {**form, "title": title}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [says]
    assert Approval.objects.live().exists() == ("no longer count" not in says)


def test_saving_a_draft_that_nobody_approved_says_saved(as_, alice, drafted, account):
    form = typed(account, "Other words.", base_number=1)
    page = as_(alice).post(url("edit", drafted(2).pk), form, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["Saved."]
