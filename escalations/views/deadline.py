"""“I have it”: one missed or running clock, for whoever was alarmed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from common.http import attempt
from common.times import absolute
from escalations import purposes
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline
from escalations.preview import span
from escalations.standing import standing_of
from people.access import SignedInRequest
from people.models import User


def deadline(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page, and with POST the acknowledgement itself; then on to the thing that has to be done."""
    row = get_object_or_404(Deadline, pk=pk)
    standing = standing_of(row, request.user)
    if standing is None:
        raise Http404
    if request.method == "POST":
        done = attempt(
            request,
            lambda: acknowledged_in_words(acknowledge_deadline(deadline=row, actor=request.user), row),
        )
        if done is None:
            return redirect("escalations:deadline", pk)
        messages.success(request, done)
        return redirect(standing.path)
    context = {
        "standing": standing,
        "works": standing.purpose.may_acknowledge(request.user, standing.subject),
        "is_mine": standing.is_done_by(request.user),
        "reaches": standing.reaches(),
        "lapse": span(standing.latest.lapse_seconds),
    }
    return render(request, "escalations/deadline.html", context)


def acknowledged_in_words(waiting: list[User], row: Deadline) -> str:
    """What an acknowledgement has done, said to whoever gave it."""
    if waiting:
        return _("Noted. Still to acknowledge: %(people)s.") % {"people": ", ".join(map(str, waiting))}
    clock = Deadline.objects.filter(
        content_type=row.content_type_id, object_id=row.object_id, purpose=row.purpose
    )
    lapse = clock.armed().filter(acknowledged_at__isnull=False).first()
    if lapse is None:
        return _("You have it.")
    said = _("You have it. If nothing has followed by %(time)s, the alarm goes on.")
    return f"{said % {'time': absolute(lapse.due_at)}} {purposes.get(row.purpose).must_follow}"
