"""The site role that a page requires: too weak a role gets 403, whoever is not logged in gets the login page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from people.models import User


class SignedInRequest(HttpRequest):
    """Every view but the login pages gets one: SignInMiddleware sees to it."""

    user: User


View = Callable[..., HttpResponse]


def requires(permission: str) -> Callable[[View], View]:
    """For views that change something: @requires("people.work")."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied(_("Your role on this site does not allow this. Ask an administrator."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
