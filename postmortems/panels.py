"""What the incident room shows of the look back."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from incidents import panels
from incidents.models import Incident
from people.models import User
from postmortems.actions.deadlines import APPROVAL
from postmortems.models import PostMortem
from postmortems.models.followup import SETTLED_CORRECTIVE_ACTION_STATES


def context(incident: Incident, user: User) -> dict[str, Any]:
    """Two queries, whatever the post-mortem holds."""
    settled = Q(actions__state__in=SETTLED_CORRECTIVE_ACTION_STATES)
    post_mortem = (
        PostMortem.objects.filter(incident=incident)
        .select_related("author", "approved_by")
        .annotate(
            lesson_count=Count("lessons", distinct=True),
            action_count=Count("actions", distinct=True),
            settled_count=Count("actions", filter=settled, distinct=True),
        )
        .first()
    )
    if post_mortem is None:
        return {"post_mortem": None}
    deadline = post_mortem.deadlines.unsettled().filter(purpose=APPROVAL).first()
    return {"post_mortem": post_mortem, "deadline": deadline}


def register() -> None:
    panels.register(
        panels.Panel(
            "post-mortem", _("Post-mortem"), "book-open-check", "postmortems/_panel.html", context, 90
        )
    )
