"""After the approval: where the words went, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionRefused
from people.access import SignedInRequest, needs
from responses import actions
from responses.cards import cards_of
from responses.forms import PublishForm, ReasonForm
from responses.models import Response
from responses.rules import publishing_problems
from responses.views.fetch import response_for, say


@needs("people.work")
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Copy the exact words, post them, come back with address and time. Every guard is shown before and asked again."""
    response = response_for(request, pk)
    recorded = {publication.account_id: publication for publication in response.publications.all()}
    cards = cards_of(response.current) if response.current else []
    left = [card.account for card in cards if card.account.pk not in recorded]
    form = PublishForm(
        request.POST or None,
        accounts=left,
        initial={"content_hash": response.current.content_hash if response.current else ""},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.publish(
                    response=response,
                    actor=request.user,
                    content_hash=form.cleaned_data["content_hash"],
                    posts=[actions.Post(*filled) for filled in form.filled()],
                )
            except ActionRefused as refusal:
                status = say(request, refusal)
                response = response_for(request, pk)
            else:
                messages.success(request, _("Recorded as published."))
                return redirect("responses:draft", pk)
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
    return render(request, "responses/publish.html", context, status=status)


@needs("people.work")
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    return _take_from_public(
        request,
        pk,
        actions.mark_corrected,
        {
            "confirm_title": _("Record a correction"),
            "confirm_text": _("Say what was wrong and how it was corrected. The words stay on record."),
            "confirm_label": _("Record the correction"),
        },
    )


@needs("people.work")
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    return _take_from_public(
        request,
        pk,
        actions.withdraw,
        {
            "confirm_title": _("Record that it was taken down"),
            "confirm_text": _("Say why. The words stay on record; this cannot be undone."),
            "confirm_label": _("Record that it was taken down"),
            "confirm_tone": "danger",
        },
    )


def _take_from_public(
    request: SignedInRequest, pk: int, action: Callable[..., Response], words: dict[str, Any]
) -> HttpResponse:
    response = response_for(request, pk)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            action(response=response, actor=request.user, reason=form.cleaned_data["reason"])
        except ActionRefused as refusal:
            status = say(request, refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect("responses:draft", pk)
    context = {**words, "form": form, "cancel_url": reverse("responses:draft", args=[pk])}
    return render(request, "_confirm.html", context, status=status)
