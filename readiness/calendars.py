"""The roster as calendars (RFC 5545) that calendar programs subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from people.models import CrisisRole, DutyShift, User

PAST_SHOWN = timedelta(weeks=4)
REFRESH = timedelta(hours=1)  # how often programs that heed it ask again


def of_person(person: User, shifts: Iterable[DutyShift]) -> bytes:
    """Their own duty, in the active language."""
    return _calendar(
        _("On duty: %(person)s") % {"person": person},
        ((shift, _("On duty: %(role)s") % {"role": shift.get_role_display()}) for shift in shifts),
    )


def of_role(role: CrisisRole, shifts: Iterable[DutyShift]) -> bytes:
    """Who has this role when, in the active language."""
    return _calendar(
        _("On duty for %(role)s") % {"role": role.label},
        ((shift, f"{role.label}: {shift.user}") for shift in shifts),
    )


def _calendar(name: str, shifts: Iterable[tuple[DutyShift, str]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Crisis Desk//Duty roster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    host = urlsplit(settings.SITE_URL).hostname
    for shift, summary in shifts:
        event = Event()
        event.add("uid", f"duty-shift-{shift.pk}@{host}")
        event.add("dtstamp", shift.changed_at)
        event.add("last-modified", shift.changed_at)
        event.add("dtstart", shift.starts_at)
        event.add("dtend", shift.ends_at)
        event.add("summary", summary)
        event.add("transp", "TRANSPARENT")  # on duty is not busy: meetings go on
        calendar.add_component(event)
    return calendar.to_ical()
