"""A text on its way: written by Alice, approved by Bob (CO), Carol (LG) and Dave (EX)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents.models import Incident
from responses import actions
from responses.content import Content
from responses.models import Account, Response, Tone

WORDS = "We are sorry. Flight 100 is delayed; nobody is hurt. We speak again at 15:00."


@pytest.fixture
def account(brand: Any) -> Account:
    return Account.objects.create(
        brand=brand, platform="x", name="Kestrel Air", handle="@kestrelair", text_limit=280
    )


@pytest.fixture
def site_account(brand: Any) -> Account:
    return Account.objects.create(brand=brand, platform="site", name="kestrel.example", handle="/news")


@pytest.fixture
def words(account: Account) -> Callable[..., Content]:
    """words("text", **other parts) is what somebody wants to say on X."""
    promised = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=2)

    def make(text: str = WORDS, **parts: Any) -> Content:
        return Content(**{"texts": {account.pk: text}, "next_update_by": promised, **parts})

    return make


@pytest.fixture
def decided(alice: Any) -> Callable[[Incident], Incident]:
    """Scheduled posts are paused, as publishing demands."""

    def decide(incident: Incident) -> Incident:
        Incident.objects.filter(pk=incident.pk).update(scheduled_content="paused")
        incident.refresh_from_db()
        return incident

    return decide


@pytest.fixture
def drafted(triaged: Callable[..., Any], decided: Any, words: Any, alice: Any) -> Callable[..., Response]:
    """drafted(level=2, **facts): Alice's holding statement."""

    def draft(
        level: int = 2, kind: str = "holding", content: Content | None = None, **facts: Any
    ) -> Response:
        incident = decided(triaged(level, **facts))
        return actions.start_response(
            incident=incident, actor=alice, kind=kind, title="First word", content=content or words()
        )

    return draft


@pytest.fixture
def submitted(drafted: Callable[..., Response], alice: Any) -> Callable[..., Response]:
    def submit(level: int = 2, **facts: Any) -> Response:
        response = drafted(level, **facts)
        return actions.submit(response=response, actor=alice, checklist=Tone.values)

    return submit


@pytest.fixture
def approved(submitted: Callable[..., Response], bob: Any) -> Callable[..., Response]:
    """Approved at L2 by Bob alone, which is enough there."""

    def approve() -> Response:
        response = submitted(2)
        return actions.approve(response=response, actor=bob, content_hash=response.current.content_hash)

    return approve


@pytest.fixture
def posted(account: Account) -> Callable[..., actions.Post]:
    def post(**parts: Any) -> actions.Post:
        return actions.Post(
            **{
                "account": account.pk,
                "url": "https://x.com/kestrelair/status/1",
                "published_at": timezone.now(),
                **parts,
            }
        )

    return post


@pytest.fixture
def published(approved: Callable[[], Response], alice: Any, posted: Any) -> Callable[[], Response]:
    def publish() -> Response:
        response = approved()
        return actions.publish(
            response=response, actor=alice, content_hash=response.current.content_hash, posts=[posted()]
        )

    return publish


@pytest.fixture
def close_down() -> Callable[[Incident, str], Incident]:
    """The incident as it stands after stand-down, without the way there."""

    def lock(incident: Incident, state: str = "resolved") -> Incident:
        Incident.objects.filter(pk=incident.pk).update(state=state, resolved_at=timezone.now())
        incident.refresh_from_db()
        return incident

    return lock
