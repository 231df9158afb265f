"""What a new level of an incident means for its responses. Runs inside the transaction that changes it."""

from __future__ import annotations

from typing import Any

from journal.models import Entry
from responses.actions.approvals import on_level_changed

# The entries with which an incident's level changes.
LEVEL_KINDS = {"incident.rescored", "deadline.missed_raised", "deadline.lapsed_raised"}


def follow_level(*, entries: list[Entry], **_signal: Any) -> None:
    """A new level changes who must approve; the incident is locked."""
    for entry in entries:
        if entry.kind in LEVEL_KINDS:
            on_level_changed(incident_id=entry.data["incident"])
