"""A post-mortem's life: draft, in review, approved, closed; back to draft when changes are asked for."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Conflict, NotAllowed
from common.text import require_text
from common.transitions import change_state
from escalations.actions import arm, stop
from incidents.models import Incident
from journal.models import Urgency
from people.models import User
from postmortems.actions.deadlines import APPROVAL, MEETING
from postmortems.actions.locking import lock, note, require
from postmortems.figures import compute
from postmortems.models import CorrectiveActionState, LessonState, PostMortem, PostMortemState
from postmortems.record import gather
from postmortems.rules import POST_MORTEM_LIFE, is_independent, reviewers
from postmortems.sections import label_of, required_fields


def prepare(*, incident: Incident, actor: User | None) -> PostMortem:
    """Begin the post-mortem of an incident that has just stood down, and set the deadlines of its meeting and approval.

    Called inside the transaction that resolves the incident, which holds its lock. After a reopening the same
    post-mortem goes on: what was written stays, and has to be reviewed again.
    """
    post_mortem, created = PostMortem.objects.select_for_update(of=("self",)).get_or_create(
        incident=incident, defaults={"author": actor or incident.logged_by}
    )
    post_mortem.incident = incident
    since = incident.resolved_at or timezone.now()
    arm(subject=post_mortem, purpose=APPROVAL, level=incident.level or 1, since=since)
    arm(subject=post_mortem, purpose=MEETING, level=incident.level or 1, since=since)
    kind = "postmortem.begun" if created else "postmortem.resumed"
    note(
        post_mortem,
        kind,
        None,
        audience=[post_mortem.author],
        urgency=Urgency.SOON,
        author=str(post_mortem.author),
    )
    return post_mortem


def suspend(*, incident: Incident) -> None:
    """The incident is reopened: its story is not over, so a review of it is void and its deadlines stop."""
    post_mortem = PostMortem.objects.select_for_update(of=("self",)).filter(incident=incident).first()
    if post_mortem is None:
        return
    post_mortem.incident = incident
    stop(subject=post_mortem)
    post_mortem.review_held_at = None
    post_mortem.save(update_fields=["review_held_at"])
    if not post_mortem.is_draft:
        _back_to_draft(post_mortem)
        note(post_mortem, "postmortem.voided", None, audience=[post_mortem.author])


def _back_to_draft(post_mortem: PostMortem, comment: str = "") -> None:
    change_state(
        post_mortem,
        PostMortemState.DRAFT,
        POST_MORTEM_LIFE,
        submitted_at=None,
        approved_at=None,
        approved_by=None,
        closed_at=None,
        figures=None,
        review_comment=comment,
    )


@transaction.atomic
def record_meeting(*, post_mortem: PostMortem, actor: User) -> PostMortem:
    """The team has met and looked back together. Somebody says so once, and the deadline of the meeting stops."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    if post_mortem.incident.is_open:
        raise ActionRefused(_("The incident is open again; the team looks back when it is over."))
    if post_mortem.review_held_at:
        raise ActionRefused(_("The review meeting is recorded already."))
    post_mortem.review_held_at = timezone.now()
    post_mortem.save(update_fields=["review_held_at"])
    stop(subject=post_mortem, purpose=MEETING)
    note(post_mortem, "postmortem.meeting_held", actor)
    return post_mortem


def missing(post_mortem: PostMortem) -> list[str]:
    """The required fields that are still empty, in the order of the page."""
    return [
        name for name in required_fields(post_mortem.incident.level) if not getattr(post_mortem, name).strip()
    ]


