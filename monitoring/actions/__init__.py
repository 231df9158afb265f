"""Every change of mentions, imports and signals. One function is one transaction; nothing else writes a status."""

from monitoring.actions.brands import add_brands
from monitoring.actions.imports import (
    ImportStep,
    abandon_import,
    advance_import,
    fail_import,
    finish_import,
    hold_import,
    lease_import,
    pause_import,
    queue_upload,
    register_file,
    retry_import,
)
from monitoring.actions.signal_decisions import attach_complaints, dismiss, open_incident
from monitoring.actions.signal_raising import raise_signals

__all__ = [
    "ImportStep",
    "abandon_import",
    "add_brands",
    "advance_import",
    "attach_complaints",
    "dismiss",
    "fail_import",
    "finish_import",
    "hold_import",
    "lease_import",
    "open_incident",
    "pause_import",
    "queue_upload",
    "raise_signals",
    "register_file",
    "retry_import",
]
