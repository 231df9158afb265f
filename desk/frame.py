"""What the frame around every page shows: the rail, the bell, banners."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery
from operations.engine_health import engine_health
from people.models import User

RAIL = [
    ("desk", "layout-dashboard", _("Desk")),
    ("monitoring:mentions", "radar", _("Monitoring")),
    ("incidents:list", "siren", _("Incidents")),
    ("responses:approvals", "stamp", _("Approvals")),
    ("readiness:overview", "shield-check", _("Readiness")),
    ("postmortems:list", "book-open-check", _("Post-mortems")),
]


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of base.html. Whatever needs a query is lazy, so that a partial does not pay for it."""
    context: dict[str, object] = {"demo": settings.DEMO}
    user = getattr(request, "user", None)  # an error page may be drawn before anybody is known
    if not isinstance(user, User):
        return context
    match = request.resolver_match
    here = match.view_name if match else ""
    return context | {
        "rail": [
            {"url": reverse(name), "icon": icon, "label": label, "current": _belongs(here, name)}
            for name, icon, label in RAIL
        ],
        "notifications_url": reverse("notifications:list"),
        "preferences_url": reverse("people:preferences"),
        "live_url": reverse("live-me"),
        "unread": SimpleLazyObject(lambda: Delivery.objects.unread_mark(user)),
        "undelivered": SimpleLazyObject(lambda: _undelivered(user)),
        "engine_problems": SimpleLazyObject(lambda: engine_health().problems()),
    }


def _undelivered(user: User) -> int:
    """How many messages reached nobody, for those who can do something about it."""
    return Delivery.objects.lost_alerts().count() if user.is_staff else 0


def _belongs(here: str, name: str) -> bool:
    """A page belongs to the rail item of its app; the desk has no app of its own."""
    return name == here or (":" in name and here.startswith(name.split(":")[0] + ":"))
