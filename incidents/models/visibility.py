"""Who sees an incident: decided here for pages, lists, the API, live pages, messages and the engine alike."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import User

Incidents = TypeVar("Incidents", bound=QuerySet[Any])


def visible_to(incidents: Incidents, user: User) -> Incidents:
    """Everything but confidential incidents in which `user` has no part; nothing for nobody."""
    if not user.is_authenticated or not user.is_active:
        return incidents.none()
    holds_role = user.role_assignments.active().filter(incident=OuterRef("pk"))
    member = incidents.model.members.through.objects.filter(incident=OuterRef("pk"), user=user)
    return incidents.filter(
        Q(confidential=False) | Q(logged_by=user) | Exists(holds_role.values("pk")) | Exists(member)
    )
