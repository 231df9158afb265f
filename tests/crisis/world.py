"""One incident under way and one that was stood down, with everything that can hang on them, made by the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from incidents import actions as incidents
from incidents.models import Incident, Playbook, RoleAssignment, StakeholderNotice, Task
from monitoring import actions as monitoring
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, Signal
from notifications.models import Delivery
from people.models import User
from postmortems import actions as postmortems
from postmortems.models import CorrectiveAction, Lesson, PostMortem
from responses import actions as responses
from responses.content import Content
from responses.models import Account, Claim, PrivateCase, Response, Tone
from tests.conftest import SCORES
from tests.factories import mentions, unsaved_mention
from tests.postmortems.conftest import stand_down, write_all

SPIKE_HOUR = datetime(2026, 3, 8, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Team:
    """Who made the things: a communicator, the crisis lead (CO) and the deputy (EX), both approvers."""

    writer: User
    lead: User
    deputy: User


@dataclass
class Case:
    """Everything that hangs on two incidents of one brand: one under way, one in the past."""

    incident: Incident
    past: Incident
    role: RoleAssignment
    task: Task
    notice: StakeholderNotice
    draft: Response
    response: Response  # waits for approval; its first words were changed once
    approved: Response
    published: Response
    claim: Claim
    case: PrivateCase
    post_mortem: PostMortem  # a draft
    in_review: PostMortem  # begun by the deputy
    lesson: Lesson
    action: CorrectiveAction


@dataclass
class World:
    people: dict[str, User]
    open: Case
    things: dict[str, Any]

    def delivery_of(self, user: User) -> Delivery:
        return Delivery.objects.inbox(user).first() or Delivery(pk=0)


def build_case(team: Team, brand: Any, title: str, *, confidential: bool = False) -> Case:
    """`title` stands in the title of everything, so that a page can be searched for it."""
    incident = _active(team, brand, title, confidential)
    asked = incidents.assign_role(incident=incident, actor=team.lead, role="SM", user=team.writer)
    task = incidents.add_task(
        incident=incident, actor=team.lead, role="SC", text=f"{title}: call the airport"
    )
    notice = incidents.add_stakeholder(
        incident=incident, actor=team.writer, group="2_staff", name=f"{title}: crews"
    )
    claim = responses.log_claim(incident=incident, actor=team.writer, text=f"{title}: a claim")
    private = responses.open_case(incident=incident, actor=team.writer, reference=f"{title} 1")
    draft, waiting, approved, published = (
        _response(team, incident, f"{title}: {stage}", stage)
        for stage in ("draft", "waiting", "approved", "published")
    )
    past = _active(team, brand, f"{title} before", confidential)
    post_mortem = stand_down(past, team.lead)
    in_review = stand_down(_active(team, brand, f"{title} long ago", confidential), team.deputy)
    lesson = postmortems.add_lesson(post_mortem=post_mortem, actor=team.writer, text=f"{title}: a lesson")
    action = postmortems.add_corrective_action(
        post_mortem=post_mortem,
        actor=team.lead,
        title=f"{title}: an action",
        owner=team.writer,
        due_on=timezone.localdate() + timedelta(days=30),
    )
    write_all(in_review, team.writer)
    in_review = postmortems.submit(post_mortem=in_review, actor=team.writer)
    return Case(
        incident, past, asked, task, notice, draft, waiting, approved, published, claim, private,
        post_mortem, in_review, lesson, action,
    )  # fmt: skip


def _active(team: Team, brand: Any, title: str, confidential: bool) -> Incident:
    incident = incidents.log_incident(
        actor=team.writer, brand=brand, title=title, summary=f"{title}: summary", confidential=confidential
    )
    incidents.assess(incident=incident, actor=team.writer, scores=SCORES[2], category="service_outage")
    for role, user, is_deputy in (
        ("CL", team.lead, False),
        ("CL", team.deputy, True),
        ("SC", team.writer, False),
    ):
        incidents.assign_role(incident=incident, actor=team.writer, role=role, user=user, is_deputy=is_deputy)
    incident = incidents.activate(
        incident=incident, actor=team.lead, playbook=Playbook.objects.get(slug="outage")
    )
    incidents.change_situation(
        incident=incident,
        actor=team.writer,
        before={"known": "", "scheduled_content": "undecided"},
        after={"known": f"{title}: what we know", "scheduled_content": "paused"},
    )
    incident.refresh_from_db()
    return incident


def _response(team: Team, incident: Incident, title: str, stage: str) -> Response:
    account, _created = Account.objects.get_or_create(
        brand=incident.brand, platform="x", handle="@kestrelair", defaults={"name": "Kestrel Air"}
    )

    def words(text: str) -> Content:
        return Content(texts={account.pk: text}, next_update_by=timezone.now() + timedelta(hours=2))

    response = responses.start_response(
        incident=incident, actor=team.writer, kind="holding", title=title, content=words(f"{title}, first")
    )
    if stage == "draft":
        return response
    response = responses.save_text(
        response=response, actor=team.writer, title=title, content=words(f"{title}: words"), base_number=1
    )
    response = responses.submit(response=response, actor=team.writer, checklist=Tone.values)
    if stage == "waiting":
        return response
    seal = response.current.content_hash
    response = responses.approve(response=response, actor=team.lead, content_hash=seal)
    if stage == "approved":
        return response
    post = responses.Post(
        account=account.pk, url="https://x.com/kestrelair/status/1", published_at=timezone.now()
    )
    return responses.publish(response=response, actor=team.writer, content_hash=seal, posts=[post])


def raise_signal(brand: Any) -> Signal:
    """Twelve people complain in an hour in which one is usual."""
    hours = [SPIKE_HOUR - day * 24 * HOUR + n * HOUR for day in range(1, 7) for n in range(-4, 5)]
    moments = [(hour, n) for hour in hours for n in range(3)] + [(SPIKE_HOUR, n) for n in range(12)]
    mentions(
        unsaved_mention(
            brand,
            at + timedelta(seconds=30 + n),
            author=f"author-{number}",
            text="Nobody answers",
            sentiment="negative" if at == SPIKE_HOUR or n == 0 else "neutral",
        )
        for number, (at, n) in enumerate(moments)
    )
    (signal,) = monitoring.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR)
    return signal


BROKEN = b"""id,created_at,platform,brand,author,text,sentiment
7,never,x,Kestrel Air,me,hello,
8,2026-03-01T10:00:00Z,x,Kestrel Air,me,hello again,
9,2026-03-01T11:00:00Z,x,Kestrel Air,you,"hello, said nobody,
"""


def import_with_lists(writer: User, brand: Any) -> ImportRun:
    """One row is stored, one rejected and one repaired."""
    run = file_in_preview(writer, brand, BROKEN)
    monitoring.accept_preview(run=run, actor=writer)
    carry_on(run.pk)
    run.refresh_from_db()
    return run


def file_in_preview(writer: User, brand: Any, data: bytes = BROKEN) -> ImportRun:
    upload = SimpleUploadedFile("mentions.csv", data)
    run = monitoring.queue_upload(actor=writer, upload=upload, brand=brand)
    carry_on(run.pk)
    run.refresh_from_db()
    return run


def tell_everybody(incident: Incident, people: dict[str, User]) -> None:
    """So that everybody has a notification of their own; nobody is told of what they did themselves."""
    for actor in (people["approver"], people["communicator"]):
        incidents.change_members(
            incident=incident, actor=actor, confidential=False, members=list(people.values())
        )
