from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.pages import form_page, typed
from people import actions
from people.access import SignedInRequest
from people.forms import PreferencesForm
from people.models import CrisisRole, User


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    capacities = [CrisisRole(code).label for code in request.user.capacities if code in CrisisRole.values]
    return form_page(
        request,
        "people/preferences.html",
        PreferencesForm(typed(request), user=request.user),
        partial(actions.set_preferences, user=request.user),
        then="people:preferences",
        done=_saved,
        capacities=capacities,
        cancel_url=reverse("desk"),
    )


def _saved(person: User) -> str:
    with translation.override(person.language):
        return _("Saved. This is how you see everything from now on.")
