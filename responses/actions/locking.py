"""What every action in here begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Conflict, NotAllowed
from incidents.actions import lock_incident
from incidents.actions.locking import require
from incidents.models import Incident
from incidents.scope import record_in
from journal.models import Entry, Urgency
from people.models import CrisisRole, User
from responses.models import Response
from responses.rules import Reason, why_locked

DRAFT_APPROVAL = "draft.approval"
CLAIM_UNANSWERED = "claim.unanswered"


def lock_response(response_id: int) -> tuple[Incident, Response]:
    """The incident's row, then the response's, locked until the transaction ends; always in this order."""
    incident_id = Response.objects.values_list("incident_id", flat=True).get(pk=response_id)
    incident = lock_incident(incident_id)
    response = (
        Response.objects.select_for_update(of=("self",))
        .select_related("current", "author")
        .prefetch_related("revisions", "current__approvals")
        .get(pk=response_id)
    )
    response.incident = incident
    return incident, response


def as_of_now(actor: User) -> User:
    """The actor as the database knows them now: a capacity may have been taken away since the page was opened.

    Raises NotAllowed for somebody who was disabled or is unknown.
    """
    current = User.objects.filter(pk=actor.pk, is_active=True).first()
    if current is None:
        raise NotAllowed(_("You are no longer an active user. Ask an administrator."))
    return current


def require_worker(actor: User, incident: Incident) -> User:
    current = as_of_now(actor)
    require(current, "incidents.work", incident)
    return current


def require_unlocked(kind: str, incident: Incident) -> None:
    if reason := why_locked(kind, incident):
        raise ActionRefused(reason)


def refuse(problems: Iterable[Reason]) -> None:
    """Raises ActionRefused with everything that stands in the way, so that it is settled in one go."""
    if lines := [str(problem) for problem in problems]:
        raise ActionRefused(" ".join(lines))


def require_same_words(response: Response, content_hash: str) -> None:
    """Raises Conflict when the words on the page are not the words that are stored now."""
    if response.current is None or response.current.content_hash != content_hash:
        raise Conflict(
            _(
                "The text was changed after you opened this page. Nothing was decided; read the new words first."
            ),
            theirs=dict(response.current.content) if response.current else {},
        )


def labels(capacities: Iterable[str]) -> str:
    """Capacities in words, as a timeline says them."""
    return ", ".join(str(CrisisRole(capacity).label) for capacity in capacities)


def note(
    response: Response,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    alert_of: str = "",
    page: str = "responses:draft",
    **data: Any,
) -> Entry:
    """One entry about the response, in the stream of its incident."""
    facts = {
        "response": response.pk,
        "kind": response.kind,
        "title": response.title,
        "item": response.title,
        "revision": response.current.number if response.current else None,
        "content_hash": response.current.content_hash if response.current else "",
    }
    return record_in(
        response.incident,
        kind,
        actor,
        data={**facts, **data},
        path=reverse(page, args=[response.pk]),
        audience=audience,
        urgency=urgency,
        alert_of=alert_of,
    )
