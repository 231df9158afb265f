"""Who may do what, and who is meant by a name, is a part of the record too."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from journal.actions import record
from people.models import User, administrators

STREAM = "people"


@transaction.atomic
def on_person_changed(
    *, person: User, actor: User, fields: list[str], before: str = "", **_signal: Any
) -> None:
    """The other administrators and the person are told: a new password, role or name is nothing to do in silence."""
    record(
        stream=STREAM,
        kind="person.renamed" if before else "person.changed",
        actor=actor,
        data={
            "who": person.pk,
            "person": str(person),
            "before": before,
            "fields": ", ".join(fields),
            "site_role": person.site_role,
            "capacities": person.capacities,
            "active": person.is_active,
        },
        audience=[*administrators(), person],
    )
