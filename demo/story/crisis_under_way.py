"""Right now: a video shows a blind passenger and her guide dog being put off a flight. Minutes count back from now."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta

from demo.story.brands import AIRLINE
from demo.story.story import (
    Story,
    Thread,
    build_team,
    finish_task,
    submit,
    texts_for,
    together,
    words_of,
    write,
)
from incidents import actions as incidents
from incidents.models import Category, Incident, Playbook, ScheduledContent, StakeholderGroup
from incidents.scct import Cluster, Strategy
from monitoring import actions as monitoring
from monitoring.models import Signal, SignalState
from responses import actions as responses
from responses.content import Content
from responses.models import Audience, Claim, Platform, ResponseKind, SourceKind, Stance, Verdict

TEAM = {
    "CL": ("bob", "nadia"),
    "CO": ("nadia", ""),
    "SM": ("alice", "zofia"),
    "MA": ("mert", ""),
    "LG": ("carol", "liwei"),
    "SME": ("jonas", ""),
    "CC": ("deniz", ""),
    "SC": ("zofia", ""),
}
# Asked a moment ago, and has not answered yet.
ASKED = {"IC": ("marta?", ""), "EX": ("dave?", "")}
# Nobody knows the reach yet; unknown counts 1.
SCORES = dict(reach=None, velocity=3, sentiment_fall=3, media=1, influencers=1, safety_legal=1, topic=3)
SHORT = (
    "A passenger and her guide dog did not fly on KA 418 today. We are sorry for what she went through. We are with "
    "her now and are finding out how it happened. Guide dogs are welcome in our cabins. More here by {time} UTC."
)
LONG = (
    "A blind passenger and her guide dog were not taken on board KA 418 in İzmir today. We are sorry for what "
    "she went through. A colleague is with her, and she decides how and when she travels on.\n\n"
    "What we know: both had a confirmed booking, and the dog's papers were shown at the gate. "
    "What we do not know yet: what was said at the gate, and why the crew decided as it did. We are asking everybody "
    "who was there.\n\n"
    "Recognised assistance dogs travel in our cabins free of charge. That has not changed. "
    "If you fly with one in the next days and are worried, call +44 20 7946 0418; a person answers.\n\n"
    "We write here again by {time} UTC."
)
AGENTS = (
    "To our partners in travel agencies: bookings with recognised assistance dogs stay valid and free of charge. "
    "What happened in İzmir today was a misunderstanding. Please tell us of every such booking in the next days, and "
    "we make sure that somebody meets your customer at the airport."
)
Ago = Callable[[float], datetime]


def tell_crisis_under_way(story: Story) -> Thread:
    """From the signal 39 minutes ago to a holding statement that waits for approval."""

    def ago(minutes: float) -> datetime:
        return story.now - timedelta(minutes=minutes)

    incident = yield from _take_up(story, ago)
    claims: dict[str, Claim] = {}
    yield from together(
        _work(story, incident, ago),
        _verify(story, incident, claims, ago),
        _care(story, incident, ago),
        _draft(story, incident, claims, ago),
        _write_too_early(story, incident, ago),
    )


def _take_up(story: Story, ago: Ago) -> Generator[datetime, None, Incident]:
    people = story.people
    yield ago(38)
    incident = monitoring.open_incident(
        signal=Signal.objects.get(brand=story.brands[AIRLINE], state=SignalState.NEW),
        actor=people["alice"],
        title="Guide dog refused on KA 418: passenger's video spreads",
        summary="A blind passenger and her guide dog Kara were put off KA 418 in İzmir. A fellow passenger filmed it; "
        "the video spreads under #LetKaraFly.",
        category=Category.CUSTOMER_COMPLAINT,
    )
    yield ago(36)
    incidents.acknowledge(incident=incident, actor=people["bob"])
    yield ago(32)
    incidents.assess(
        incident=incident,
        actor=people["mert"],
        scores=SCORES,
        evidence="Ten times the usual volume and doubling every quarter of an hour. One regional newsroom has asked.",
        category=Category.CUSTOMER_COMPLAINT,
        cluster=Cluster.ACCIDENTAL,
        originator="@senafilms4, in the queue behind the passenger",
        rights_flag=True,
        similar_history=True,
    )
    yield from build_team(story, incident, ago(29), "alice", TEAM)
    yield ago(25)
    playbook = Playbook.objects.get(slug="viral-complaint")
    incidents.activate(incident=incident, actor=people["bob"], playbook=playbook)
    return incident


def _work(story: Story, incident: Incident, ago: Ago) -> Thread:
    yield ago(21)
    finish_task(
        story, incident, "mert", "Capture", "Full video (1:52), 24 links and the papers as shown in it."
    )
    yield ago(17)
    write(
        story,
        incident,
        "zofia",
        known="The passenger and her dog had a confirmed booking on KA 418 İzmir – Warsaw.\n"
        f"The dog's papers were shown at the gate; the flight left without them at {ago(95):%H:%M} UTC.\n"
        "Deniz has her on the phone; she is well and still at the airport.",
        unknown="What exactly was said at the gate, and who decided.\n"
        "Whether somebody offered the hold for the dog.\n"
        "Whether she wants to fly today.",
        what_we_say="We are sorry, we are with her, and we are finding out what happened. "
        "Assistance dogs are welcome in our cabins.",
    )
    yield ago(13)
    write(story, incident, "nadia", scheduled_content=ScheduledContent.PAUSED)
    yield ago(12)
    incidents.choose_strategy(
        incident=incident,
        actor=story.people["bob"],
        strategy=Strategy.INSTRUCT,
        reason="Until Jonas has heard the crew: facts, concern and the next time. Then decide about an apology.",
    )
    yield ago(11)
    finish_task(
        story, incident, "mert", "Study the public", "Two videos a month, 41,000 followers, friendly."
    )
    yield ago(10)
    incidents.report_situation(
        incident=incident,
        actor=story.people["zofia"],
        next_steps="Jonas speaks with the crew when it lands. Alice has the first statement ready in five minutes; "
        "Nadia and Carol read it at once.",
    )
    yield from build_team(story, incident, ago(4), "alice", ASKED)


def _verify(story: Story, incident: Incident, claims: dict[str, Claim], ago: Ago) -> Thread:
    """One claim is settled as true, one is being looked into, one has only been heard."""
    jonas, mert = story.people["jonas"], story.people["mert"]
    yield ago(23)
    claims["refused"] = responses.log_claim(
        incident=incident,
        actor=mert,
        text="A passenger with a recognised guide dog was refused on KA 418",
        seen_at="Video by @senafilms4 on X, from the queue",
    )
    claims["hold"] = responses.log_claim(
        incident=incident,
        actor=mert,
        text="The crew said that the dog could go in the hold",
        seen_at="Video, second 48, hard to hear; repeated in most posts",
    )
    yield ago(19)
    responses.begin_verifying(claim=claims["refused"], actor=jonas)
    yield ago(16)
    finding = (
        f"Booked with assistance dog, papers recorded; both offloaded at {ago(104):%H:%M} UTC by the crew."
    )
    responses.add_evidence(
        claim=claims["refused"],
        actor=jonas,
        kind=SourceKind.AUTHORITATIVE,
        source="Departure control record of KA 418",
        finding=finding,
    )
    responses.give_verdict(claim=claims["refused"], actor=jonas, verdict=Verdict.TRUE, reason=finding)
    yield ago(14)
    responses.begin_verifying(claim=claims["hold"], actor=jonas)
    responses.add_evidence(
        claim=claims["hold"],
        actor=jonas,
        kind=SourceKind.INDEPENDENT,
        source="Gate agent, by phone",
        finding="Heard the word “hold”, did not hear who said it. The crew lands in Warsaw within the hour.",
    )
    yield ago(8)
    responses.log_claim(
        incident=incident,
        actor=story.people["alice"],
        text="Kestrel has banned assistance dogs since 1 November",
        seen_at="Several posts since 30 minutes, no source named",
    )


def _care(story: Story, incident: Incident, ago: Ago) -> Thread:
    """The passenger herself comes first; others who must hear of it from us are listed."""
    deniz = story.people["deniz"]
    yield ago(18)
    responses.open_case(
        incident=incident,
        actor=deniz,
        reference="CARE-20418, passenger of KA 418",
        owner=deniz,
        note="Calls back herself at any time. Prefers the phone.",
    )
    affected = incident.stakeholder_notices.get(group=StakeholderGroup.AFFECTED)
    incidents.tell_stakeholder(
        notice=affected,
        actor=deniz,
        message="Called the passenger: apology, a colleague at her side, seat and hotel as she wishes.",
    )
    finish_task(story, incident, "deniz", "Contact the customer", "By phone; a colleague stays with her.")
    yield ago(11)
    incidents.add_stakeholder(
        incident=incident,
        actor=story.people["nadia"],
        group=StakeholderGroup.PARTNERS,
        name="National association of guide dog users",
        channel="Phone",
        due_at=ago(-45),
    )


def _draft(story: Story, incident: Incident, claims: dict[str, Claim], ago: Ago) -> Thread:
    """Alice's holding statement waits for the comms lead and, because a passenger's rights are touched, for legal."""
    promise = ago(-90).replace(second=0, microsecond=0)
    promise -= timedelta(minutes=promise.minute % 5)
    time = f"{promise:%H:%M}"
    yield ago(9)
    response = responses.start_response(
        incident=incident,
        actor=story.people["alice"],
        kind=ResponseKind.HOLDING,
        title="Guide dog on KA 418: first statement",
        content=Content(
            texts=texts_for(
                incident,
                {
                    Platform.X: SHORT.format(time=time),
                    Platform.INSTAGRAM: LONG.format(time=time),
                    Platform.SITE: LONG.format(time=time),
                },
            ),
            next_update_by=promise,
            citations={claims["refused"].pk: Stance.FACT},
        ),
    )
    yield ago(6)
    submit(story, response, "alice")


def _write_too_early(story: Story, incident: Incident, ago: Ago) -> Thread:
    """A text for travel agents comes back with a comment: it waits on Alice's desk."""
    yield ago(10)
    response = responses.start_response(
        incident=incident,
        actor=story.people["alice"],
        kind=ResponseKind.POSITION,
        title="Assistance dogs: note to travel agents",
        content=Content(
            texts=texts_for(incident, {Platform.LINKEDIN: AGENTS}),
            audience=Audience.PARTNERS,
            no_update_reason="Agencies hear more from their account managers.",
        ),
    )
    yield ago(8)
    submit(story, response, "alice")
    yield ago(4)
    responses.request_changes(
        response=response,
        actor=story.people["nadia"],
        content_hash=words_of(response),
        comment="Too early: we do not know yet what was said at the gate. Take out the second sentence, and send it "
        "after the holding statement.",
    )
