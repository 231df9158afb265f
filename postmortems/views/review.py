"""From draft to approved and closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common.errors import ActionRefused, Conflict
from people.access import SignedInRequest
from postmortems import actions
from postmortems.access import post_mortem_or_404, require
from postmortems.actions.lifecycle import missing
from postmortems.figures import MEANINGS
from postmortems.forms import ReviewForm
from postmortems.models import PostMortem
from postmortems.report import build
from postmortems.rules import is_independent, reviewers
from postmortems.sections import label_of, section_of
from postmortems.views.reading import figures_of


def _do(
    request: SignedInRequest, post_mortem: PostMortem, action: Callable[..., Any], done: str
) -> HttpResponse:
    try:
        action(post_mortem=post_mortem, actor=request.user)
    except ActionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(post_mortem)


def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    if request.method == "POST":
        return _do(request, post_mortem, actions.submit, _("Submitted. The approvers are told."))
    people = ", ".join(str(person) for person in reviewers(post_mortem))
    context = {
        "post_mortem": post_mortem,
        "missing": [(label_of(name), section_of(name).code) for name in missing(post_mortem)],
        "confirm_title": _("Submit the post-mortem for approval?"),
        "confirm_text": _("These people can approve it and are told now: %(people)s.") % {"people": people}
        if people
        else _("Nobody here can approve it: an approver is needed who neither wrote nor last edited it."),
        "consequences": [
            _("Nobody can edit it until it is decided or taken back."),
            _("The approval belongs to exactly this text; its figures are frozen with it."),
        ],
        "confirm_label": _("Submit for approval"),
        "cancel_url": post_mortem.get_absolute_url(),
    }
    return render(request, "postmortems/submit.html", context)


def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    if request.method == "POST":
        return _do(request, post_mortem, actions.withdraw, _("It is a draft again."))
    context = {
        "confirm_title": _("Take the post-mortem back to draft?"),
        "confirm_text": _("The review ends without a decision. You can edit it and submit it again."),
        "confirm_label": _("Take it back"),
        "cancel_url": post_mortem.get_absolute_url(),
    }
    return render(request, "_confirm.html", context)


@require_POST
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return _do(
        request, post_mortem, actions.record_meeting, _("Recorded: the team has looked back together.")
    )


def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read all of it, then decide; the decision is about the version on this page."""
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.review", post_mortem)
    form = ReviewForm(request.POST or None, initial={"version": post_mortem.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        refused = _decide(request, post_mortem, form)
        if refused is None:
            return redirect(post_mortem)
        status = refused.status
        form.add_error(None, str(refused))
        if isinstance(refused, Conflict):
            # The page shows the new text; only a second look at it may decide.
            form.data = {**dict(form.data.items()), "version": post_mortem.version}
    figures = figures_of(post_mortem)
    context = {
        "post_mortem": post_mortem,
        "incident": post_mortem.incident,
        "report": build(post_mortem, figures, []),
        "figures": [(figure, MEANINGS[figure.code]) for figure in figures],
        "form": form,
        "is_dependent": not is_independent(request.user, post_mortem),
    }
    return render(request, "postmortems/review.html", context, status=status)


def _decide(request: SignedInRequest, post_mortem: PostMortem, form: ReviewForm) -> ActionRefused | None:
    decision = {"post_mortem": post_mortem, "actor": request.user, "version": form.cleaned_data["version"]}
    try:
        if request.POST.get("decision") == "approve":
            actions.approve(**decision)
            messages.success(request, _("Approved. The author is told."))
        else:
            actions.request_changes(**decision, comment=form.cleaned_data["comment"])
            messages.success(request, _("Sent back with your comment. The author is told."))
    except ActionRefused as refused:
        return refused
    return None


def close(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    if request.method == "POST":
        return _do(request, post_mortem, actions.close, _("The post-mortem is closed."))
    unsettled = post_mortem.actions.unsettled().count()
    context = {
        "confirm_title": _("Close the post-mortem?"),
        "confirm_text": _("Everything that was decided is done and verified, or cancelled with a reason."),
        "consequences": [
            ngettext(
                "%(n)d action is not verified or cancelled yet.",
                "%(n)d actions are not verified or cancelled yet.",
                unsettled,
            )
            % {"n": unsettled}
        ]
        if unsettled
        else [_("Only lessons that prove themselves later can still be recorded.")],
        "confirm_label": _("Close it"),
        "cancel_url": post_mortem.get_absolute_url(),
    }
    return render(request, "_confirm.html", context)
