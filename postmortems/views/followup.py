"""Lessons and actions: adding, changing, and moving them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common.forms import ReasonForm
from common.pages import confirm, form_page, typed
from people.access import SignedInRequest
from people.models import User
from postmortems import actions
from postmortems.fetch import corrective_action_or_404, lesson_or_404, post_mortem_or_404, require
from postmortems.forms import CorrectiveActionForm, LessonForm
from postmortems.models import CorrectiveAction, CorrectiveActionState, Lesson, LessonState, PostMortem


@dataclass(frozen=True)
class Step:
    """One way on from a state: the button, what it asks for, and the action that it calls."""

    code: str
    button: str | Promise
    question: str | Promise
    done: str | Promise
    act: Callable[..., Any]
    words: str = ""  # the action's argument for the text; empty when it needs none
    label: str | Promise = ""
    tone: str = "primary"


CORRECTIVE_ACTION_STEPS = {
    step.code: step
    for step in (
        Step(
            "accept",
            gettext_lazy("Accept"),
            gettext_lazy("Accept this corrective action, with its due date?"),
            gettext_lazy("Accepted."),
            actions.accept_corrective_action,
        ),
        Step(
            "start",
            gettext_lazy("Start"),
            gettext_lazy("Start this corrective action?"),
            gettext_lazy("Started."),
            actions.start_corrective_action,
        ),
        Step(
            "done",
            gettext_lazy("Report it done"),
            gettext_lazy("Report this corrective action done?"),
            gettext_lazy("Reported. The verifier is told."),
            actions.complete_corrective_action,
            "result",
            gettext_lazy("What was done, and where it can be seen"),
        ),
        Step(
            "verify",
            gettext_lazy("Verify"),
            gettext_lazy("Does it really work?"),
            gettext_lazy("Verified."),
            actions.verify_corrective_action,
            "verification",
            gettext_lazy("How you checked it"),
        ),
        Step(
            "return",
            gettext_lazy("Send it back"),
            gettext_lazy("Send this corrective action back to its owner?"),
            gettext_lazy("Sent back. The owner is told."),
            actions.return_corrective_action,
            "verification",
            gettext_lazy("What is missing"),
            "danger",
        ),
        Step(
            "cancel",
            gettext_lazy("Mark as cancelled"),
            gettext_lazy("Decide not to do this?"),
            gettext_lazy("Cancelled."),
            actions.cancel_corrective_action,
            "reason",
            gettext_lazy("Why it will not be done"),
            "danger",
        ),
    )
}
LESSON_STEPS = {
    step.code: step
    for step in (
        Step(
            "implement",
            gettext_lazy("Record the change"),
            gettext_lazy("What was changed because of this lesson?"),
            gettext_lazy("Recorded."),
            actions.implement_lesson,
            "change",
            gettext_lazy("The plan, playbook, tool or habit that was changed"),
        ),
        Step(
            "learn",
            gettext_lazy("Record the evidence"),
            gettext_lazy("Has the change been shown to work?"),
            gettext_lazy("Recorded: this lesson is learned."),
            actions.learn_lesson,
            "evidence",
            gettext_lazy("The drill or incident that showed it"),
        ),
    )
}


def steps_for(action: CorrectiveAction, user: User) -> list[Step]:
    """What this person can do next with this action; the first is the usual way on."""
    owner, verifier = (
        user.has_perm("postmortems.carry_out", action),
        user.has_perm("postmortems.verify", action),
    )
    codes = {
        CorrectiveActionState.PROPOSED: ["accept"] if owner and action.due_on else [],
        CorrectiveActionState.ACCEPTED: ["start"] if owner else [],
        CorrectiveActionState.IN_PROGRESS: ["done"] if owner else [],
        CorrectiveActionState.DONE: ["verify", "return"] if verifier else [],
    }.get(CorrectiveActionState(action.state), [])
    if not action.is_settled and user.has_perm("postmortems.write", action.post_mortem):
        codes = [*codes, "cancel"]
    return [CORRECTIVE_ACTION_STEPS[code] for code in codes]


@require_safe
def corrective_action(request: SignedInRequest, pk: int) -> HttpResponse:
    found = corrective_action_or_404(request, pk)
    context = {
        "action": found,
        "post_mortem": found.post_mortem,
        "steps": steps_for(found, request.user),
        "may_edit": request.user.has_perm("postmortems.write", found.post_mortem)
        and not found.is_settled
        and found.state != CorrectiveActionState.DONE,
    }
    return render(request, "postmortems/corrective_action.html", context)


def _corrective_action_page(
    request: SignedInRequest,
    form: CorrectiveActionForm,
    save: Callable[..., Any],
    *,
    post_mortem: PostMortem,
    title: str,
    done: str,
) -> HttpResponse:
    return form_page(
        request,
        "postmortems/corrective_action_form.html",
        form,
        partial(save, actor=request.user),
        then=lambda saved: f"{post_mortem.get_absolute_url()}#action-{saved.pk}",
        done=done,
        post_mortem=post_mortem,
        title=title,
        cancel_url=_follow_up(post_mortem),
    )


def _follow_up(post_mortem: PostMortem) -> str:
    return f"{post_mortem.get_absolute_url()}#follow-up"


def new_corrective_action(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return _corrective_action_page(
        request,
        CorrectiveActionForm(typed(request), post_mortem=post_mortem),
        partial(actions.add_corrective_action, post_mortem=post_mortem),
        post_mortem=post_mortem,
        title=_("New corrective action"),
        done=_("Added. The owner is told."),
    )


def edit_corrective_action(request: SignedInRequest, pk: int) -> HttpResponse:
    found = corrective_action_or_404(request, pk)
    require(request, "postmortems.write", found.post_mortem)
    return _corrective_action_page(
        request,
        CorrectiveActionForm(typed(request), instance=found, post_mortem=found.post_mortem),
        partial(actions.change_corrective_action, action=found),
        post_mortem=found.post_mortem,
        title=_("Change the corrective action"),
        done=_("Changed. The owner is told."),
    )


def corrective_action_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    found = corrective_action_or_404(request, pk)
    if step not in CORRECTIVE_ACTION_STEPS:
        raise Http404
    back = f"{found.post_mortem.get_absolute_url()}#action-{found.pk}"
    return _take(request, CORRECTIVE_ACTION_STEPS[step], {"action": found}, found.title, back)


def _take(
    request: SignedInRequest, step: Step, subject: dict[str, Any], what: str, back: str
) -> HttpResponse:
    """Ask for the words that a step needs, then take it."""
    words = ReasonForm(typed(request), label=step.label, argument=step.words) if step.words else None
    return confirm(
        request,
        partial(step.act, actor=request.user, **subject),
        title=step.question,
        text=what,
        label=step.button,
        tone=step.tone,
        form=words,
        back=back,
        done=str(step.done),
    )


# Lessons


def _lesson_page(
    request: SignedInRequest,
    save: Callable[..., Any],
    *,
    post_mortem: PostMortem,
    title: str,
    lesson: Lesson | None = None,
) -> HttpResponse:
    return form_page(
        request,
        "postmortems/lesson_form.html",
        LessonForm(typed(request), initial={"text": lesson.text if lesson else ""}),
        partial(save, actor=request.user),
        then=_follow_up(post_mortem),
        done=_("Saved."),
        post_mortem=post_mortem,
        title=title,
        lesson=lesson,
        cancel_url=_follow_up(post_mortem),
    )


def new_lesson(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    add = partial(actions.add_lesson, post_mortem=post_mortem)
    return _lesson_page(request, add, post_mortem=post_mortem, title=_("New lesson"))


def lesson(request: SignedInRequest, pk: int) -> HttpResponse:
    found = lesson_or_404(request, pk)
    require(request, "postmortems.write", found.post_mortem)
    change = partial(actions.change_lesson, lesson=found)
    title = _("Reword the lesson")
    return _lesson_page(request, change, post_mortem=found.post_mortem, title=title, lesson=found)


def lesson_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    found = lesson_or_404(request, pk)
    require(request, "postmortems.write", found.post_mortem)
    if step not in LESSON_STEPS:
        raise Http404
    return _take(request, LESSON_STEPS[step], {"lesson": found}, found.text, _follow_up(found.post_mortem))


def remove_lesson(request: SignedInRequest, pk: int) -> HttpResponse:
    found = lesson_or_404(request, pk)
    require(request, "postmortems.write", found.post_mortem)
    if found.state != LessonState.IDENTIFIED:
        raise Http404
    step = Step(
        "remove",
        _("Take it out"),
        _("Take this lesson out of the post-mortem?"),
        _("Removed. The text stays in the journal."),
        actions.remove_lesson,
        tone="danger",
    )
    return _take(request, step, {"lesson": found}, found.text, _follow_up(found.post_mortem))
