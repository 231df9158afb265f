"""How a page runs an action: a form that was sent, a button, a page that asks once more before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.forms import Form, ModelForm
from common.repeats import once

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
    typed. What was sent twice acts once.
    """
    if request.method != "POST":
        return Attempt()

    def run() -> Any:
        if not form.is_valid():
            raise _MakesNoSense("")
        return act(**form.facts)

    try:
        carried_out = once(request, run, partial(_place, then))
    except _MakesNoSense:
        return Attempt(status=INVALID)
    except ActionRefused as refusal:
        form.refuse(refusal)
        return Attempt(status=refusal.status, refusal=refusal)
    if carried_out.is_repeat:
        messages.info(request, _("Already done: the form was sent twice and processed once."))
    else:
        _say(request, done, carried_out.result)
    answer = redirect(carried_out.leads_to) if carried_out.leads_to else None
    return Attempt(answer=answer, result=carried_out.result)


class _MakesNoSense(Invalid):
    """The form's own fields say what is wrong."""


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
    """A button that stands on another page: act once, say what came of it, and go on to `then`.

    A refusal answers with its own status and a page that says why and leads to `back`, by default to `then`. Raises
    PermissionDenied for NotAllowed.
    """
    try:
        carried_out = once(request, act, partial(_place, then))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except ActionRefused as refusal:
        context = {"refusal": refusal, "place": resolve_url(back or then)}
        return render(request, "refused.html", context, status=refusal.status)
    if not carried_out.is_repeat:
        _say(request, done, carried_out.result)
    return redirect(carried_out.leads_to)


def _say(request: HttpRequest, done: Said, result: Any) -> None:
    if said := done(result) if callable(done) else done:
        messages.success(request, str(said))


def _place(then: Place, result: Any) -> str:
    """Where `then` leads after `result`; empty for nowhere."""
    place = then(result) if callable(then) else then
    return resolve_url(place) if place else ""
