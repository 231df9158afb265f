"""Shows every page in the reader's own language and time zone, and leaves none behind in the browser."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


def activate_preferences(request: HttpRequest) -> None:
    user = request.user
    if user.is_authenticated:
        timezone.activate(zoneinfo.ZoneInfo(user.time_zone))
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


class ReaderPreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        activate_preferences(request)
        response = self.get_response(request)
        timezone.deactivate()
        return response


class NothingKeptMiddleware:
    """No browser or proxy keeps what was shown to somebody signed in: after signing out, going back shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in:
            response.headers["Cache-Control"] = "no-store"
        return response
