"""Finds what messages are about, by title or reference, for the administrators' page of deliveries."""

from __future__ import annotations

import re

from django.db.models import Q

from incidents.models import Incident
from people.models import User

MOST = 200


def find(reader: User, words: str) -> list[str]:
    """The journal streams of incidents that the reader may see: a confidential one cannot be found out by asking."""
    reference = re.fullmatch(r"(?:INC-)?(\d{1,9})", words.strip(), re.IGNORECASE)
    wanted = Q(title__icontains=words)
    if reference:
        wanted |= Q(pk=reference[1])
    found = Incident.objects.visible_to(reader).filter(wanted).order_by("-pk")[:MOST]
    return [incident.stream for incident in found]
