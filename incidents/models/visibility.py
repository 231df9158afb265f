"""Who sees an incident: decided here for pages, lists, the API, live pages, messages and the engine alike."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import User


def visible_to(incidents: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Everything but confidential incidents in which `user` has no part; nothing for nobody."""
    if not user.is_authenticated or not user.is_active:
        return incidents.none()
    holds_role = user.role_assignments.active().filter(incident=OuterRef("pk"))
    member = incidents.model.members.through.objects.filter(incident=OuterRef("pk"), user=user)
    return incidents.filter(
        Q(confidential=False) | Q(logged_by=user) | Exists(holds_role.values("pk")) | Exists(member)
    )
