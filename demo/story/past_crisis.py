"""Three weeks ago: check-in fails, 1,900 people are stranded; handled, apologised for, stood down."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta

from demo.story import post_mortem
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
    together,
    write,
)
from incidents import actions as incidents
from incidents.models import Category, Incident, Playbook, ScheduledContent
from incidents.scct import Cluster, Strategy
from monitoring import actions as monitoring
from monitoring.models import Signal
from people.models import CrisisRole
from responses import actions as responses
from responses.content import Content
from responses.models import Answer, Claim, Platform, Response, ResponseKind, SourceKind, Stance, Verdict

TEAM = {
    "CL": ("bob", "nadia"),
    "CO": ("nadia", ""),
    "SM": ("alice", "zofia"),
    "MA": ("mert", ""),
    "LG": ("carol", "liwei"),
    "SME": ("jonas", ""),
    "CC": ("deniz", ""),
    "IC": ("marta", ""),
    "EX": ("dave", "ines"),
    "SC": ("zofia", ""),
}
SCORES = dict(reach=2, velocity=3, sentiment_fall=3, media=2, influencers=1, safety_legal=1, topic=0)
HOLDING = (
    "Since 05:10 UTC check-in has been down at all our airports. If you fly with us today, please stay at home until "
    "you hear from us. If you are at the airport, our staff bring water and paper tickets. We are sorry. "
    "Next news here at 09:00 UTC."
)
UPDATE = (
    "We know how long you have waited. Check-in works again in Istanbul and Warsaw; the other airports follow by "
    "13:00 UTC. 14 flights are cancelled, because check-in failed and for no other reason. "
    "Nobody pays for a new booking or a hotel tonight. The list of flights is on our website. Next news at 13:00 UTC."
)
APOLOGY = (
    "1,900 of you could not fly with us, and 41 families in Ankara found no bed. That was our fault: a certificate "
    "had expired. We are sorry. Everybody affected gets the fare back without asking. "
    "We now check every certificate daily, and hotels are booked before they are needed."
)


def tell_past_crisis(story: Story, day: datetime) -> Thread:
    """From the first post at 05:12 UTC on `day` to the stand-down two days later, and what was learned from it."""

    def clock(hour: int, minute: int = 0, days: int = 0) -> datetime:
        return day + timedelta(days=days, hours=hour, minutes=minute)

    people = story.people
    incident = yield from _take_up(story, clock(6, 23))
    claims: dict[str, Claim] = {}
    texts: dict[str, Response] = {}
    yield from together(
        _verify(story, incident, claims, clock(7, 5), clock(9, 40)),
        _speak(story, incident, claims, texts, clock(6, 50)),
        _care(story, incident, clock(11)),
        _work_off(story, incident, day),
    )
    yield clock(9, days=1)
    for key in ("false", "true"):
        responses.mark_answered(claim=claims[key], actor=people["alice"], response=texts[key])
    yield clock(17, days=1)
    for claim in claims.values():
        responses.settle_claim(
            claim=claim,
            actor=people["mert"],
            reason="Answered in public; the posts that repeated it have stopped.",
        )
    yield clock(8, 40, days=2)
    incidents.sign_off(incident=incident, actor=people["bob"], role=CrisisRole.CRISIS_LEAD)
    incidents.resolve(incident=incident, actor=people["bob"])
    yield from post_mortem.tell_what_was_learned(story, incident, clock(9, days=2))


def _take_up(story: Story, when: datetime) -> Generator[datetime, None, Incident]:
    people = story.people
    yield when
    incident = monitoring.open_incident(
        signal=Signal.objects.get(brand=story.brands[AIRLINE]),
        actor=people["alice"],
        title="Check-in down at every airport, passengers stranded",
        summary="Since about 05:10 UTC neither desks nor app nor website can check anybody in. Queues at ten airports.",
        category=Category.SERVICE_OUTAGE,
    )
    yield when + 4 * MINUTE
    incidents.acknowledge(incident=incident, actor=people["bob"])
    yield when + 10 * MINUTE
    incidents.assess(
        incident=incident,
        actor=people["mert"],
        scores=SCORES,
        evidence="More than 50 posts an hour instead of 5; two national broadcasters ask for a statement.",
        category=Category.SERVICE_OUTAGE,
        cluster=Cluster.ACCIDENTAL,
        originator="@kasiaonboard3, from the queue in Gdańsk",
    )
    yield from build_team(story, incident, when + 13 * MINUTE, "bob", TEAM)
    yield when + 17 * MINUTE
    playbook = Playbook.objects.get(slug="outage")
    incidents.activate(incident=incident, actor=people["bob"], playbook=playbook)
    yield when + 25 * MINUTE
    write(
        story,
        incident,
        "zofia",
        known="Check-in has been down since 05:10 UTC at all ten airports. About 1,900 passengers are waiting.\n"
        "Aircraft and crews are ready; no safety system is affected.",
        unknown="The cause, and when the first airport works again.",
        what_we_say="Stay at home until we write. We look after everybody who is at the airport already.",
        scheduled_content=ScheduledContent.PAUSED,
    )
    return incident


def _verify(
    story: Story, incident: Incident, claims: dict[str, Claim], first: datetime, second: datetime
) -> Thread:
    """One claim turns out to be false, one to be true."""
    yield first
    claims["false"] = responses.log_claim(
        incident=incident,
        actor=story.people["mert"],
        text="Kestrel cancels flights to save money and calls it an IT problem",
        seen_at="X, 140 reshares by 07:00 UTC",
    )
    finding = "Every cancelled flight lost its slot before 20 passengers could be checked in."
    yield from _settle_truth(
        story, claims["false"], first + 12 * MINUTE, Verdict.FALSE, "Operations control log", finding
    )
    yield second
    claims["true"] = responses.log_claim(
        incident=incident,
        actor=story.people["mert"],
        text="Families in Ankara got no hotel for the night",
        seen_at="Facebook group of travellers in Ankara",
    )
    finding = "41 families were turned away: both contracted hotels were full by 18:00."
    yield from _settle_truth(
        story, claims["true"], second + timedelta(hours=9), Verdict.TRUE, "Ground handling, Ankara", finding
    )


def _settle_truth(
    story: Story, claim: Claim, when: datetime, verdict: Verdict, source: str, finding: str
) -> Thread:
    jonas = story.people["jonas"]
    yield when
    responses.begin_verifying(claim=claim, actor=jonas)
    yield when + 9 * MINUTE
    responses.add_evidence(
        claim=claim, actor=jonas, kind=SourceKind.AUTHORITATIVE, source=source, finding=finding
    )
    yield when + 12 * MINUTE
    responses.give_verdict(claim=claim, actor=jonas, verdict=verdict, reason=finding)
    yield when + 20 * MINUTE
    answer = Answer.DEBUNK if verdict == Verdict.FALSE else Answer.ACKNOWLEDGE
    responses.decide_answer(claim=claim, actor=story.people["nadia"], answer=answer)


def _speak(
    story: Story, incident: Incident, claims: dict[str, Claim], texts: dict[str, Response], when: datetime
) -> Thread:
    """Holding statement, update and apology, each approved by somebody who did not write it."""
    bob, hour = story.people["bob"], timedelta(hours=1)
    yield from _say(
        story,
        incident,
        when,
        ResponseKind.HOLDING,
        "Check-in is down, please stay at home",
        HOLDING,
        next_update_by=when + 130 * MINUTE,
    )
    yield when + hour
    incidents.choose_strategy(incident=incident, actor=bob, strategy=Strategy.DIMINISH)
    texts["false"] = yield from _say(
        story,
        incident,
        when + 100 * MINUTE,
        ResponseKind.UPDATE,
        "First airports work again",
        UPDATE,
        next_update_by=when + 370 * MINUTE,
        citations={claims["false"].pk: Stance.REFUTED},
    )
    yield from _say(
        story,
        incident,
        when + 340 * MINUTE,
        ResponseKind.UPDATE,
        "All airports work again",
        "Thank you for your patience. Check-in works at all our airports since 12:10 UTC. If your flight was "
        "cancelled, answer the text message that we sent you, and we book the next one. "
        "Tomorrow at 08:00 UTC we say here what went wrong.",
        next_update_by=when + 26 * hour,
    )
    yield when + 13 * hour
    incidents.choose_strategy(
        incident=incident,
        actor=bob,
        strategy=Strategy.REBUILD,
        reason="The certificate was ours, and so was the missing hotel plan.",
        fault_confirmed=True,
    )
    texts["true"] = yield from _say(
        story,
        incident,
        when + timedelta(hours=24, minutes=35),
        ResponseKind.APOLOGY,
        "What went wrong, and what you get back",
        APOLOGY,
        no_update_reason="It is over; what we change is told in the review.",
        citations={claims["true"].pk: Stance.FACT},
    )


def _say(
    story: Story,
    incident: Incident,
    when: datetime,
    kind: ResponseKind,
    title: str,
    text: str,
    *,
    next_update_by: datetime | None = None,
    no_update_reason: str = "",
    citations: dict[int, Stance] | None = None,
) -> Generator[datetime, None, Response]:
    short = text if len(text) <= 280 else text[: text.rindex(". ", 0, 280) + 1]
    texts = {Platform.X: short, Platform.FACEBOOK: text, Platform.SITE: text}
    yield when
    response = responses.start_response(
        incident=incident,
        actor=story.people["alice"],
        kind=kind,
        title=title,
        content=Content(
            texts=texts_for(incident, texts),
            next_update_by=next_update_by,
            no_update_reason=no_update_reason,
            citations=citations or {},
        ),
    )
    yield when + 3 * MINUTE
    submit(story, response, "alice")
    yield when + 11 * MINUTE
    approve(story, response, "bob", "Plain and true. Go.")
    yield when + 14 * MINUTE
    publish(story, response, "alice", when + 14 * MINUTE)
    response.refresh_from_db()
    return response


def _care(story: Story, incident: Incident, when: datetime) -> Thread:
    """Two conversations that left the public."""
    deniz = story.people["deniz"]
    yield when
    cases = [
        responses.open_case(incident=incident, actor=deniz, reference=reference, owner=deniz)
        for reference in ("CARE-20311, family in Ankara", "CARE-20312, missed connection in Vienna")
    ]
    yield when + timedelta(hours=23)
    for case, outcome in zip(
        cases, ("Fare, hotel and taxi paid back.", "Rebooked, with an apology by phone."), strict=True
    ):
        responses.resolve_case(case=case, actor=deniz, note=outcome)


def _work_off(story: Story, incident: Incident, day: datetime) -> Thread:
    """The playbook's tasks and those who had to be told, in time order; at last the way out of crisis mode."""
    people = story.people
    done = (
        (408, "mert", "Capture", "First post 05:12 from Gdańsk; 31 links kept."),
        (416, "jonas", "Confirm the scope", "All airports, desks and app; flying is not affected."),
        (432, "alice", "Post the scope", ""),
        (433, "deniz", "Load the questions", "12 answers in the care tool."),
        (735, "jonas", "Confirm recovery", "Last airport up at 12:10 UTC."),
        (750, "alice", "Post the recovery", ""),
        (760, "alice", "Repeat an update", "Three updates in six hours."),
    )
    told = (
        ("deniz", "Text message to every booked passenger: stay at home."),
        ("marta", "Intranet and crew app: what to say, where to send people."),
        ("nadia", "Statement to both broadcasters; calls go to Nadia."),
    )
    for minute, by, text, note in done[:4]:
        yield day + minute * MINUTE
        finish_task(story, incident, by, text, note)
    notices = incident.stakeholder_notices.order_by("pk")
    for number, (notice, (by, message)) in enumerate(zip(notices, told, strict=True)):
        yield day + (435 + 20 * number) * MINUTE
        incidents.tell_stakeholder(notice=notice, actor=people[by], message=message)
    for minute, by, text, note in done[4:]:
        yield day + minute * MINUTE
        finish_task(story, incident, by, text, note)
    yield day + timedelta(hours=21, minutes=40)
    incidents.begin_monitoring(incident=incident, actor=people["bob"])
    yield day + timedelta(days=1, hours=6)
    finish_task(story, incident, "dave", "Decide on compensation", "Fares back to everybody: EUR 214,000.")
    yield day + timedelta(days=1, hours=8)
    incidents.notify_department(
        incident=incident,
        actor=people["bob"],
        department="IT operations",
        reply="Certificates are listed and watched from today; hotel contracts are with ground handling.",
    )
