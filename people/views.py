from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from people.actions import set_preferences
from people.forms import PreferencesForm
from people.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and time zone of whoever is signed in."""
    person = cast(User, request.user)  # the login middleware lets nobody else in
    now = {"language": person.language, "time_zone": person.time_zone}
    form = PreferencesForm(request.POST or None, initial=now, current_zone=person.time_zone)
    if request.method == "POST" and form.is_valid():
        set_preferences(person=person, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, gettext("Saved. Pages speak your language and your time now."))
        return redirect("people:preferences")
    return render(request, "people/preferences.html", {"form": form})
