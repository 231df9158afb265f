"""From draft to approved and closed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common.errors import Conflict
from common.pages import attempt, confirm, press, typed
from people.access import SignedInRequest
from postmortems import actions
from postmortems.actions.lifecycle import missing
from postmortems.fetch import post_mortem_or_404, require
from postmortems.figures import MEANINGS
from postmortems.forms import ReviewForm
from postmortems.models import PostMortem
from postmortems.report import build
from postmortems.rules import is_independent, reviewers
from postmortems.sections import label_of, section_of
from postmortems.views.reading import figures_of


def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    people = ", ".join(str(person) for person in reviewers(post_mortem))
    return confirm(
        request,
        partial(actions.submit, post_mortem=post_mortem, actor=request.user),
        title=_("Submit the post-mortem for approval?"),
        text=_("These people can approve it and are told now: %(people)s.") % {"people": people}
        if people
        else _("Nobody here can approve it: an approver is needed who wrote nothing in it."),
        consequences=[
            _("Nobody can edit it until it is decided or taken back."),
            _("The approval belongs to exactly this text; its figures are frozen with it."),
        ],
        label=_("Submit for approval"),
        back=post_mortem,
        done=_("Submitted. The approvers are told."),
        template="postmortems/submit.html",
        post_mortem=post_mortem,
        missing=[(label_of(name), section_of(name).code) for name in missing(post_mortem)],
    )


def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return confirm(
        request,
        partial(actions.take_back, post_mortem=post_mortem, actor=request.user),
        title=_("Take the post-mortem back to draft?"),
        text=_("The review ends without a decision. You can edit it and submit it again."),
        label=_("Take it back"),
        back=post_mortem,
        done=_("It is a draft again."),
    )


@require_POST
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return press(
        request,
        partial(actions.record_meeting, post_mortem=post_mortem, actor=request.user),
        then=post_mortem,
        done=_("Recorded: the team has looked back together."),
    )


def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read all of it, then decide; the decision is about the version on this page."""
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.review", post_mortem)
    form = ReviewForm(typed(request), initial={"version": post_mortem.version})
    sent = attempt(
        request,
        form,
        partial(_decide, post_mortem=post_mortem, actor=request.user),
        then=post_mortem,
        done=_("Approved. The author is told.")
        if request.POST.get("decision") == ReviewForm.APPROVE
        else _("Sent back with your comment. The author is told."),
    )
    if sent.answer:
        return sent.answer
    if isinstance(sent.refusal, Conflict):
        form.show(post_mortem.version)  # only a second look, at the new text, may decide
    figures = figures_of(post_mortem)
    context = {
        "post_mortem": post_mortem,
        "incident": post_mortem.incident,
        "report": build(post_mortem, figures, []),
        "figures": [(figure, MEANINGS[figure.code]) for figure in figures],
        "form": form,
        "is_dependent": not is_independent(request.user, post_mortem),
    }
    return render(request, "postmortems/review.html", context, status=sent.status)


def _decide(*, decision: str, comment: str, **about: Any) -> PostMortem:
    if decision == ReviewForm.APPROVE:
        return actions.approve(**about)
    return actions.request_changes(**about, comment=comment)


def close(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    unsettled = post_mortem.actions.unsettled().count()
    return confirm(
        request,
        partial(actions.close, post_mortem=post_mortem, actor=request.user),
        title=_("Close the post-mortem?"),
        text=_("Everything that was decided is done and verified, or cancelled with a reason."),
        consequences=[
            ngettext(
                "%(n)d corrective action is not verified or cancelled yet.",
                "%(n)d corrective actions are not verified or cancelled yet.",
                unsettled,
            )
            % {"n": unsettled}
        ]
        if unsettled
        else [_("Only lessons that prove themselves later can still be recorded.")],
        label=_("Close it"),
        back=post_mortem,
        done=_("The post-mortem is closed."),
    )
