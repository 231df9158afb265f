from __future__ import annotations

from django.shortcuts import get_object_or_404

from incidents.models import Incident
from people.access import SignedInRequest


def incident_or_404(request: SignedInRequest, pk: int) -> Incident:
    """The incident if the reader may see it; otherwise 404, so that nobody learns that it exists."""
    return get_object_or_404(
        Incident.objects.visible_to(request.user).select_related("brand", "playbook"), pk=pk
    )
