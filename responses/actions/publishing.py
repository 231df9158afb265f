"""Words that went out: recorded by the person who posted them, account by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from common.text import require_text
from common.transitions import change_state
from incidents.actions import note_first_response, promise_next_update
from incidents.scope import people_of_level
from people.models import User
from responses.actions.locking import (
    lock_response,
    note,
    refuse,
    require_same_words,
    require_worker,
)
from responses.content import is_web_address, require_plausible
from responses.models import Publication, Response, ResponseState, Revision
from responses.rules import RESPONSE_LIFE, publishing_problems


@dataclass(frozen=True)
class Post:
    """Where and when the words appeared on one account."""

    account: int
    url: str
    published_at: datetime


@transaction.atomic
def publish(*, response: Response, actor: User, content_hash: str, posts: Sequence[Post]) -> Response:
    """Record that the approved words stand on these accounts. Everything is checked again inside the lock.

    The first record makes the response published and stops the incident's holding-statement deadline; the promise of
    a next update becomes a deadline. Accounts that follow later are recorded with another call.
    """
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    require_same_words(response, content_hash)
    refuse(publishing_problems(response, incident))
    revision = response.current
    recorded = {item["account"] for item in response.publications.values("account")}
    if revision is None or not posts:
        accounts = [item["account"] for item in revision.renditions] if revision else []
        left = next((account for account in accounts if account not in recorded), None)
        raise Invalid(_("Give the address of at least one post."), field=f"url_{left}")
    for post in posts:
        _check(post, response, revision, recorded)
        recorded.add(post.account)
        _record(post, response, revision, actor)
    if response.state == ResponseState.APPROVED:
        first = min(post.published_at for post in posts)
        change_state(response, ResponseState.PUBLISHED, RESPONSE_LIFE, published_at=first)
        if not incident.is_locked:
            note_first_response(incident=incident, actor=actor, published_at=first)
            promise_next_update(incident=incident, by=revision.next_update_by, since=first)
    note(
        response,
        "response.published",
        actor,
        audience=people_of_level(incident),
        posts=[{"account": post.account, "url": post.url, "at": post.published_at} for post in posts],
        accounts=", ".join(
            item["account_name"]
            for item in revision.renditions
            if item["account"] in {post.account for post in posts}
        ),
        next_update_by=revision.next_update_by,
    )
    return response


def _check(post: Post, response: Response, revision: Revision, recorded: set[int]) -> None:
    url, at = f"url_{post.account}", f"at_{post.account}"
    if post.account not in {item["account"] for item in revision.renditions}:
        raise Invalid(_("There is no approved text for that account."))
    if post.account in recorded:
        raise ActionRefused(_("This account is recorded already; what was published stays as it is."))
    if not is_web_address(post.url):
        raise Invalid(
            _("“%(url)s” is not an address that begins with https://.") % {"url": post.url[:200]}, field=url
        )
    require_plausible(post.published_at, at)
    if post.published_at > timezone.now():
        raise Invalid(
            _("The time of publication lies in the future. Record it once the post is out."), field=at
        )
    # Forms give minutes: the minute of the approval itself is late enough.
    if response.approved_at and post.published_at < response.approved_at.replace(second=0, microsecond=0):
        raise Invalid(
            _("These words were approved later than that. If they were out before, tell the crisis lead."),
            field=at,
        )
    if revision.scheduled_for and post.published_at < revision.scheduled_for:
        raise Invalid(
            _(
                "These words are approved for a later time. To go out earlier, change the schedule and ask again."
            ),
            field=at,
        )


def _record(post: Post, response: Response, revision: Revision, actor: User) -> None:
    rendition = next(item for item in revision.renditions if item["account"] == post.account)
    Publication.objects.create(
        response=response,
        revision=revision,
        account_id=post.account,
        account_name=rendition["account_name"],
        text=rendition["text"],
        url=post.url,
        published_at=post.published_at,
        recorded_by=actor,
        content_hash=revision.content_hash,
    )


@transaction.atomic
def mark_corrected(*, response: Response, actor: User, reason: str) -> Response:
    """Say publicly visible words were corrected, and why; the words themselves stay on record."""
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    if incident.is_locked:
        raise ActionRefused(
            _("This incident is locked. Reopen it with a reason, then correct what was said.")
        )
    reason = require_text(reason, _("Say what was wrong and how it was corrected."))
    change_state(response, ResponseState.CORRECTED, RESPONSE_LIFE, state_reason=reason)
    note(response, "response.corrected", actor, audience=people_of_level(incident), reason=reason)
    return response


@transaction.atomic
def withdraw(*, response: Response, actor: User, reason: str) -> Response:
    """Record that a published text was taken down, and why. Possible after stand-down: it says nothing new."""
    incident, response = lock_response(response.pk)
    actor = require_worker(actor, incident)
    reason = require_text(reason, _("Say why the text was taken down."))
    change_state(response, ResponseState.WITHDRAWN, RESPONSE_LIFE, state_reason=reason)
    note(response, "response.withdrawn", actor, audience=people_of_level(incident), reason=reason)
    return response
