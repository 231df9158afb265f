"""How much is being said just now, for alerts about an incident that nobody has acted on yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from incidents.models import Incident
from monitoring.models import Mention

HOUR = timedelta(hours=1)


def of(subject: Any) -> Iterator[dict[str, Any]]:
    """Mentions of the incident's brand, where there are any; one query."""
    incident = getattr(subject, "incident", subject)
    if not isinstance(incident, Incident):
        return
    now = timezone.now()
    lately = Mention.objects.filter(brand=incident.brand_id).between(now - 2 * HOUR, now)
    counts = lately.order_by().aggregate(
        count=Count("pk", filter=Q(posted_at__gte=now - HOUR)),
        before=Count("pk", filter=Q(posted_at__lt=now - HOUR)),
    )
    if counts["count"] or counts["before"]:
        yield {"kind": "context.mentions", "brand": incident.brand.name, **counts}
