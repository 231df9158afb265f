"""Pages that ask for a reason before something that cannot simply be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render

from common.http import attempt
from incidents.forms import ReasonForm
from incidents.models import Incident
from people.access import SignedInRequest


def reason_page(
    request: SignedInRequest,
    incident: Incident,
    act: Callable[[str], object],
    *,
    title: str,
    text: str,
    label: str,
    consequences: Sequence[str] = (),
    done: str = "",
    proposed: str = "",
    then: str = "",
) -> HttpResponse:
    """Show what will happen and ask why; with a reason, `act` on it and go to `then` (or back to the room)."""
    form = ReasonForm(request.POST or None, initial={"reason": proposed})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: act(form.cleaned_data["reason"]), done) is not None
    ):
        return redirect(then or incident.get_absolute_url())
    context = {
        "incident": incident,
        "form": form,
        "confirm_title": title,
        "confirm_text": text,
        "consequences": consequences,
        "confirm_label": label,
        "confirm_tone": "danger",
        "cancel_url": incident.get_absolute_url(),
    }
    return render(request, "_confirm.html", context)
