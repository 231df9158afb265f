"""What else is on the desk: a rumour dismissed, a confidential threat, a misunderstanding that is being watched."""

from __future__ import annotations

from datetime import timedelta

from demo.story.brands import AIRLINE
from demo.story.story import (
    MINUTE,
    Story,
    Thread,
    approve,
    build_team,
    finish_task,
    publish,
    submit,
    texts_for,
)
from incidents import actions as incidents
from incidents.models import Category, Playbook, ScheduledContent
from responses import actions as responses
from responses.content import Content
from responses.models import Platform, ResponseKind

HARMLESS = dict(reach=0, velocity=1, sentiment_fall=0, media=0, influencers=0, safety_legal=0, topic=0)
SERIOUS = dict(reach=1, velocity=0, sentiment_fall=0, media=1, influencers=0, safety_legal=2, topic=1)


def tell_dismissed_rumour(story: Story) -> Thread:
    """Five days ago: satire, taken for news by three people."""
    when = story.now - timedelta(days=5, hours=2)
    yield when
    incident = incidents.log_incident(
        actor=story.people["alice"],
        brand=story.brands[AIRLINE],
        title="Post claims that Kestrel Air is bankrupt",
        summary="A satirical account announces our bankruptcy. Three people ask whether it is true.",
        category=Category.RUMOUR,
        originator="@thedailygrounded, satire",
    )
    yield when + 6 * MINUTE
    incidents.acknowledge(incident=incident, actor=story.people["zofia"])
    yield when + 25 * MINUTE
    incidents.dismiss(
        incident=incident,
        actor=story.people["alice"],
        reason="Marked as satire, 3 reshares in two hours, both questions answered by customer care.",
    )


def tell_confidential_threat(story: Story) -> Thread:
    """Two days ago: only the board, legal and the comms lead may know."""
    people = story.people
    when = story.now - timedelta(days=2, hours=3)
    yield when
    incident = incidents.log_incident(
        actor=people["dave"],
        brand=story.brands[AIRLINE],
        title="Former manager threatens to publish internal mails",
        summary="Letter to the board with two excerpts. Nothing is public so far.",
        category=Category.MALICIOUS_POST,
        confidential=True,
    )
    incidents.change_members(
        incident=incident, actor=people["dave"], confidential=True, members=[people["carol"], people["bob"]]
    )
    yield when + 5 * MINUTE
    incidents.acknowledge(incident=incident, actor=people["carol"])
    yield when + 20 * MINUTE
    incidents.assess(
        incident=incident,
        actor=people["carol"],
        scores=SERIOUS,
        evidence="The excerpts are real. Two journalists were contacted according to the letter.",
    )
    yield when + 40 * MINUTE
    incidents.decide_no_response(
        incident=incident,
        actor=people["carol"],
        reason="Nothing is public. A word from us would publish it. Counsel answers the letter.",
    )


def tell_misunderstanding(story: Story) -> Thread:
    """Since yesterday: a sentence about cabin bags was read as a new fee; explained, now watched."""
    people = story.people
    when = story.now - timedelta(hours=26)
    yield when
    incident = incidents.log_incident(
        actor=people["alice"],
        brand=story.brands[AIRLINE],
        title="Cabin bag rule misread as a new fee",
        summary="Our newsletter said “from 40 cm at the gate”. Readers understand a fee of 40 euros.",
        category=Category.MISUNDERSTANDING,
    )
    yield when + 15 * MINUTE
    incidents.acknowledge(incident=incident, actor=people["zofia"])
    yield when + 30 * MINUTE
    incidents.assess(
        incident=incident, actor=people["zofia"], scores=HARMLESS, evidence="11 posts since the newsletter."
    )
    team = {"CL": ("zofia", "marta"), "SM": ("zofia", ""), "CC": ("deniz", ""), "SC": ("mert", "")}
    yield from build_team(story, incident, when + 40 * MINUTE, "zofia", team)
    yield when + 45 * MINUTE
    playbook = Playbook.objects.get(slug="viral-complaint")
    incidents.activate(incident=incident, actor=people["zofia"], playbook=playbook)
    incidents.change_situation(
        incident=incident,
        actor=people["zofia"],
        before={"scheduled_content": ScheduledContent.UNDECIDED, "scheduled_content_reason": ""},
        after={
            "scheduled_content": ScheduledContent.KEPT,
            "scheduled_content_reason": "Nothing scheduled is about bags.",
        },
    )
    yield when + 55 * MINUTE
    text = (
        "We wrote that badly: there is no new fee. Bags up to 40 × 30 × 20 cm fly under your seat, free, as before. "
        "Sorry for the scare."
    )
    response = responses.start_response(
        incident=incident,
        actor=people["alice"],
        kind=ResponseKind.CORRECTION,
        title="No new fee for cabin bags",
        content=Content(texts=texts_for(incident, {Platform.X: text, Platform.FACEBOOK: text})),
    )
    yield when + 58 * MINUTE
    submit(story, response, "alice")
    yield when + 75 * MINUTE
    approve(story, response, "nadia")
    yield when + 80 * MINUTE
    publish(story, response, "alice", when + 80 * MINUTE)
    yield when + timedelta(hours=4)
    for by, text, note in (
        ("mert", "Capture", "Newsletter of yesterday, 11 posts."),
        ("mert", "Study the public profile", "No single author; readers of the newsletter."),
        ("zofia", "Reply with a short", "Nine of eleven answered, all friendly."),
        ("deniz", "Contact the customer", "Two who had paid at the gate by mistake."),
        ("deniz", "Confirm whether", "Our sentence was ambiguous."),
        ("zofia", "Decide the remedy", "Money back to both, newsletter corrected."),
        ("zofia", "Apologise if", "In the correction."),
        ("deniz", "Confirm satisfaction", "Both wrote back."),
    ):
        finish_task(story, incident, by, text, note)
    for notice in incident.stakeholder_notices.all():
        incidents.skip_stakeholder(
            notice=notice, actor=people["zofia"], reason="The correction reached everybody who had asked."
        )
    yield when + timedelta(hours=20)
    incidents.begin_monitoring(incident=incident, actor=people["zofia"])
