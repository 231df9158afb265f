"""Responses over JSON: the pages' own actions, with the pages' own refusals. No rules live here."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from common.errors import NotAllowed
from incidents.models import Incident
from people.models import User
from responses import actions
from responses.content import LONGEST_TEXT, Content
from responses.models import Response
from responses.rules import live_approvals, missing_capacities

router = Router(tags=["responses"])
PAGE = 100


class MediaItem(Schema, extra="forbid"):
    url: str = Field(max_length=2000)
    alt: str = Field(max_length=2000)


class TextIn(Schema, extra="forbid"):
    account: int = Field(ge=1, lt=2**63)
    text: str = Field(max_length=LONGEST_TEXT)
    media: list[MediaItem] = []


class CitationIn(Schema, extra="forbid"):
    claim: int = Field(ge=1, lt=2**63)
    stance: str


class WordsIn(Schema, extra="forbid"):
    """What somebody wants to say. State, author and approvals are not theirs to give: unknown fields are refused."""

    title: str = Field(max_length=160)
    texts: list[TextIn] = Field(max_length=50)
    audience: str = "public"
    scheduled_for: AwareDatetime | None = None
    next_update_by: AwareDatetime | None = None
    no_update_reason: str = Field("", max_length=300)
    citations: list[CitationIn] = []

    def content(self) -> Content:
        return Content(
            texts={item.account: item.text for item in self.texts},
            media={item.account: [media.dict() for media in item.media] for item in self.texts},
            audience=self.audience,
            scheduled_for=self.scheduled_for,
            next_update_by=self.next_update_by,
            no_update_reason=self.no_update_reason,
            citations={item.claim: item.stance for item in self.citations},
        )


class DraftIn(WordsIn):
    kind: str


class RevisionIn(WordsIn):
    base_number: int = Field(ge=0, lt=2**31)


class ChecklistIn(Schema, extra="forbid"):
    checklist: list[str]


class DecisionIn(Schema, extra="forbid"):
    content_hash: str = Field(max_length=64)
    capacity: str = Field("", max_length=3)
    comment: str = Field("", max_length=4000)


class PostIn(Schema, extra="forbid"):
    account: int = Field(ge=1, lt=2**63)
    url: str = Field(max_length=1000)
    published_at: AwareDatetime


class PublicationIn(Schema, extra="forbid"):
    content_hash: str = Field(max_length=64)
    posts: list[PostIn] = Field(max_length=50)


class ApprovalOut(Schema):
    capacity: str
    approver: str
    at: datetime


class PublicationOut(Schema):
    account: int
    url: str
    published_at: datetime


class ResponseOut(Schema):
    id: int
    incident: int
    kind: str
    title: str
    state: str
    author: str
    revision: int
    content_hash: str
    texts: list[dict]
    audience: str
    scheduled_for: datetime | None
    next_update_by: datetime | None
    no_update_reason: str
    citations: list[dict]
    approvals: list[ApprovalOut]
    missing: list[str]
    publications: list[PublicationOut]


def _out(response: Response) -> ResponseOut:
    revision = response.current
    if revision is None:
        raise ValueError(f"response {response.pk} has no revision")
    return ResponseOut(
        id=response.pk,
        incident=response.incident_id,
        kind=response.kind,
        title=response.title,
        state=response.state,
        author=str(response.author),
        revision=revision.number,
        content_hash=revision.content_hash,
        texts=revision.renditions,
        audience=revision.audience,
        scheduled_for=revision.scheduled_for,
        next_update_by=revision.next_update_by,
        no_update_reason=revision.no_update_reason,
        citations=revision.citations,
        approvals=[
            ApprovalOut(capacity=given.capacity, approver=str(given.approver), at=given.at)
            for given in live_approvals(revision)
        ],
        missing=[]
        if response.is_public
        else [str(role) for role in missing_capacities(response, response.incident)],
        publications=[
            PublicationOut(account=item.account_id, url=item.url, published_at=item.published_at)
            for item in response.publications.all()
        ],
    )


def _user(request: HttpRequest) -> User:
    """Raises NotAllowed for somebody who may not even read."""
    user: User = request.user  # type: ignore[assignment]
    if not user.has_perm("people.read"):
        raise NotAllowed("Your role does not allow this.")
    return user


def _incident(request: HttpRequest, incident_id: int) -> Incident:
    return get_object_or_404(Incident.objects.visible_to(_user(request)), pk=incident_id)


def _response(request: HttpRequest, response_id: int) -> Response:
    """404 for a response that the user may not see."""
    return get_object_or_404(Response.objects.visible_to(_user(request)).with_seal(), pk=response_id)


@router.get("/incidents/{int:incident_id}/responses", response=list[ResponseOut])
def list_responses(request: HttpRequest, incident_id: int, offset: int = 0) -> list[ResponseOut]:
    """The responses of an incident, newest first, 100 at a time."""
    incident = _incident(request, incident_id)
    offset = max(0, min(offset, 1_000_000))
    found = Response.objects.filter(incident=incident, current__isnull=False).with_seal()
    return [_out(response) for response in found[offset : offset + PAGE]]


@router.post("/incidents/{int:incident_id}/responses", response={201: ResponseOut})
def start_response(request: HttpRequest, incident_id: int, draft: DraftIn) -> Status[ResponseOut]:
    incident = _incident(request, incident_id)
    response = actions.start_response(
        incident=incident, actor=_user(request), kind=draft.kind, title=draft.title, content=draft.content()
    )
    return Status(201, _out(_response(request, response.pk)))


@router.get("/responses/{int:response_id}", response=ResponseOut)
def get_response(request: HttpRequest, response_id: int) -> ResponseOut:
    return _out(_response(request, response_id))


@router.post("/responses/{int:response_id}/revisions", response=ResponseOut)
def save_text(request: HttpRequest, response_id: int, revision: RevisionIn) -> ResponseOut:
    """New words, based on revision `base_number`; 409 with the stored words when somebody else saved meanwhile."""
    actions.save_text(
        response=_response(request, response_id),
        actor=_user(request),
        title=revision.title,
        content=revision.content(),
        base_number=revision.base_number,
    )
    return _out(_response(request, response_id))


@router.post("/responses/{int:response_id}/submit", response=ResponseOut)
def submit(request: HttpRequest, response_id: int, submission: ChecklistIn) -> ResponseOut:
    actions.submit(
        response=_response(request, response_id), actor=_user(request), checklist=submission.checklist
    )
    return _out(_response(request, response_id))


@router.post("/responses/{int:response_id}/approve", response=ResponseOut)
def approve(request: HttpRequest, response_id: int, decision: DecisionIn) -> ResponseOut:
    actions.approve(response=_response(request, response_id), actor=_user(request), **decision.dict())
    return _out(_response(request, response_id))


@router.post("/responses/{int:response_id}/request-changes", response=ResponseOut)
def request_changes(request: HttpRequest, response_id: int, decision: DecisionIn) -> ResponseOut:
    actions.request_changes(response=_response(request, response_id), actor=_user(request), **decision.dict())
    return _out(_response(request, response_id))


@router.post("/responses/{int:response_id}/publish", response=ResponseOut)
def publish(request: HttpRequest, response_id: int, publication: PublicationIn) -> ResponseOut:
    """Record that the approved words stand on these accounts."""
    actions.publish(
        response=_response(request, response_id),
        actor=_user(request),
        content_hash=publication.content_hash,
        posts=[actions.Post(**post.dict()) for post in publication.posts],
    )
    return _out(_response(request, response_id))
