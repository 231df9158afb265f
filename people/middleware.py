"""Shows every page in the reader's own language and time zone."""

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
