"""What messages are about: found by title or reference, and kept from those who may not see the incident."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

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


def hide(reader: User, among: Collection[str]) -> Iterator[str]:
    """The streams of confidential incidents in which the reader has no part (any more)."""
    ids = [found[1] for stream in among if (found := re.fullmatch(r"incident-(\d+)", stream))]
    confidential = Incident.objects.filter(pk__in=ids, confidential=True)
    seen = Incident.objects.visible_to(reader).filter(pk__in=ids)
    for incident in confidential.exclude(pk__in=seen.values("pk")):
        yield incident.stream
