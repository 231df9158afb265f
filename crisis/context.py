"""What the frame around every page shows: the rail, the bell, banners."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

RAIL = [
    ("desk", "layout-dashboard", _("Desk")),
    ("monitoring:mentions", "radar", _("Monitoring")),
    ("incidents:list", "siren", _("Incidents")),
    ("responses:approvals", "stamp", _("Approvals")),
    ("readiness:overview", "shield-check", _("Readiness")),
    ("postmortems:list", "book-open-check", _("Post-mortems")),
]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of base.html."""
    match = request.resolver_match
    here = match.view_name if match else ""
    rail = [
        {"url": url, "icon": icon, "label": label, "current": _same_page(name, here)}
        for name, icon, label in RAIL
        if (url := _address(name))
    ]
    return {
        "rail": rail,
        "notifications_url": _address("notifications:list"),
        "preferences_url": _address("people:preferences"),
        "demo": settings.DEMO,
    }


def _same_page(name: str, here: str) -> bool:
    """A page belongs to the rail item of its app; the desk has no app of its own."""
    return name == here or (":" in name and here.startswith(name.split(":")[0] + ":"))
