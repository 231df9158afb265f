"""What the airline learned from the outage: written by Alice, approved by Bob, followed up ever since."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.story.story import Story, Thread, write
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline
from incidents import actions as incidents
from incidents.models import Cause, Incident
from postmortems import actions
from postmortems.models import CorrectiveAction, PostMortem
from postmortems.sections import BY_CODE

DAY = timedelta(days=1)
TEXTS: dict[str, str] = {
    "summary": (
        "An expired certificate stopped check-in at all ten airports from 05:10 to 12:10 UTC. 1,900 passengers were "
        "stranded, 14 flights cancelled, and in Ankara 41 families found no hotel. We spoke 41 minutes after we "
        "noticed, updated twice on the same day and apologised the next morning. The conversation was back to its "
        "usual volume in the evening."
    ),
    "impact_financial": "EUR 214,000 in refunds and hotels, EUR 96,000 in lost bookings.",
    "impact_legal": "Compensation under passenger-rights rules for 14 flights; no proceedings.",
    "impact_trust": "612 complaints to customer care in three days; four regional papers; staff felt left alone.",
    "strategy_effect": (
        "Explaining alone did not help while the Ankara families were unanswered. After the apology with a concrete "
        "repayment the share of negative posts fell by half within six hours."
    ),
    "worked": (
        "Legal and communications sat in one call, so no approval took longer than eight minutes. "
        "The text message to booked passengers kept about 600 people at home."
    ),
    "did_not_work": (
        "For 41 minutes our accounts said nothing, because nobody on duty had a prepared text for an outage. "
        "The claim about hotels waited nine hours for somebody who could check it."
    ),
    "protect_brand": (
        "The first update explained at length why flights were cancelled. People in a queue wanted to know where to "
        "sleep. We answered our question, not theirs."
    ),
    "contributing_factors": (
        "One certificate for all airports. Its renewal hung on one person's calendar. The status page ran behind the "
        "same certificate. Hotel contracts covered normal nights only."
    ),
    "why_1": "Check-in failed because its certificate expired at 05:10 UTC.",
    "why_2": "It expired because the renewal reminder went to a mailbox that nobody reads any more.",
    "why_3": "Nobody noticed, because certificates were on no list that operations control sees.",
    "feedback_analysis": (
        "No information (about 45 %), cancelled connections (25 %), no hotel (15 %), rude or helpless desks (10 %), "
        "praise for ground staff (5 %)."
    ),
    "weak_points": "No prepared outage statement. Listening without a night shift. One supplier for hotels in Ankara.",
    "recovery_audience": "The families in Ankara first, then frequent flyers, then everybody who watched.",
    "recovery_milestones": "Net sentiment back within five points of before, for 24 hours, by the end of the month.",
    "thanks": "A letter and two free days to the ground staff in ten airports.",
    "prevention": (
        "All certificates are listed and watched, with an alarm 30, 7 and 1 days before they expire. "
        "The status page runs elsewhere. Outage statements are prepared in four languages."
    ),
    "public_summary": (
        "A certificate that we should have renewed stopped our check-in for seven hours. We have listed every "
        "certificate, put our status page on separate systems and agreed on more hotel rooms."
    ),
}
LESSONS = (
    "The first words need no cause. A prepared text that says what people should do now beats a complete one later.",
    "A claim about people's safety or sleep goes to somebody who can check it within the hour, day or night.",
)


def tell_what_was_learned(story: Story, incident: Incident, when: datetime) -> Thread:
    """From the stand-down to an approved post-mortem whose actions are verified, under way and overdue."""
    people = story.people
    yield when
    post_mortem = PostMortem.objects.get(incident=incident)
    actions.change_author(post_mortem=post_mortem, actor=people["bob"], author=people["alice"])
    yield when + DAY
    for section in BY_CODE.values():
        after = {name: TEXTS[name] for name in section.fields if name in TEXTS}
        if after:
            actions.write(
                post_mortem=post_mortem,
                actor=people["alice"],
                section=section.code,
                before=dict.fromkeys(after, ""),
                after=after,
            )
    yield when + 2 * DAY
    actions.record_meeting(post_mortem=post_mortem, actor=people["bob"])
    planned = _plan(story, post_mortem)
    yield when + 3 * DAY
    write(
        story,
        incident,
        "jonas",
        cause=Cause.QUALITY,
        cause_investigation="Logs of the gateway show the expired certificate from 05:10:04 UTC. Renewing it on a "
        "copy of the system brings check-in back within two minutes; the renewal reminder went to a closed mailbox.",
    )
    actions.submit(post_mortem=post_mortem, actor=people["alice"])
    yield when + 5 * DAY
    post_mortem.refresh_from_db()
    actions.approve(post_mortem=post_mortem, actor=people["bob"], version=post_mortem.version)
    yield when + 6 * DAY
    incidents.close(incident=incident, actor=people["bob"])
    yield from _follow_up(story, post_mortem, planned, when)


def _plan(story: Story, post_mortem: PostMortem) -> dict[str, CorrectiveAction]:
    people, alice = story.people, story.people["alice"]
    lessons = [actions.add_lesson(post_mortem=post_mortem, actor=alice, text=text) for text in LESSONS]
    today = story.now.date()
    planned = {}
    for key, title, verifier, lesson, days in (
        ("jonas", "Watch every certificate, with an alarm 30 days before it expires", "carol", None, -7),
        ("alice", "Prepare outage statements in four languages, approved in advance", "bob", lessons[0], 9),
        ("deniz", "Agree on 60 more hotel rooms in Ankara and Gdańsk", "dave", lessons[1], -3),
    ):
        planned[key] = actions.add_action(
            post_mortem=post_mortem,
            actor=alice,
            title=title,
            owner=people[key],
            due_on=today + timedelta(days=days),
            verifier=people[verifier],
            lesson=lesson,
        )
    return planned


def _follow_up(
    story: Story, post_mortem: PostMortem, planned: dict[str, CorrectiveAction], when: datetime
) -> Thread:
    people = story.people
    yield when + 7 * DAY
    for key, action in planned.items():
        actions.accept_action(action=action, actor=people[key])
    yield when + 8 * DAY
    for key, action in planned.items():
        actions.start_action(action=action, actor=people[key])
    yield when + 10 * DAY
    result = "84 certificates listed, the alarm rang in a test with a certificate of two days."
    actions.complete_action(action=planned["jonas"], actor=people["jonas"], result=result)
    yield when + 12 * DAY
    verification = "I let a test certificate run out: operations control called me after four minutes."
    actions.verify_action(action=planned["jonas"], actor=people["carol"], verification=verification)
    yield when + 14 * DAY
    lesson = post_mortem.lessons.earliest("pk")
    change = "The outage playbook begins with a prepared text; two of four languages are approved."
    actions.implement_lesson(lesson=lesson, actor=people["alice"], change=change)
    # One is late, and its owner has said so.
    yield story.now - 2.5 * DAY
    late = Deadline.objects.of(planned["deniz"]).armed().get()
    acknowledge_deadline(deadline=late, actor=people["deniz"])
