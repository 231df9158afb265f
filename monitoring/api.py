"""Mentions and signals over JSON: the pages' own actions, with the pages' own refusals. No rules live here."""

# No `from __future__ import annotations` here: the pagination decorator requires the types themselves.
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from monitoring import actions
from monitoring.models import DismissalReason, Mention, Sentiment, Signal, SignalState
from people.models import User

router = Router(tags=["monitoring"])


class MentionOut(Schema):
    id: int
    brand: str = Field(alias="brand.name")
    external_id: str = Field(alias="post.external_id")
    platform: str = Field(alias="post.platform")
    lang: str = Field(alias="post.lang")
    lang_detected: bool = Field(alias="post.lang_detected")  # by its words; the source gave none
    author: str = Field(alias="post.author")
    author_followers: int | None = Field(alias="post.author_followers")
    is_brand_own: bool
    text: str = Field(alias="post.text")
    sentiment: str  # as the source or a person said it
    sentiment_source: str  # "corrected" where a person did on the pages
    estimate: str  # a model's guess: negative, not_negative, unknown; says something only where `sentiment` is empty
    worry: str  # the most urgent that its words speak of
    retweets: int | None = Field(alias="post.retweets")
    likes: int | None = Field(alias="post.likes")
    replies: int | None = Field(alias="post.replies")
    reach: int | None = Field(alias="post.reach")
    url: str = Field(alias="post.url")
    posted_at: datetime


class SignalOut(Schema):
    id: int
    brand: str = Field(alias="brand.name")
    kind: str
    priority: str
    sensitivity: str
    state: str
    dismissal: str
    reason: str
    began_at: datetime
    heard_at: datetime
    last_at: datetime
    peak: int
    evidence: dict[str, Any]
    raised_at: datetime
    decided_at: datetime | None


# PostgreSQL takes no NUL characters.
NO_NUL = r"^[^\x00]*$"


class DismissIn(Schema, extra="forbid"):
    """`reason` is in the caller's own words: required with the dismissal reason “other”."""

    reason: str = Field("", max_length=2000, pattern=NO_NUL)
    dismissal: DismissalReason = DismissalReason.OTHER


class OpenIn(Schema, extra="forbid"):
    title: str = Field(min_length=3, max_length=200, pattern=NO_NUL)
    summary: str = Field("", max_length=10_000, pattern=NO_NUL)
    confidential: bool = False


class OpenedOut(Schema):
    incident: int
    reference: str


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _signal(request: HttpRequest, pk: int) -> Signal:
    """404 for nothing there; the role is checked again by the action, under the lock."""
    return get_object_or_404(Signal.objects.visible_to(_person(request)).select_related("brand"), pk=pk)


@router.get("/mentions", response=list[MentionOut])
@paginate(LimitOffsetPagination)
def list_mentions(
    request: HttpRequest,
    brand: str = Query("", max_length=120, pattern=NO_NUL),
    sentiment: Sentiment | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Mention]:
    """Newest first. `since` is included, `until` is not."""
    found = Mention.objects.visible_to(_person(request)).select_related("brand", "post")
    if brand:
        found = found.filter(brand__name__iexact=brand)
    if sentiment:
        found = found.filter(sentiment=sentiment)
    if since:
        found = found.filter(posted_at__gte=since)
    if until:
        found = found.filter(posted_at__lt=until)
    return found


@router.get("/signals", response=list[SignalOut])
@paginate(LimitOffsetPagination)
def list_signals(request: HttpRequest, state: SignalState | None = None) -> QuerySet[Signal]:
    found = Signal.objects.visible_to(_person(request)).select_related("brand")
    return found.filter(state=state) if state else found


@router.get("/signals/{pk}", response=SignalOut)
def get_signal(request: HttpRequest, pk: int) -> Signal:
    return _signal(request, pk)


@router.post("/signals/{pk}/dismiss", response=SignalOut)
def dismiss_signal(request: HttpRequest, pk: int, body: DismissIn) -> Signal:
    return actions.dismiss(signal=_signal(request, pk), actor=_person(request), **body.model_dump())


@router.post("/signals/{pk}/open", response={201: OpenedOut})
def open_signal(request: HttpRequest, pk: int, body: OpenIn) -> Status[OpenedOut]:
    incident = actions.open_incident(signal=_signal(request, pk), actor=_person(request), **body.model_dump())
    return Status(201, OpenedOut(incident=incident.pk, reference=incident.reference))
