from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from incidents.actions.lifecycle import change_incident_state
from incidents.models import Incident, IncidentState
from postmortems import actions
from postmortems.models import PostMortem
from postmortems.sections import required_fields


def stand_down(incident: Incident, actor: Any) -> PostMortem:
    """Move an incident to resolved as the stand-down does, its gate aside."""
    from django.db import transaction

    with transaction.atomic():
        incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if incident.state == IncidentState.ACTIVE:
            change_incident_state(incident, IncidentState.MONITORING, actor, monitoring_since=timezone.now())
        change_incident_state(incident, IncidentState.RESOLVED, actor, resolved_at=timezone.now())
    return PostMortem.objects.get(incident=incident)


@pytest.fixture
def post_mortem(activated: Callable[..., Any], bob: Any) -> PostMortem:
    """Of an L2 incident that Bob has just stood down; Bob is its author."""
    return stand_down(activated(2), bob)


@pytest.fixture
def written(post_mortem: PostMortem, alice: Any) -> PostMortem:
    """Every required field filled; Alice edited last."""
    write_all(post_mortem, alice)
    post_mortem.refresh_from_db()
    return post_mortem


@pytest.fixture
def in_review(written: PostMortem, alice: Any) -> PostMortem:
    actions.submit(post_mortem=written, actor=alice)
    written.refresh_from_db()
    return written


@pytest.fixture
def approved(in_review: PostMortem, carol: Any) -> PostMortem:
    actions.approve(post_mortem=in_review, actor=carol, version=in_review.version)
    in_review.refresh_from_db()
    return in_review


def write_all(post_mortem: PostMortem, actor: Any) -> None:
    from postmortems.sections import SECTIONS

    wanted = required_fields(post_mortem.incident.level)
    for section in SECTIONS:
        after = {name: f"About {name}." for name in section.fields if name in wanted}
        if after:
            actions.write(
                post_mortem=post_mortem,
                actor=actor,
                section=section.code,
                before=dict.fromkeys(after, ""),
                after=after,
            )
