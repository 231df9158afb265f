"""Post-mortems over JSON: the pages' own actions, with the pages' own refusals. No rules live here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Field, Path, Router, Schema

from people.access import SignedInRequest
from postmortems import actions
from postmortems.models import PostMortem, PostMortemState
from postmortems.sections import SECTIONS
from postmortems.views.reading import figures_of

router = Router(tags=["post-mortems"])
PAGE = 100
Id = Annotated[int, Path(ge=1, lt=2**63)]


class ApprovalIn(Schema, extra="forbid"):
    """The version that was read: the decision is about exactly that one."""

    version: int = Field(ge=1, lt=2**31)


class ChangesIn(ApprovalIn, extra="forbid"):
    comment: str = Field(max_length=5_000)


class LessonOut(Schema):
    id: int
    text: str
    state: str
    change: str
    evidence: str


class CorrectiveActionOut(Schema):
    id: int
    title: str
    state: str
    owner: str | None
    verifier: str | None
    due_on: date | None


class FigureOut(Schema):
    code: str
    value: float | None = Field(description="Minutes, percent or points; null when it is unknown")
    unit: str
    note: str


class PostMortemOut(Schema):
    id: int
    incident: int
    title: str
    state: str
    version: int
    author: str
    approved_by: str | None
    approved_at: datetime | None


class PostMortemDetailOut(PostMortemOut):
    texts: dict[str, str]
    figures: list[FigureOut]
    lessons: list[LessonOut]
    actions: list[CorrectiveActionOut]


def _brief(post_mortem: PostMortem) -> dict[str, Any]:
    return {
        "id": post_mortem.pk,
        "incident": post_mortem.incident_id,
        "title": post_mortem.incident.title,
        "state": post_mortem.state,
        "version": post_mortem.version,
        "author": str(post_mortem.author),
        "approved_by": str(post_mortem.approved_by) if post_mortem.approved_by else None,
        "approved_at": post_mortem.approved_at,
    }


def _full(post_mortem: PostMortem) -> dict[str, Any]:
    people = ("owner", "verifier")
    return {
        **_brief(post_mortem),
        "texts": {name: getattr(post_mortem, name) for section in SECTIONS for name in section.fields},
        "figures": [figure.frozen() for figure in figures_of(post_mortem)],
        "lessons": list(post_mortem.lessons.values("id", "text", "state", "change", "evidence")),
        "actions": [
            {
                "id": action.pk,
                "title": action.title,
                "state": action.state,
                "due_on": action.due_on,
                **{name: str(getattr(action, name)) if getattr(action, name) else None for name in people},
            }
            for action in post_mortem.actions.select_related(*people)
        ],
    }


def _fetch(request: SignedInRequest, pk: int) -> PostMortem:
    found = PostMortem.objects.visible_to(request.user).select_related(
        "incident__brand", "author", "approved_by"
    )
    return get_object_or_404(found, pk=pk)


@router.get("/post-mortems", response=list[PostMortemOut])
def list_post_mortems(request: SignedInRequest, state: PostMortemState | None = None) -> list[dict[str, Any]]:
    """The newest hundred, of one state where it is given."""
    found = PostMortem.objects.visible_to(request.user).select_related("incident", "author", "approved_by")
    if state:
        found = found.filter(state=state)
    return [_brief(post_mortem) for post_mortem in found[:PAGE]]


@router.get("/post-mortems/{pk}", response=PostMortemDetailOut)
def read_post_mortem(request: SignedInRequest, pk: Id) -> dict[str, Any]:
    return _full(_fetch(request, pk))


@router.post("/post-mortems/{pk}/submit", response=PostMortemOut)
def submit_post_mortem(request: SignedInRequest, pk: Id) -> dict[str, Any]:
    actions.submit(post_mortem=_fetch(request, pk), actor=request.user)
    return _brief(_fetch(request, pk))


@router.post("/post-mortems/{pk}/approve", response=PostMortemOut)
def approve_post_mortem(request: SignedInRequest, pk: Id, read: ApprovalIn) -> dict[str, Any]:
    actions.approve(post_mortem=_fetch(request, pk), actor=request.user, version=read.version)
    return _brief(_fetch(request, pk))


@router.post("/post-mortems/{pk}/request-changes", response=PostMortemOut)
def request_changes_in_post_mortem(request: SignedInRequest, pk: Id, read: ChangesIn) -> dict[str, Any]:
    actions.request_changes(
        post_mortem=_fetch(request, pk), actor=request.user, version=read.version, comment=read.comment
    )
    return _brief(_fetch(request, pk))
