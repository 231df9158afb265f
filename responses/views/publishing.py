"""After the approval: where the words went, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.forms import ReasonForm
from common.pages import attempt, confirm, typed
from people.access import SignedInRequest, requires
from responses import actions
from responses.cards import cards_of
from responses.forms import LONGEST_NOTE, PublishForm
from responses.models import Response
from responses.rules import publishing_problems
from responses.views.fetch import response_for


@requires("people.work")
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Copy the exact words, post them, come back with address and time. Every guard is shown before and asked again."""
    response = response_for(request, pk)
    recorded = {publication.account_id: publication for publication in response.publications.all()}
    cards = cards_of(response.current) if response.current else []
    left = [card.account for card in cards if card.account.pk not in recorded]
    form = PublishForm(
        typed(request),
        accounts=left,
        initial={"content_hash": response.current.content_hash if response.current else ""},
    )
    sent = attempt(
        request,
        form,
        partial(actions.publish, response=response, actor=request.user),
        then=reverse("responses:draft", args=[pk]),
        done=_("Recorded as published."),
    )
    if sent.answer:
        return sent.answer
    if sent.refusal:
        response = response_for(request, pk)
    context = {
        "response": response,
        "incident": response.incident,
        "form": form,
        "posts": [
            (
                card,
                recorded.get(card.account.pk),
                form.fields_for(card.account) if card.account in left else None,
            )
            for card in cards
        ],
        "left": left,
        "problems": publishing_problems(response, response.incident),
    }
    return render(request, "responses/publish.html", context, status=sent.status)


@requires("people.work")
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    return _take_from_public(
        request,
        pk,
        actions.mark_corrected,
        title=_("Record a correction"),
        text=_("Say what was wrong and how it was corrected. The words stay on record."),
        label=_("Record the correction"),
    )


@requires("people.work")
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    return _take_from_public(
        request,
        pk,
        actions.withdraw,
        title=_("Record that it was taken down"),
        text=_("Say why. The words stay on record; this cannot be undone."),
        label=_("Record that it was taken down"),
        tone="danger",
    )


def _take_from_public(
    request: SignedInRequest, pk: int, act: Callable[..., Response], **words: Any
) -> HttpResponse:
    response = response_for(request, pk)
    return confirm(
        request,
        partial(act, response=response, actor=request.user),
        form=ReasonForm(typed(request), max_length=LONGEST_NOTE),
        back=reverse("responses:draft", args=[pk]),
        done=_("Recorded."),
        **words,
    )
