"""What every action begins and ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from incidents.actions import lock_incident
from incidents.scope import record_in
from journal.models import Entry, Urgency
from people.models import User
from postmortems.models import PostMortem


def lock(post_mortem_id: int) -> PostMortem:
    """The post-mortem's row, locked until the transaction ends; its incident first, as everywhere."""
    incident = lock_incident(PostMortem.objects.values_list("incident_id", flat=True).get(pk=post_mortem_id))
    post_mortem = PostMortem.objects.select_for_update(of=("self",)).get(pk=post_mortem_id)
    post_mortem.incident = incident
    return post_mortem


def require(actor: User, permission: str, subject: Any) -> None:
    """Raises NotAllowed unless `actor` holds `permission` for `subject`."""
    if not actor.has_perm(permission, subject):
        raise NotAllowed(
            _("Your role does not allow this. Ask the author of the post-mortem or an administrator.")
        )


def require_draft(post_mortem: PostMortem) -> None:
    """Raises ActionRefused once somebody may be reading it in order to decide, or has decided."""
    if post_mortem.is_in_review:
        raise ActionRefused(_("It is being reviewed. Take it back to draft first, then change it."))
    if not post_mortem.is_draft:
        raise ActionRefused(_("It is approved: what was approved does not change any more."))


def mark_edited(post_mortem: PostMortem, actor: User, *changed: str) -> None:
    """Count an edit: whoever made it cannot approve, and a decision about the version before it is void."""
    post_mortem.version += 1
    post_mortem.last_editor = actor
    post_mortem.save(update_fields=["version", "last_editor", *changed])
    post_mortem.writers.add(actor)


def note(
    post_mortem: PostMortem,
    kind: str,
    actor: User | None,
    *,
    audience: Iterable[User] = (),
    urgency: Urgency = Urgency.LATER,
    anchor: str = "",
    alert_of: str = "",
    **data: Any,
) -> Entry:
    """One journal entry in the stream of the incident, so that it stands on the same timeline."""
    return record_in(
        post_mortem.incident,
        kind,
        actor,
        data={"title": post_mortem.incident.title, **data},
        path=post_mortem.get_absolute_url() + anchor,
        audience=audience,
        urgency=urgency,
        alert_of=alert_of,
    )
