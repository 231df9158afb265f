"""Writing a text and handing it to the approvers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Conflict, Invalid
from common.text import require_text
from common.times import require_to_come
from common.transitions import change_state, set_fields
from escalations.actions import arm
from incidents.actions import lock_incident
from incidents.models import Incident
from incidents.scope import urgency_of
from people.models import User
from responses.actions.locking import (
    DRAFT_APPROVAL,
    labels,
    lock_response,
    note,
    refuse,
    require_unlocked,
    require_worker,
)
from responses.actions.voiding import VoidCause, void_approvals
from responses.approvers import everybody, pending_approvers
from responses.content import Content, canonical
from responses.models import Response, ResponseKind, ResponseState, Revision, Tone, hash_of
from responses.rules import RESPONSE_LIFE, submission_problems

LONGEST_TITLE = 160


@transaction.atomic
def start_response(
    *,
    incident: Incident,
    actor: User,
    kind: str,
    title: str,
    content: Content,
    corrects: Response | None = None,
) -> Response:
    """A new draft with its first revision. Raises ActionRefused once the incident is locked."""
    incident = lock_incident(incident.pk)
    actor = require_worker(actor, incident)
    if kind not in ResponseKind.values:
        raise Invalid(_("Choose what kind of text this is."))
    require_unlocked(kind, incident)
    if corrects and (corrects.incident_id != incident.pk or not corrects.is_public):
        raise Invalid(_("Only a published text of the same incident can be corrected."))
    _require_to_come(content)
    response = Response.objects.create(
        incident=incident, kind=kind, title=_clean_title(title), author=actor, corrects=corrects
    )
    _write_revision(response, actor, canonical(content, incident))
    note(response, "response.drafted", actor)
    return response


@transaction.atomic
def save_text(*, response: Response, actor: User, title: str, content: Content, base_number: int) -> Response:
    """Store new words as a new revision; words that did not change keep everything as it was.

    `base_number` is the revision that the writer started from. A real change voids every approval and makes the
    text a draft again. Raises Conflict, with the other's words, when somebody else saved meanwhile.
    """
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    require_unlocked(response.kind, incident)
    if not response.is_editable:
        raise ActionRefused(_("What was published stays as it is. Write a correction instead."))
    words = canonical(content, incident)
    current = response.current
    same = current is not None and hash_of(words) == current.content_hash
    if not same and current is not None and current.number != base_number:
        raise Conflict(
            _(
                "%(person)s saved revision %(number)s meanwhile. Your text is kept below; compare and save again."
            )
            % {"person": current.author, "number": current.number},
            theirs=dict(current.content),
        )
    _require_to_come(content, current)
    title = _clean_title(title)
    if title != response.title:
        response.title = title
        response.save(update_fields=["title"])
    if same:
        return response
    before = response.state
    voided = void_approvals(response, VoidCause.OTHER_WORDS, person=actor)
    revision = _write_revision(response, actor, words)
    authors = {person.pk: person for person in (response.author, current.author if current else actor)}
    was_waiting = before in (ResponseState.IN_REVIEW, ResponseState.APPROVED)
    note(
        response,
        "response.approval_voided" if voided else "response.changed",
        actor,
        audience=authors.values() if was_waiting else (),
        number=revision.number,
        voided=voided,
    )
    return response


def _require_to_come(content: Content, current: Revision | None = None) -> None:
    """A time that stands in the revision so far may have passed meanwhile; submitting asks for a later one."""
    for field in ("scheduled_for", "next_update_by"):
        if (moment := getattr(content, field)) != getattr(current, field, None):
            require_to_come(moment, field)


def _clean_title(title: str) -> str:
    title = require_text(title, _("Give the text a title, so that the team can name it."))
    if not 3 <= len(title) <= LONGEST_TITLE:
        raise Invalid(_("A title has 3 to 160 characters."))
    return title


def _write_revision(response: Response, actor: User, words: dict[str, Any]) -> Revision:
    """The next revision of a locked response; it is a draft, submitted by nobody yet."""
    number = response.current.number + 1 if response.current else 1
    revision = Revision.objects.create(
        response=response, number=number, author=actor, content_hash=hash_of(words), **words
    )
    fresh: dict[str, Any] = {
        "current": revision,
        "submitted_by": None,
        "submitted_at": None,
        "approved_at": None,
        "checklist": [],
        "state_reason": "",
    }
    if response.state == ResponseState.DRAFT:
        set_fields(response, **fresh)
    else:
        change_state(response, ResponseState.DRAFT, RESPONSE_LIFE, **fresh)
    return revision


@transaction.atomic
def submit(*, response: Response, actor: User, checklist: Iterable[str]) -> Response:
    """Hand the current revision to the approvers whom the level demands and set their deadline."""
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    require_unlocked(response.kind, incident)
    refuse(submission_problems(response, incident))
    _require_complete(checklist)
    now = timezone.now()
    change_state(
        response,
        ResponseState.IN_REVIEW,
        RESPONSE_LIFE,
        submitted_by=actor,
        submitted_at=now,
        checklist=Tone.values,
        approved_at=None,
        state_reason="",
    )
    pending = pending_approvers(response, incident)
    arm(subject=response, purpose=DRAFT_APPROVAL, level=incident.level or 1, since=now)
    note(
        response,
        "response.submitted",
        actor,
        audience=everybody(pending),
        urgency=urgency_of(incident),
        page="responses:approve",
        capacities=labels(pending),
        submitted_at=now,
    )
    return response


def _require_complete(checklist: Iterable[str]) -> None:
    if unticked := [str(tone.label) for tone in Tone if tone not in set(checklist)]:
        raise ActionRefused(
            _("The tone checklist is not complete: %(open)s.") % {"open": "; ".join(unticked)},
            field="checklist",
        )


@transaction.atomic
def take_back(*, response: Response, actor: User, reason: str = "") -> Response:
    """Back to a draft: nothing waits for approval any more, and no standing approval counts. Also after stand-down."""
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    approvers = everybody(pending_approvers(response, incident))
    void_approvals(response, VoidCause.TAKEN_BACK, person=actor)
    change_state(
        response,
        ResponseState.DRAFT,
        RESPONSE_LIFE,
        submitted_by=None,
        submitted_at=None,
        approved_at=None,
        checklist=[],
    )
    note(response, "response.taken_back", actor, audience=approvers, reason=reason.strip())
    return response
