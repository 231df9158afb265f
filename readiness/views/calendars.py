"""Calendar feeds: no login, the key in the address opens them. Whoever left has none."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.views.decorators.http import conditional_page, require_safe

from people.models import CrisisRole, DutyShift, User
from readiness import calendars
from readiness.models import CalendarKey


@login_not_required
@require_safe
@conditional_page
def mine(request: HttpRequest, key: str) -> HttpResponse:
    person = _owner(key)
    with translation.override(person.language):
        return _feed(calendars.of_person(person, _shown().filter(user=person)))


@login_not_required
@require_safe
@conditional_page
def role(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """The roster of one role, in the language of whose key it is."""
    person = _owner(key)
    if code not in CrisisRole.values:
        raise Http404
    with translation.override(person.language):
        return _feed(calendars.of_role(CrisisRole(code), _shown().filter(role=code, user__is_active=True)))


def _owner(key: str) -> User:
    found = get_object_or_404(CalendarKey.objects.select_related("user"), key=key, user__is_active=True)
    return found.user


def _shown() -> QuerySet[DutyShift]:
    return (
        DutyShift.objects.filter(ends_at__gt=timezone.now() - calendars.PAST_SHOWN)
        .select_related("user")
        .order_by("starts_at", "pk")
    )


def _feed(body: bytes) -> HttpResponse:
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=300",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
            "Content-Disposition": 'inline; filename="duty.ics"',
        },
    )
