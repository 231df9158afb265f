"""How a page runs an action: a form that was sent, a button, a page that asks once more before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url

from common.errors import ActionRefused, NotAllowed
from common.forms import Form, ModelForm

Result = TypeVar("Result")
# Said when the action went through: a sentence, or what makes one of the action's result.
Said = str | Callable[[Any], str]
# Where to go then: what `redirect` takes, or what makes it of the action's result.
Place = Any

INVALID = 422


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: whatever was posted, also nothing at all."""
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True)
class Attempt:
    """What became of a form: the redirect when it was done, else the status with which its page is shown (again).

    `result` is what the action returned, for a page that leads nowhere (no `then`).
    """

    answer: HttpResponse | None = None
    status: int = 200
    refusal: ActionRefused | None = None
    result: Any = None


def attempt(
    request: HttpRequest,
    form: Form | ModelForm,
    act: Callable[..., Any],
    *,
    then: Place = None,
    done: Said = "",
) -> Attempt:
    """When the form was sent and makes sense, hand its facts to `act`, say `done` and go on to `then`.

    What makes no sense answers 422; a refusal answers with its own status and stands at the form. Both keep what was
    typed.
    """
    if request.method != "POST":
        return Attempt()
    if not form.is_valid():
        return Attempt(status=INVALID)
    try:
        result = act(**form.facts)
    except ActionRefused as refusal:
        form.refuse(refusal)
        return Attempt(status=refusal.status, refusal=refusal)
    return Attempt(answer=_go_on(request, result, then, done) if then else None, result=result)


def form_page(
    request: HttpRequest,
    template: str,
    form: Form | ModelForm,
    act: Callable[..., Any],
    *,
    then: Place,
    done: Said = "",
    **context: Any,
) -> HttpResponse:
    """A page around one form, for `attempt`."""
    sent = attempt(request, form, act, then=then, done=done)
    return sent.answer or render(request, template, {**context, "form": form}, status=sent.status)


def confirm(
    request: HttpRequest,
    act: Callable[..., Any],
    *,
    title: object,
    label: object,
    back: Any,
    then: Place = None,
    done: Said = "",
    text: object = "",
    consequences: Sequence[object] = (),
    tone: str = "primary",
    form: Form | None = None,
    template: str = "_confirm.html",
    **context: Any,
) -> HttpResponse:
    """Say what will happen and ask once more, with a form for what the action wants to know; `act`, then go `back`.

    `then` is for another place than `back`.
    """
    context |= {
        "confirm_title": title,
        "confirm_text": text,
        "consequences": consequences,
        "confirm_label": label,
        "confirm_tone": tone,
        "cancel_url": resolve_url(back),
    }
    form = form or Form(typed(request))
    return form_page(request, template, form, act, then=then or back, done=done, **context)


def press(
    request: HttpRequest, act: Callable[[], Any], *, then: Place, back: Any = None, done: Said = ""
) -> HttpResponse:
    """A button that stands on another page: act, say what came of it, and go on to `then`, or `back` after a refusal.

    Raises PermissionDenied for NotAllowed.
    """
    try:
        result = act()
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(back or then)
    return _go_on(request, result, then, done)


def _go_on(request: HttpRequest, result: Any, then: Place, done: Said) -> HttpResponse:
    if said := done(result) if callable(done) else done:
        messages.success(request, str(said))
    return redirect(then(result) if callable(then) else then)