@transaction.atomic
def submit(*, post_mortem: PostMortem, actor: User) -> PostMortem:
    """Hand it to the approvers. Nothing can be edited until they have decided or somebody takes it back."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    if post_mortem.incident.is_open:
        raise ActionRefused(
            _("The incident is open again. Stand it down first, then submit what was learned.")
        )
    empty = missing(post_mortem)
    if empty:
        labels = ", ".join(label_of(name) for name in empty)
        raise ActionRefused(_("Still empty: %(fields)s.") % {"fields": labels})
    change_state(
        post_mortem,
        PostMortemState.IN_REVIEW,
        POST_MORTEM_LIFE,
        submitted_at=timezone.now(),
        review_comment="",
    )
    note(
        post_mortem,
        "postmortem.submitted",
        actor,
        audience=reviewers(post_mortem),
        urgency=Urgency.SOON,
        version=post_mortem.version,
    )
    return post_mortem


@transaction.atomic
def take_back(*, post_mortem: PostMortem, actor: User) -> PostMortem:
    """Take it back from the review in order to change something."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    if not post_mortem.is_in_review:
        raise ActionRefused(_("Only a post-mortem that is being reviewed can be taken back."))
    _back_to_draft(post_mortem)
    note(post_mortem, "postmortem.taken_back", actor)
    return post_mortem


def _require_decision(post_mortem: PostMortem, actor: User, version: int) -> None:
    require(actor, "postmortems.review", post_mortem)
    if not post_mortem.is_in_review:
        raise ActionRefused(_("There is nothing to decide: it is not in review. Reload the page."))
    if not is_independent(actor, post_mortem):
        raise NotAllowed(_("You wrote in this post-mortem. Somebody else has to decide about it."))
    if version != post_mortem.version:
        raise Conflict(_("It was changed since you opened it. Read it again, then decide."), theirs={})


@transaction.atomic
def approve(*, post_mortem: PostMortem, actor: User, version: int) -> PostMortem:
    """Agree to exactly the `version` that was read. The figures are frozen as they stand now."""
    post_mortem = lock(post_mortem.pk)
    _require_decision(post_mortem, actor, version)
    change_state(
        post_mortem,
        PostMortemState.APPROVED,
        POST_MORTEM_LIFE,
        approved_at=timezone.now(),
        approved_by=actor,
        figures=[figure.frozen() for figure in compute(gather(post_mortem.incident))],
    )
    stop(subject=post_mortem, purpose=APPROVAL)
    note(
        post_mortem,
        "postmortem.approved",
        actor,
        audience=[post_mortem.author],
        urgency=Urgency.SOON,
        version=post_mortem.version,
    )
    return post_mortem


@transaction.atomic
def request_changes(*, post_mortem: PostMortem, actor: User, version: int, comment: str) -> PostMortem:
    """Send it back to the author and say what is missing."""
    post_mortem = lock(post_mortem.pk)
    _require_decision(post_mortem, actor, version)
    comment = require_text(comment, _("Say what has to change, so that the author can act on it."))
    _back_to_draft(post_mortem, comment)
    note(
        post_mortem,
        "postmortem.changes_requested",
        actor,
        audience={post_mortem.author, post_mortem.last_editor or post_mortem.author},
        urgency=Urgency.SOON,
        comment=comment,
    )
    return post_mortem


@transaction.atomic
def close(*, post_mortem: PostMortem, actor: User) -> PostMortem:
    """Nothing is left to do: every action is verified or cancelled, every lesson has led to a change."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    if post_mortem.state != PostMortemState.APPROVED:
        raise ActionRefused(_("Only an approved post-mortem can be closed."))
    open_actions = post_mortem.actions.unsettled().count()
    open_lessons = post_mortem.lessons.filter(state=LessonState.IDENTIFIED).count()
    if open_actions or open_lessons:
        raise ActionRefused(
            _(
                "Not yet: corrective actions to verify or cancel: %(actions)d; lessons without a change: %(lessons)d."
            )
            % {"actions": open_actions, "lessons": open_lessons}
        )
    change_state(post_mortem, PostMortemState.CLOSED, POST_MORTEM_LIFE, closed_at=timezone.now())
    note(
        post_mortem,
        "postmortem.closed",
        actor,
        verified=post_mortem.actions.filter(state=CorrectiveActionState.VERIFIED).count(),
    )
    return post_mortem
