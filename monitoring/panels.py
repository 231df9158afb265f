"""What the incident room shows about mentions: how much is said, and the posts that belong to the incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from incidents.panels import Panel
from monitoring.charts import volume_chart
from monitoring.figures import velocity
from monitoring.models import Mention
from people.models import User

LATEST = 3
SHOWN = timedelta(hours=48)


def context(incident: Incident, user: User) -> dict[str, Any]:
    """Four queries, whatever is attached. The curve ends now, or shortly after the posts when those are older."""
    attached = Mention.objects.filter(pk__in=incident.attached_mentions.values("mention"))
    latest = list(attached.select_related("brand", "post").order_by("-posted_at", "-id")[:LATEST])
    end = _end_of_curve(latest[0].posted_at if latest else None)
    everything = Mention.objects.filter(brand=incident.brand)
    return {
        "latest": latest,
        "count": attached.count(),
        "velocity": velocity(incident.brand, end),
        "chart": volume_chart(everything, end - SHOWN, end, onset=incident.first_post_at),
        "end": end,
    }


def _end_of_curve(newest: datetime | None) -> datetime:
    now = timezone.now()
    return now if newest is None or now - newest < SHOWN else min(now, newest + SHOWN / 4)


PANEL = Panel("mentions", _("Mentions"), "radar", "monitoring/_panel.html", context, 50)
