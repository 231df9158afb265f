"""The API: session login, CSRF on every write, and refusals as problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import SessionAuth

from common.errors import ActionRefused, Conflict
from monitoring.api import router as monitoring
from postmortems.api import router as postmortems
from responses.api import router as responses


class Api(NinjaAPI):
    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Whoever is not signed in gets a problem document (401) from the operation's own check, not the login page."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern) and pattern.name != "openapi-json":
                login_not_required(pattern.callback)
        return patterns, app_name, namespace


# SessionAuth asks for the CSRF token on every unsafe method. No interactive pages: the content security policy
# allows no inline script; the description is at openapi.json for whoever is signed in.
api = Api(title="Crisis Desk", version="1", auth=SessionAuth(csrf=True), urls_namespace="api", docs_url=None)
api.add_router("", responses)
api.add_router("", monitoring)
api.add_router("", postmortems)


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """One error, always in the same shape."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


@api.exception_handler(ActionRefused)
def refused(_request: HttpRequest, refusal: ActionRefused) -> HttpResponse:
    theirs = {"theirs": refusal.theirs} if isinstance(refusal, Conflict) else {}
    return problem(refusal.status, str(refusal), **theirs)


@api.exception_handler(Http404)
def missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404, _("There is nothing here, or you may not see it."))


@api.exception_handler(AuthenticationError)
def unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(401, _("Sign in first."))


@api.exception_handler(PermissionDenied)
def forbidden(_request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    return problem(403, _("Your role does not allow this."))


@api.exception_handler(ValidationError)
def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"where": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in error.errors]
    return problem(422, _("Some of what was sent does not fit. Nothing was stored."), errors=errors)


@api.exception_handler(HttpError)
def other(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))
