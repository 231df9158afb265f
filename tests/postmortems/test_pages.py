from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from escalations.models import Deadline
from incidents.models import Incident
from journal.models import Entry
from postmortems import actions
from postmortems.models import CorrectiveAction, Lesson, PostMortem, PostMortemState
from postmortems.panels import context as panel_context
from tests.beside import assert_beside
from tests.factories import IncidentFactory, UserFactory

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def url(name, *args):
    return reverse(f"postmortems:{name}", args=args)


@pytest.fixture
def as_(client):
    """as_(alice) is a browser in which Alice is signed in."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def section_data(post_mortem, section, **typed):
    """What a browser sends: every field as it was shown, and what was shown."""
    from postmortems.sections import BY_CODE

    data = {}
    for name in BY_CODE[section].fields:
        data[name] = data[f"seen_{name}"] = getattr(post_mortem, name)
    return {**data, **typed}


# Reading


def test_everybody_reads_and_readers_get_no_buttons(as_, post_mortem, erin):
    page = as_(erin).get(post_mortem.get_absolute_url()).content.decode()
    assert "Time to acknowledge" in page
    assert "Submit for approval" not in page
    assert url("edit", post_mortem.pk, "summary") not in page


def test_list_shows_state_deadline_and_what_waits_for_me(as_, post_mortem, alice, bob):
    actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="Second pump", owner=bob, due_on=timezone.localdate()
    )
    left = timezone.now() + timedelta(days=20, hours=23, minutes=30)
    Deadline.objects.of(post_mortem).filter(purpose="postmortem.approval").update(due_at=left, target_at=left)
    page = as_(bob).get(url("list")).content.decode()
    assert post_mortem.incident.title in page
    assert "20 d 23 h" in page
    assert "Waiting for you" in page
    assert "Second pump" in page


def test_the_list_filters(as_, post_mortem, erin):
    browser = as_(erin)
    title = post_mortem.incident.title
    assert title in browser.get(url("list"), {"q": "stranded", "state": "draft"}).content.decode()
    assert title not in browser.get(url("list"), {"state": "approved"}).content.decode()
    assert "Nothing matches" in browser.get(url("list"), {"q": "nothing like it"}).content.decode()


def test_user_text_is_escaped(as_, post_mortem, alice):
    actions.write(
        post_mortem=post_mortem,
        actor=alice,
        section="summary",
        before={"summary": ""},
        after={"summary": "<script>alert(1)</script>"},
    )
    for name in ("detail", "print"):
        page = as_(alice).get(url(name, post_mortem.pk)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_nothing_of_a_confidential_post_mortem_is_found_by_others(as_, post_mortem, alice, carol):
    lesson = actions.add_lesson(post_mortem=post_mortem, actor=alice, text="Secret")
    action = actions.add_corrective_action(post_mortem=post_mortem, actor=alice, title="Secret")
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    browser = as_(carol)
    names = [
        "detail",
        "print",
        "pdf",
        "cause",
        "author",
        "submit",
        "take_back",
        "review",
        "close",
        "new_lesson",
        "new_corrective_action",
    ]
    for address in [
        *(url(name, post_mortem.pk) for name in names),
        url("edit", post_mortem.pk, "summary"),
        url("lesson", lesson.pk),
        url("lesson_step", lesson.pk, "implement"),
        url("corrective_action", action.pk),
        url("edit_corrective_action", action.pk),
        url("corrective_action_step", action.pk, "cancel"),
    ]:
        assert browser.get(address).status_code == 404, address
        assert browser.post(address).status_code in (404, 405), address
    assert "Videos" not in browser.get(url("list")).content.decode()


def test_readers_are_forbidden_to_write(as_, post_mortem, erin, alice):
    lesson = actions.add_lesson(post_mortem=post_mortem, actor=alice, text="Facts first")
    browser = as_(erin)
    for name in (
        "cause",
        "author",
        "submit",
        "take_back",
        "review",
        "close",
        "new_lesson",
        "new_corrective_action",
    ):
        assert browser.get(url(name, post_mortem.pk)).status_code == 403, name
        assert browser.post(url(name, post_mortem.pk)).status_code == 403, name
    assert browser.post(url("edit", post_mortem.pk, "summary")).status_code == 403
    assert browser.post(url("lesson", lesson.pk)).status_code == 403


def test_pages_need_no_more_queries_for_much_than_for_little(as_, post_mortem, bob, alice):
    browser = as_(bob)

    def count(address):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    def fill(n):
        for _ in range(n):
            incident = IncidentFactory(logged_by=alice, brand=post_mortem.incident.brand)
            PostMortem.objects.create(incident=incident, author=bob)
        Lesson.objects.bulk_create(
            Lesson(post_mortem=post_mortem, text="…", added_by=alice) for _ in range(n)
        )
        CorrectiveAction.objects.bulk_create(
            CorrectiveAction(post_mortem=post_mortem, title="…", owner=bob, added_by=alice) for _ in range(n)
        )

    addresses = [url("list"), post_mortem.get_absolute_url(), url("print", post_mortem.pk)]
    fill(10)
    few = [count(address) for address in addresses]
    fill(300)
    assert [count(address) for address in addresses] == few
    assert max(few) <= 25, few


def test_the_panel_in_the_room_takes_two_queries(post_mortem, alice, django_assert_max_num_queries):
    panel_context(post_mortem.incident, alice)  # Django looks its content types up once per process
    with django_assert_max_num_queries(2):
        panel = panel_context(post_mortem.incident, alice)
        assert panel["post_mortem"].author.name == "Bob Nowak"
        assert panel["deadline"] is not None


def test_the_room_shows_the_panel(as_, post_mortem, alice):
    page = as_(alice).get(post_mortem.incident.get_absolute_url()).content.decode()
    assert f'href="{post_mortem.get_absolute_url()}"' in page


# Writing


def test_a_section_is_written_and_the_next_one_opened(as_, post_mortem, alice):
    answer = as_(alice).post(
        url("edit", post_mortem.pk, "summary"),
        {**section_data(post_mortem, "summary", summary="It rained."), "next_section": "impact"},
    )
    assert answer.url == url("edit", post_mortem.pk, "impact")
    post_mortem.refresh_from_db()
    assert post_mortem.summary == "It rained."


def test_second_writer_sees_the_firsts_changes_and_loses_nothing(as_, post_mortem, alice, bob):
    """Both opened the page before either saved."""
    first = section_data(post_mortem, "response", worked="Speed")
    second = section_data(post_mortem, "response", did_not_work="Tone")
    as_(alice).post(url("edit", post_mortem.pk, "response"), first)
    page = as_(bob).post(url("edit", post_mortem.pk, "response"), second, follow=True).content.decode()
    assert "their text is kept: What worked" in page
    post_mortem.refresh_from_db()
    assert (post_mortem.worked, post_mortem.did_not_work) == ("Speed", "Tone")


def test_both_versions_of_a_field_are_shown_to_the_second(as_, post_mortem, alice, bob):
    first = section_data(post_mortem, "response", worked="We were fast")
    second = section_data(post_mortem, "response", worked="We were calm", did_not_work="Tone")
    as_(alice).post(url("edit", post_mortem.pk, "response"), first)
    answer = as_(bob).post(url("edit", post_mortem.pk, "response"), second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "We were calm</textarea>" in page
    assert "Tone</textarea>" in page  # typed in another field, kept as well
    assert '<del><span class="visually-hidden">removed: </span>fast</del>' in page.replace("\n", "")
    assert 'name="seen_worked" value="We were fast"' in page
    second |= {"worked": "We were fast and calm", "seen_worked": "We were fast"}
    assert as_(bob).post(url("edit", post_mortem.pk, "response"), second).status_code == 302
    post_mortem.refresh_from_db()
    assert post_mortem.worked == "We were fast and calm"


def test_a_refused_save_keeps_what_was_typed(as_, in_review, alice):
    answer = as_(alice).post(
        url("edit", in_review.pk, "summary"), section_data(in_review, "summary", summary="Better words")
    )
    assert answer.status_code == 409
    assert "Better words</textarea>" in answer.content.decode()
    assert "being reviewed" in answer.content.decode()


def test_line_ends_of_browsers_are_no_change(as_, post_mortem, alice):
    actions.write(
        post_mortem=post_mortem,
        actor=alice,
        section="summary",
        before={"summary": ""},
        after={"summary": "One\nTwo"},
    )
    post_mortem.refresh_from_db()
    data = {"summary": "One\r\nTwo", "seen_summary": "One\r\nTwo"}
    page = as_(alice).post(url("edit", post_mortem.pk, "summary"), data, follow=True).content.decode()
    assert "Nothing was changed" in page


def test_an_unknown_section_is_not_found(as_, post_mortem, alice):
    assert as_(alice).get(url("edit", post_mortem.pk, "gossip")).status_code == 404


def test_the_cause_is_recorded_on_the_incident(as_, post_mortem, alice):
    as_(alice).post(
        url("cause", post_mortem.pk),
        {
            "cause": "quality",
            "cause_investigation": "Logs read.",
            "seen_cause": "",
            "seen_cause_investigation": "",
        },
    )
    incident = Incident.objects.get(pk=post_mortem.incident_id)
    assert (incident.cause, incident.cause_investigation) == ("quality", "Logs read.")


def test_the_author_is_changed_on_its_page(as_, post_mortem, alice, erin):
    page = as_(alice).get(url("author", post_mortem.pk)).content.decode()
    assert "Alice Kaya" in page
    assert "Erin Reader" not in page
    as_(alice).post(url("author", post_mortem.pk), {"author": alice.pk})
    post_mortem.refresh_from_db()
    assert post_mortem.author == alice


# Review


def test_the_way_from_draft_to_approved(as_, written, alice, carol):
    page = as_(alice).get(url("submit", written.pk)).content.decode()
    assert "Carol Li" in page
    as_(alice).post(url("submit", written.pk))
    page = as_(carol).get(url("review", written.pk)).content.decode()
    assert "About summary." in page
    answer = as_(carol).post(
        url("review", written.pk), {"version": written.version, "decision": "approve", "comment": ""}
    )
    assert answer.status_code == 302
    written.refresh_from_db()
    assert (written.state, written.approved_by) == (PostMortemState.APPROVED, carol)


def test_submitting_with_empty_fields_says_which(as_, post_mortem, alice):
    assert "Weak points" in as_(alice).get(url("submit", post_mortem.pk)).content.decode()
    page = as_(alice).post(url("submit", post_mortem.pk), follow=True).content.decode()
    assert "Still empty: Summary" in page


def test_changes_are_asked_for_with_a_comment(as_, in_review, carol, alice):
    browser = as_(carol)
    without = browser.post(
        url("review", in_review.pk), {"version": in_review.version, "decision": "changes", "comment": ""}
    )
    assert without.status_code == 422
    browser.post(
        url("review", in_review.pk),
        {"version": in_review.version, "decision": "changes", "comment": "Name the cause"},
    )
    assert "Name the cause" in as_(alice).get(in_review.get_absolute_url()).content.decode()


def test_the_author_gets_no_decision(as_, in_review, bob):
    browser = as_(bob)
    assert "another approver decides" in browser.get(url("review", in_review.pk)).content.decode()
    answer = browser.post(
        url("review", in_review.pk), {"version": in_review.version, "decision": "approve", "comment": ""}
    )
    assert answer.status_code == 403
    in_review.refresh_from_db()
    assert in_review.state == PostMortemState.IN_REVIEW


def test_a_decision_about_an_older_version_is_not_taken(as_, in_review, carol, alice):
    seen = in_review.version
    actions.take_back(post_mortem=in_review, actor=alice)
    actions.add_lesson(post_mortem=in_review, actor=alice, text="One more")
    actions.submit(post_mortem=in_review, actor=alice)
    answer = as_(carol).post(
        url("review", in_review.pk), {"version": seen, "decision": "approve", "comment": "Fine"}
    )
    assert answer.status_code == 409
    assert f'name="version" value="{seen + 1}"' in answer.content.decode()


def test_reading_changes_nothing(as_, in_review, alice, carol):
    for person, names in ((alice, ("submit", "take_back", "close")), (carol, ("review",))):
        for name in names:
            as_(person).get(url(name, in_review.pk))
    in_review.refresh_from_db()
    assert in_review.state == PostMortemState.IN_REVIEW


def test_taking_back_and_closing_on_their_pages(as_, in_review, alice, carol):
    browser = as_(alice)
    browser.post(url("take_back", in_review.pk))
    in_review.refresh_from_db()
    assert in_review.is_draft
    browser.post(url("submit", in_review.pk))
    actions.approve(post_mortem=in_review, actor=carol, version=in_review.version)
    browser.post(url("close", in_review.pk))
    in_review.refresh_from_db()
    assert in_review.state == PostMortemState.CLOSED


# Follow-up


def test_an_action_from_its_form_to_verified(as_, post_mortem, alice, bob, carol):
    as_(alice).post(
        url("new_corrective_action", post_mortem.pk),
        {
            "title": "Second pump",
            "detail": "",
            "owner": bob.pk,
            "verifier": carol.pk,
            "due_on": (timezone.localdate() + timedelta(days=3)).isoformat(),
        },
    )
    action = CorrectiveAction.objects.get()
    for person, step, words in (
        (bob, "accept", None),
        (bob, "start", None),
        (bob, "done", "Installed"),
        (carol, "verify", "Ran it"),
    ):
        browser = as_(person)
        assert (
            url("corrective_action_step", action.pk, step)
            in browser.get(url("corrective_action", action.pk)).content.decode()
        )
        answer = browser.post(
            url("corrective_action_step", action.pk, step), {"reason": words} if words else {}
        )
        assert answer.status_code == 302
    action.refresh_from_db()
    assert action.state == "verified"
    assert Entry.objects.get(kind="corrective_action.verified").path.endswith(f"#action-{action.pk}")


def test_the_same_person_as_owner_and_verifier_is_refused_and_kept(as_, post_mortem, alice, bob):
    answer = as_(alice).post(
        url("new_corrective_action", post_mortem.pk),
        {"title": "Second pump", "owner": bob.pk, "verifier": bob.pk},
    )
    assert answer.status_code == 422
    assert "Second pump" in answer.content.decode()
    assert not CorrectiveAction.objects.exists()


def test_an_action_is_changed_on_its_page(as_, post_mortem, alice, bob):
    action = actions.add_corrective_action(post_mortem=post_mortem, actor=alice, title="Pump")
    assert 'value="Pump"' in as_(alice).get(url("edit_corrective_action", action.pk)).content.decode()
    as_(alice).post(url("edit_corrective_action", action.pk), {"title": "Second pump", "owner": bob.pk})
    action.refresh_from_db()
    assert (action.title, action.owner) == ("Second pump", bob)


@pytest.mark.parametrize("step", ["accept", "verify"])
def test_a_step_of_somebody_else_is_forbidden(as_, post_mortem, alice, bob, step):
    action = actions.add_corrective_action(
        post_mortem=post_mortem, actor=alice, title="Pump", owner=bob, due_on=timezone.localdate()
    )
    outsider = UserFactory(site_role="reader")
    answer = as_(outsider).post(url("corrective_action_step", action.pk, step), {"reason": "x"})
    assert answer.status_code == 403
    action.refresh_from_db()
    assert action.state == "proposed"


def test_lessons_on_their_pages(as_, post_mortem, alice):
    browser = as_(alice)
    browser.post(url("new_lesson", post_mortem.pk), {"text": "Facts first"})
    lesson = Lesson.objects.get()
    browser.post(url("lesson", lesson.pk), {"text": "Facts come first"})
    browser.post(url("lesson_step", lesson.pk, "implement"), {"reason": "Playbook"})
    browser.post(url("lesson_step", lesson.pk, "learn"), {"reason": "Drill 3"})
    lesson.refresh_from_db()
    assert (lesson.text, lesson.state) == ("Facts come first", "learned")
    other = actions.add_lesson(post_mortem=post_mortem, actor=alice, text="Wrong")
    browser.post(url("remove_lesson", other.pk))
    assert not Lesson.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"verifier": "owner"}, "verifier", "The owner cannot verify their own work."),
        ({"due_on": "2500-01-01"}, "due_on", "Give a year between 1990 and 2199."),
        ({"due_on": "2020-01-01"}, "due_on", "The due date lies in the past."),
    ],
)
def test_a_refused_corrective_action_marks_the_field(as_, alice, bob, post_mortem, wrong, field, says):
    typed = {"title": "Second pump", "owner": bob.pk, **wrong}
    if "verifier" in wrong:
        typed["verifier"] = bob.pk
    answer = as_(alice).post(url("new_corrective_action", post_mortem.pk), typed)
    assert_beside(answer, field, says)
