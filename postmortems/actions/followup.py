"""Lessons from identified to learned; actions from proposed to verified by somebody else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.text import require_text
from common.times import validate_day
from common.transitions import change_state
from journal.models import Urgency
from people.models import User
from postmortems.actions.deadlines import keep_due_date
from postmortems.actions.locking import lock, mark_edited, note, require, require_draft
from postmortems.models import (
    CorrectiveAction,
    CorrectiveActionState,
    Lesson,
    LessonState,
    PostMortem,
    PostMortemState,
)
from postmortems.rules import CORRECTIVE_ACTION_LIFE, LESSON_LIFE, sees

# Lessons


@transaction.atomic
def add_lesson(*, post_mortem: PostMortem, actor: User, text: str) -> Lesson:
    """Write down what we know now and did not know before."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    require_draft(post_mortem)
    text = require_text(text, _("Write the lesson in one or two sentences."))
    lesson = post_mortem.lessons.create(text=text, added_by=actor)
    mark_edited(post_mortem, actor)
    note(post_mortem, "lesson.identified", actor, anchor="#follow-up", lesson=text)
    return lesson


def _lock_lesson(lesson: Lesson, actor: User) -> Lesson:
    post_mortem = lock(lesson.post_mortem_id)
    require(actor, "postmortems.write", post_mortem)
    lesson = Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)
    lesson.post_mortem = post_mortem
    return lesson


@transaction.atomic
def change_lesson(*, lesson: Lesson, actor: User, text: str) -> Lesson:
    """Say it better, while the post-mortem is a draft."""
    lesson = _lock_lesson(lesson, actor)
    require_draft(lesson.post_mortem)
    old, lesson.text = lesson.text, require_text(text, _("Write the lesson in one or two sentences."))
    lesson.save(update_fields=["text"])
    mark_edited(lesson.post_mortem, actor)
    note(lesson.post_mortem, "lesson.changed", actor, anchor="#follow-up", lesson=lesson.text, old=old)
    return lesson


@transaction.atomic
def remove_lesson(*, lesson: Lesson, actor: User) -> None:
    """Take a lesson out of a draft, as long as nothing has been changed because of it. The journal keeps its text."""
    lesson = _lock_lesson(lesson, actor)
    require_draft(lesson.post_mortem)
    if lesson.state != LessonState.IDENTIFIED:
        raise ActionRefused(_("Something was changed because of this lesson; it stays."))
    mark_edited(lesson.post_mortem, actor)
    note(lesson.post_mortem, "lesson.removed", actor, anchor="#follow-up", lesson=lesson.text)
    lesson.delete()


@transaction.atomic
def implement_lesson(*, lesson: Lesson, actor: User, change: str) -> Lesson:
    """A practice was changed because of it; whether that works has still to be seen."""
    lesson = _lock_lesson(lesson, actor)
    change = require_text(change, _("Say what was changed: a plan, a playbook, a tool, a habit."))
    if lesson.post_mortem.state == PostMortemState.CLOSED:
        raise ActionRefused(_("This post-mortem is closed."))
    change_state(lesson, LessonState.IMPLEMENTED, LESSON_LIFE, change=change)
    note(
        lesson.post_mortem,
        "lesson.implemented",
        actor,
        anchor="#follow-up",
        lesson=lesson.text,
        change=change,
    )
    return lesson


@transaction.atomic
def learn_lesson(*, lesson: Lesson, actor: User, evidence: str) -> Lesson:
    """A drill or a real incident has shown that the change works. May come long after the post-mortem is closed."""
    lesson = _lock_lesson(lesson, actor)
    evidence = require_text(evidence, _("Name the drill or the incident that showed that the change works."))
    change_state(lesson, LessonState.LEARNED, LESSON_LIFE, evidence=evidence)
    note(
        lesson.post_mortem,
        "lesson.learned",
        actor,
        anchor="#follow-up",
        lesson=lesson.text,
        evidence=evidence,
    )
    return lesson


# Actions


