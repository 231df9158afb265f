"""One running or missed deadline, for whoever was alerted; here they acknowledge it."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.pages import press
from common.times import absolute
from escalations import purposes
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline
from escalations.preview import span
from escalations.status import status_of
from people.access import SignedInRequest
from people.models import User


def deadline(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page, and with POST the acknowledgement itself; then on to the thing that has to be done."""
    row = get_object_or_404(Deadline, pk=pk)
    status = status_of(row, request.user)
    if status is None:
        raise Http404
    if request.method == "POST":
        return press(
            request,
            partial(acknowledge_deadline, deadline=row, actor=request.user),
            then=status.path,
            back=reverse("escalations:deadline", args=[pk]),
            done=lambda waiting: acknowledged_in_words(waiting, row),
        )
    context = {
        "status": status,
        "works": status.purpose.may_acknowledge(request.user, status.subject),
        "is_mine": status.is_done_by(request.user),
        "reaches": status.reaches(),
        "lapse": span(status.latest.lapse_seconds),
    }
    return render(request, "escalations/deadline.html", context)


def acknowledged_in_words(waiting: list[User], row: Deadline) -> str:
    """What an acknowledgement has done, said to whoever gave it."""
    if waiting:
        return _("Noted. Still to acknowledge: %(people)s.") % {"people": ", ".join(map(str, waiting))}
    lapse = Deadline.objects.same_as(row).armed().filter(acknowledged_at__isnull=False).first()
    if lapse is None:
        return _("Acknowledged.")
    said = _("Acknowledged. If nothing has followed by %(time)s, the alerts go on.")
    return f"{said % {'time': absolute(lapse.due_at)}} {purposes.get(row.purpose).must_follow}"
