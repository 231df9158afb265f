"""The page behind a link in a message: it says what the message said, and takes the code that stands there."""

from __future__ import annotations

import zoneinfo
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.pages import attempt, typed
from escalations import links
from escalations.forms import LinkCodeForm
from escalations.links import SignedLink
from escalations.status import status_of
from escalations.views.deadline import acknowledged_in_words

GONE = 410


@login_not_required
@csrf_exempt  # The code proves more than a cookie would; and without a referrer browsers send `Origin: null`.
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET and HEAD change nothing; POST with the code acknowledges on behalf of whoever got the message."""
    link = links.read(token)
    if link is None:
        answer = _page(request, gone=_("This link is too old, or it is not complete."), status=GONE)
    else:
        person = link.person
        with translation.override(person.language), timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
            answer = _answer(request, link)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(request: HttpRequest, link: SignedLink) -> HttpResponse:
    user = request.user
    if user == link.person and request.method != "POST":
        return redirect("escalations:deadline", link.deadline.pk)
    if user.is_authenticated and user != link.person:
        if request.method == "POST":
            raise PermissionDenied(_("This link was sent to somebody else."))
        return _page(request, link, not_mine=True)
    deadline_status = status_of(link.deadline, link.person) if link.person.is_active else None
    if deadline_status is None:
        return _page(request, gone=_("There is nothing here any more that concerns you."), status=GONE)
    about: dict[str, Any] = {
        "title": deadline_status.incident or deadline_status.subject,
        "label": deadline_status.label,
    }
    if not deadline_status.is_settled:
        about["due"] = deadline_status.latest.target_at
    form = LinkCodeForm(typed(request))
    sent = attempt(request, form, partial(links.use, link=link))
    if sent.result is not None:
        return _page(request, link, done=acknowledged_in_words(sent.result, link.deadline), **about)
    return _page(request, link, form=form, gone=links.why_dead(link), status=sent.status, **about)


def _page(
    request: HttpRequest, link: SignedLink | None = None, status: int = 200, **facts: Any
) -> HttpResponse:
    return render(request, "escalations/link.html", {"link": link, **facts}, status=status)
