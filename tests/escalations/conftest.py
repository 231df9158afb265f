from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from escalations import engine
from escalations.models import Deadline, Policy, PolicyStep

HOLDING = "incident.holding_statement"


@pytest.fixture
def steps(db: None) -> Callable[..., None]:
    """steps({...}, {...}) replaces the steps of the holding statement's policy at L2, target 60 min."""

    def replace(*rows: dict[str, Any], **policy: int) -> None:
        Policy.objects.filter(purpose=HOLDING, level=2).update(minutes=60, **policy)
        found = Policy.objects.get(purpose=HOLDING, level=2)
        found.steps.all().delete()
        for position, row in enumerate(rows):
            PolicyStep.objects.create(
                policy=found, position=position, **{"times_target": 1, "tell": ["role:CL"], **row}
            )

    return replace


@pytest.fixture
def miss(db: None) -> Callable[..., Deadline]:
    """miss(incident) lets its holding statement run out now; returns the row that fired."""

    def fire(subject: Any, purpose: str = HOLDING, late: timedelta = timedelta()) -> Deadline:
        deadline = Deadline.objects.of(subject).armed().get(purpose=purpose)
        then = timezone.now() - late
        Deadline.objects.filter(pk=deadline.pk).update(due_at=then, target_at=then)
        assert engine.fire(deadline.pk)
        return Deadline.objects.get(pk=deadline.pk)

    return fire
