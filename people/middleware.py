"""Sends strangers to the login; shows pages in the reader's language and time zone, and leaves none in the browser."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme


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


class SignInMiddleware(LoginRequiredMiddleware):
    """Whoever was signed out while a form stood open comes back to that page: its button's address shows none."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        page = request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(
            page, {request.get_host()}, require_https=request.is_secure()
        )
        return redirect_to_login(page if is_ours else resolve_url("/"), self.get_login_url(view_func))