@transaction.atomic
def add_corrective_action(
    *,
    post_mortem: PostMortem,
    actor: User,
    title: str,
    detail: str = "",
    owner: User | None = None,
    due_on: date | None = None,
    verifier: User | None = None,
    lesson: Lesson | None = None,
) -> CorrectiveAction:
    """Propose something that will be changed. Whoever is to own it is asked; they accept it themselves."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    require_draft(post_mortem)
    action = CorrectiveAction(post_mortem=post_mortem, added_by=actor)
    _fill(action, title=title, detail=detail, owner=owner, due_on=due_on, verifier=verifier, lesson=lesson)
    action.save()
    keep_due_date(action)
    mark_edited(post_mortem, actor)
    _tell_owner("corrective_action.proposed", action, actor)
    return action


def _fill(action: CorrectiveAction, **fields: Any) -> None:
    fields["title"] = require_text(fields["title"], _("Say what will be done."))
    owner, verifier, lesson = fields["owner"], fields["verifier"], fields["lesson"]
    if fields["due_on"]:
        try:
            validate_day(fields["due_on"])
        except ValidationError as wrong:
            raise Invalid(wrong.message, field="due_on") from None
        if fields["due_on"] != action.due_on and fields["due_on"] < timezone.localdate():
            raise Invalid(_("The due date lies in the past."), field="due_on")
    if owner and owner == verifier:
        raise Invalid(_("The owner cannot verify their own work. Choose somebody else."), field="verifier")
    for person in filter(None, (owner, verifier)):
        if not person.is_active or not sees(person, action.post_mortem):
            raise Invalid(
                _("%(person)s may not see this incident. Make them a member of it first.")
                % {"person": person}
            )
    if lesson and lesson.post_mortem_id != action.post_mortem.pk:
        raise Invalid(_("That lesson belongs to another post-mortem."))
    for name, value in fields.items():
        setattr(action, name, value)


def _tell_owner(kind: str, action: CorrectiveAction, actor: User) -> None:
    known = {"owner": str(action.owner) if action.owner else None, "due": action.due_on}
    _note_corrective_action(
        action,
        kind,
        actor,
        audience=_owner_of(action),
        **{name: value for name, value in known.items() if value},  # what is unknown reads as a dash
    )


def _note_corrective_action(
    action: CorrectiveAction, kind: str, actor: User, *, audience: list[User], **data: Any
) -> None:
    note(
        action.post_mortem,
        kind,
        actor,
        audience=audience,
        urgency=Urgency.SOON if audience else Urgency.LATER,
        anchor=f"#action-{action.pk}",
        action=action.title,
        **data,
    )


def _lock_corrective_action(action: CorrectiveAction) -> CorrectiveAction:
    post_mortem = lock(action.post_mortem_id)
    action = (
        CorrectiveAction.objects.select_for_update(of=("self",))
        .select_related("owner", "verifier")
        .get(pk=action.pk)
    )
    action.post_mortem = post_mortem
    return action


@transaction.atomic
def change_corrective_action(
    *,
    action: CorrectiveAction,
    actor: User,
    title: str,
    detail: str,
    owner: User | None,
    due_on: date | None,
    verifier: User | None,
    lesson: Lesson | None,
) -> CorrectiveAction:
    """Change what was proposed, while the post-mortem is a draft and nobody has accepted it.

    Later only who and when may be filled in or changed: the incident cannot be closed before both are known.
    """
    action = _lock_corrective_action(action)
    require(actor, "postmortems.write", action.post_mortem)
    if action.is_settled or action.state == CorrectiveActionState.DONE:
        raise ActionRefused(
            _("This corrective action is “%(state)s”; it can no longer be changed.")
            % {"state": action.get_state_display()}
        )
    if not action.post_mortem.is_draft and (title.strip(), detail.strip()) != (action.title, action.detail):
        raise ActionRefused(
            _("The words were reviewed and stay as they are; owner, verifier and date can still change.")
        )
    if action.state != CorrectiveActionState.PROPOSED and not (owner and due_on):
        raise Invalid(_("An accepted corrective action needs an owner and a due date."))
    before = (action.owner, action.due_on)
    _fill(
        action,
        title=title,
        detail=detail.strip(),
        owner=owner,
        due_on=due_on,
        verifier=verifier,
        lesson=lesson,
    )
    action.save(update_fields=["title", "detail", "owner", "due_on", "verifier", "lesson"])
    if owner != before[0] and action.state != CorrectiveActionState.PROPOSED:
        change_state(action, CorrectiveActionState.PROPOSED, CORRECTIVE_ACTION_LIFE)
    if (action.owner, action.due_on) != before:
        keep_due_date(action)
    if action.post_mortem.is_draft:
        mark_edited(action.post_mortem, actor)
    _tell_owner("corrective_action.changed", action, actor)
    return action


def _require_owner(actor: User, action: CorrectiveAction) -> None:
    if not actor.has_perm("postmortems.carry_out", action):
        raise NotAllowed(_("Only the owner of this corrective action can do this."))


@transaction.atomic
def accept_corrective_action(*, action: CorrectiveAction, actor: User) -> CorrectiveAction:
    """The owner takes it on, with its due date."""
    action = _lock_corrective_action(action)
    _require_owner(actor, action)
    if action.due_on is None:
        raise ActionRefused(_("Agree on a due date first."))
    change_state(action, CorrectiveActionState.ACCEPTED, CORRECTIVE_ACTION_LIFE)
    _note_corrective_action(action, "corrective_action.accepted", actor, audience=[], due=action.due_on)
    return action


@transaction.atomic
def start_corrective_action(*, action: CorrectiveAction, actor: User) -> CorrectiveAction:
    action = _lock_corrective_action(action)
    _require_owner(actor, action)
    if action.state == CorrectiveActionState.DONE:
        raise ActionRefused(_("You reported it done. Its verifier sends it back if something is missing."))
    change_state(action, CorrectiveActionState.IN_PROGRESS, CORRECTIVE_ACTION_LIFE)
    _note_corrective_action(action, "corrective_action.started", actor, audience=[])
    return action


@transaction.atomic
def complete_corrective_action(*, action: CorrectiveAction, actor: User, result: str) -> CorrectiveAction:
    """The owner reports it done; the verifier is asked to look."""
    action = _lock_corrective_action(action)
    _require_owner(actor, action)
    result = require_text(result, _("Say what was done and where the verifier can see it."))
    change_state(
        action, CorrectiveActionState.DONE, CORRECTIVE_ACTION_LIFE, result=result, done_at=timezone.now()
    )
    keep_due_date(action)
    asked = [action.verifier] if action.verifier else [action.post_mortem.author]
    _note_corrective_action(action, "corrective_action.done", actor, audience=asked, result=result)
    return action


@transaction.atomic
def verify_corrective_action(*, action: CorrectiveAction, actor: User, verification: str) -> CorrectiveAction:
    """Somebody other than the owner has looked, and it works."""
    action = _lock_corrective_action(action)
    _require_verifier(actor, action)
    verification = require_text(verification, _("Say how you checked that it works."))
    change_state(
        action,
        CorrectiveActionState.VERIFIED,
        CORRECTIVE_ACTION_LIFE,
        verification=verification,
        verified_by=actor,
        verified_at=timezone.now(),
    )
    keep_due_date(action)
    _note_corrective_action(
        action, "corrective_action.verified", actor, audience=_owner_of(action), verification=verification
    )
    return action


@transaction.atomic
def return_corrective_action(*, action: CorrectiveAction, actor: User, verification: str) -> CorrectiveAction:
    """The verifier looked, and something is missing: back to the owner."""
    action = _lock_corrective_action(action)
    _require_verifier(actor, action)
    if action.state != CorrectiveActionState.DONE:
        raise ActionRefused(_("Only a corrective action that was reported done can be sent back."))
    reason = require_text(verification, _("Say what is missing."))
    change_state(
        action, CorrectiveActionState.IN_PROGRESS, CORRECTIVE_ACTION_LIFE, verification=reason, done_at=None
    )
    keep_due_date(action)
    _note_corrective_action(
        action, "corrective_action.returned", actor, audience=_owner_of(action), reason=reason
    )
    return action


@transaction.atomic
def cancel_corrective_action(*, action: CorrectiveAction, actor: User, reason: str) -> CorrectiveAction:
    """Decide not to do it, with a reason that will be read."""
    action = _lock_corrective_action(action)
    require(actor, "postmortems.write", action.post_mortem)
    reason = require_text(reason, _("Say why it will not be done."))
    change_state(action, CorrectiveActionState.CANCELLED, CORRECTIVE_ACTION_LIFE, cancel_reason=reason)
    keep_due_date(action)
    _note_corrective_action(
        action, "corrective_action.cancelled", actor, audience=_owner_of(action), reason=reason
    )
    return action


def _require_verifier(actor: User, action: CorrectiveAction) -> None:
    if actor.pk == action.owner_id:
        raise NotAllowed(_("You own this corrective action; somebody else has to verify it."))
    if not actor.has_perm("postmortems.verify", action):
        raise NotAllowed(_("Only the verifier of this corrective action can do this."))


def _owner_of(action: CorrectiveAction) -> list[User]:
    return [action.owner] if action.owner else []
