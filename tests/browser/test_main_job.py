"""The main job from end to end, as four people do it in their browsers, on the processes that really run it.

Real mentions come in, a spike raises a signal, an incident is logged and triaged, a deadline escalates, a
response is drafted, approved and published, the room stands down, a post-mortem is written and approved.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.shared_data import AIRLINES

TITLE = "Winter storm: stranded passengers and hours on hold"
STATEMENT = (
    "We are sorry. The storm has stopped most flights from Philadelphia and Charlotte, and our phone lines "
    "cannot keep up. If you fly today, do not come to the airport before your app shows a new flight. "
    "We do not know yet when all flights run again. Next update tomorrow at 18:00."
)

pytestmark = [
    pytest.mark.calendar,
    pytest.mark.browser,
    pytest.mark.skipif(not AIRLINES.exists(), reason="the airline data are not beside the project"),
]


def click(page: Page, name: str, role: str = "button") -> None:
    page.get_by_role(role, name=name, exact=False).first.click()


def date_in(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def choose(page: Page, label: str | re.Pattern[str], person: str) -> None:
    """Choose a person by first name."""
    field = page.get_by_label(label).first
    field.select_option(
        field.locator("option", has_text=re.compile(rf"^\s*{person} ")).get_attribute("value")
    )


def test_from_the_first_mention_to_the_approved_post_mortem(signed_in: Callable[..., Page]) -> None:
    admin, alice, bob = signed_in("admin"), signed_in("alice"), signed_in("bob")
    give_one_minute_to_acknowledge(admin)
    import_mentions(alice)
    add_an_account(admin)
    room = open_incident_from_signal(alice)
    watch(bob, room)
    triage_and_activate(alice)
    see_the_deadline_escalate(bob)
    carol, dave = signed_in("carol"), signed_in("dave")
    draft = draft_and_submit(alice, room)
    refuse_self_approval(alice, draft)
    approve(bob, draft, "Comms lead")
    approve(carol, draft, "Legal")
    approve(dave, draft, "Executive sponsor")
    publish(alice, draft)
    expect_to_see_it_published(bob, room)
    tell_everybody(alice, room)
    begin_monitoring(alice, room)
    stand_down(bob, dave, room)
    expect_locked(alice, room)
    review = write_post_mortem(bob, room)
    approve_post_mortem(dave, review)
    close(bob, room)
    export(dave, review)


def give_one_minute_to_acknowledge(admin: Page) -> None:
    """An administrator shortens the target, so that the escalation can be watched; see how long it really takes."""
    for level in (1, 2):
        admin.goto("/escalations/policies/?open=incident.acknowledge")
        admin.get_by_role("link", name=f"Change Acknowledge, L{level}").click()
        admin.get_by_label("Minutes").first.fill("1")
        expect(admin.locator("#preview")).to_contain_text("(target, 1 min)")
        admin.get_by_role("button", name="Save", exact=True).click()
        expect(admin.get_by_text("Saved. It counts for deadlines")).to_be_visible()


def import_mentions(alice: Page) -> None:
    alice.goto("/monitoring/imports/")
    alice.locator("input[type=file]").set_input_files(AIRLINES)
    click(alice, "Look at the file")
    expect(alice.get_by_text("The first posts, as they will look")).to_be_visible()
    alice.get_by_label("All for which nothing is chosen are new brands").check()
    click(alice, "Go on")
    expect(alice.get_by_text("was read again with your answers")).to_be_visible()
    click(alice, "Import")
    expect(alice.locator("#progress")).to_contain_text("Imported")
    expect(alice.locator("#progress")).to_contain_text("14,485")


def add_an_account(admin: Page) -> None:
    admin.goto("/admin/responses/account/add/")
    admin.get_by_label("Brand").select_option(label="US Airways")
    admin.get_by_label("Platform").select_option(index=1)
    admin.get_by_label("Account").fill("@USAirways")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".messagelist .success")).to_be_visible()


def open_incident_from_signal(alice: Page) -> str:
    alice.goto("/monitoring/signals/")
    alice.get_by_label("Brand").select_option(label="US Airways")
    click(alice, "Filter")
    signal = alice.get_by_role("link").filter(has_text=re.compile("US Airways"))
    signal.first.click()
    expect(alice.get_by_role("heading", level=1)).to_contain_text("US Airways")
    expect(alice.locator("main")).to_contain_text("22 Feb 2015")
    click(alice, "Open an incident", "link")
    alice.get_by_label("Title").fill(TITLE)
    click(alice, "Open")
    expect(alice.locator("main")).to_contain_text(TITLE)
    return re.sub(r"(/incidents/\d+/).*", r"\1", alice.url)


def triage_and_activate(alice: Page) -> None:
    alice.goto(re.sub(r"(/incidents/\d+/).*", r"\1triage/", alice.url))
    for question, answer in (
        ("Reach", "at least 10 %"),
        ("Velocity", "10× or more"),
        ("Drop in net sentiment", "25 or more"),
        ("Media", "many or international"),
        ("Influencers", "50,000 or more"),
        ("Safety and law", "regulator"),
        ("Topic", "children"),
    ):
        alice.get_by_role("group", name=re.compile(question)).get_by_label(answer).check(force=True)
    alice.get_by_label("Category").select_option(label="Service outage")
    click(alice, "Set the level")
    expect(alice.locator(".room-strip")).to_contain_text("L1")
    alice.goto(re.sub(r"(/incidents/\d+/).*", r"\1activate/", alice.url))
    choose(alice, re.compile(r"^\s*Crisis lead"), "Bob")
    choose(alice, "Deputy of the crisis lead", "Carol")
    choose(alice, "Scribe", "Alice")
    click(alice, "Activate and alert")
    expect(alice.locator(".room-strip")).to_contain_text("Active")


def watch(bob: Page, room: str) -> None:
    """At once: there is a minute before the deadline is missed."""
    bob.goto(room)
    expect(bob.locator("#timeline")).not_to_contain_text("Missed: Acknowledge")


def see_the_deadline_escalate(bob: Page) -> None:
    """Bob only watched: the missed deadline appears on his screen by itself."""
    expect(bob.locator("#timeline")).to_contain_text("Missed: Acknowledge")
    click(bob, "Accept")
    click(bob, "Acknowledge")
    expect(bob.locator(".room-strip")).to_contain_text("Acknowledge: acknowledged by")
    expect(bob.locator(".room-strip").get_by_role("button", name="Acknowledge")).to_have_count(0)


def draft_and_submit(alice: Page, room: str) -> str:
    alice.goto(room.rstrip("/") + "/situation/")
    alice.get_by_label("what we know", exact=False).fill("Most flights from PHL and CLT are cancelled.")
    alice.get_by_label("scheduled posts", exact=False).first.select_option(label="Paused")
    click(alice, "Save")
    alice.locator("#responses").get_by_role("link", name="Draft").click()
    alice.get_by_label("Title").fill("Holding statement")
    alice.get_by_label("@USAirways", exact=False).first.fill(STATEMENT)
    alice.get_by_label("Next update by").fill(f"{date_in(1)}T18:00")
    click(alice, "Save")
    click(alice, "Submit", "link")
    expect(alice.get_by_role("checkbox").first).to_be_visible()
    for box in alice.get_by_role("checkbox").all():
        box.check()
    click(alice, "Submit")
    expect(alice.locator("main")).to_contain_text("Waits for approval")
    return re.sub(r"(/responses/\d+/).*", r"\1", alice.url)


def refuse_self_approval(alice: Page, draft: str) -> None:
    answer = alice.goto(draft + "approve/")
    assert answer is not None
    assert answer.status == 403 or alice.get_by_role("button", name="Approve as").count() == 0


def approve(page: Page, draft: str, capacity: str) -> None:
    """From the list of approvals, on the exact words."""
    page.goto("/responses/")
    page.get_by_role("link", name="Holding statement").first.click()
    if not page.url.endswith("/approve/"):
        page.goto(draft + "approve/")
    expect(page.locator("main")).to_contain_text("do not come to the airport")
    click(page, f"Approve as {capacity}")
    expect(page.locator("main")).to_contain_text(capacity)


def publish(alice: Page, draft: str) -> None:
    alice.goto(draft + "publish/")
    alice.get_by_label("Address of the post").fill("https://social.example/usairways/status/1")
    click(alice, "Record")
    expect(alice.locator("main")).to_contain_text("Published")


def expect_to_see_it_published(bob: Page, room: str) -> None:
    """He has not touched his page since he acknowledged; what was published stands there."""
    bob.goto(room)
    expect(bob.locator("#responses")).to_contain_text("Holding statement")
    expect(bob.locator("#responses")).to_contain_text("Published")


def tell_everybody(alice: Page, room: str) -> None:
    for _group in range(3):
        alice.goto(room + "#stakeholders")
        alice.locator("#stakeholders").get_by_role("link", name="Record as notified").first.click()
        alice.get_by_label("What were they told?").fill("What we published, and where to ask.")
        click(alice, "Save")
    alice.goto(room.rstrip("/") + "/department/")
    alice.get_by_label("Responsible department").fill("Operations control")
    click(alice, "Save")
    expect(alice.locator("#people")).to_contain_text("Operations control")


def begin_monitoring(alice: Page, room: str) -> None:
    alice.goto(room.rstrip("/") + "/people/")
    alice.locator("#id_role").select_option(label="Executive sponsor")
    choose(alice, re.compile(r"^\s*Person"), "Dave")
    click(alice, "Ask and alert")
    alice.goto(room.rstrip("/") + "/monitoring/")
    click(alice, "Begin monitoring")
    expect(alice.locator(".room-strip")).to_contain_text("Monitoring")


def stand_down(bob: Page, dave: Page, room: str) -> None:
    """The gate names what blocks; both signatures are needed at L1."""
    gate = room.rstrip("/") + "/stand-down/"
    dave.goto(gate)
    expect(dave.locator("#gate")).to_contain_text("has not signed")
    click(dave, "Sign as Executive sponsor")
    bob.goto(gate)
    expect(bob.locator("#gate")).to_contain_text("public update promised for")
    bob.goto(room.rstrip("/") + "/waive/promise/")
    bob.get_by_label("Reason").fill("All flights run; the airport says so on its page.")
    click(bob, "It does not apply")
    click(bob, "Sign as Crisis lead")
    click(bob, "Stand down")
    expect(bob.locator(".room-strip")).to_contain_text("Resolved")


def expect_locked(alice: Page, room: str) -> None:
    alice.goto(room)
    expect(alice.locator("#asks")).to_contain_text("Locked")
    expect(alice.locator("#responses").get_by_role("link", name="Draft")).to_have_count(0)


def write_post_mortem(bob: Page, room: str) -> str:
    bob.goto("/post-mortems/")
    bob.get_by_role("link", name=TITLE).first.click()
    review = re.sub(r"(/post-mortems/\d+/).*", r"\1", bob.url)
    expect(bob.locator("main")).to_contain_text("Time to first response")
    for section in ("summary", "response", "causes", "feedback", "prevention"):
        bob.goto(f"{review}edit/{section}/")
        for field in bob.locator("main textarea").all():
            field.fill("Ürünler, żółć, 航班: written by the team without blame.")
        click(bob, "Save")
    bob.goto(review + "cause/")
    bob.locator("#id_cause").select_option(label="Natural disaster")
    bob.get_by_label("How it was investigated").fill(
        "Operations replayed the day; the storm closed two hubs."
    )
    click(bob, "Record the cause")
    bob.goto(review + "lessons/new/")
    bob.get_by_label("Lesson").fill("The phone lines are the first thing to fail.")
    click(bob, "Save")
    bob.goto(review + "corrective-actions/new/")
    bob.get_by_label("What will be done").fill("Add a call-back queue")
    choose(bob, "Owner", "Alice")
    bob.get_by_label("Due on").fill(date_in(30))
    choose(bob, "Verifier", "Carol")
    click(bob, "Save")
    bob.goto(review + "submit/")
    bob.locator("main form button[type=submit]").first.click()
    expect(bob.locator("main")).to_contain_text("In review")
    return review


def approve_post_mortem(dave: Page, review: str) -> None:
    dave.goto(review + "review/")
    click(dave, "Approve")
    expect(dave.locator("main")).to_contain_text("approved by Dave")


def close(bob: Page, room: str) -> None:
    bob.goto(room.rstrip("/") + "/close/")
    click(bob, "Close")
    expect(bob.locator(".room-strip")).to_contain_text("Closed")


def export(page: Page, review: str) -> None:
    answer = page.request.get(review + "pdf/")
    assert answer.ok
    assert answer.body().startswith(b"%PDF-")
