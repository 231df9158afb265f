from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from people import actions
from people.access import SignedInRequest
from people.forms import PreferencesForm
from people.models import CrisisRole


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.set_preferences(user=request.user, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved. This is how you see everything from now on."))
        return redirect("people:preferences")
    capacities = [CrisisRole(code).label for code in request.user.capacities if code in CrisisRole.values]
    return render(request, "people/preferences.html", {"form": form, "capacities": capacities})
